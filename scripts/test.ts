/**
 * `npm test [-- vitest arguments]`: installs the foreign programs that some tests drive, checks the types of their
 * drivers (the linter cannot, it runs without them), then runs vitest. Ends with the exit code of what failed first.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium } from '../test/matrix/columns.ts';
import { installFolder, installProgram } from './install.ts';

const root = join(import.meta.dirname, '..');
const clients = join(root, 'test', 'clients');
/** Programs of others that tests drive or start; the browser comes from Debian. */
const foreign = [clients, join(root, 'test', 'issuer')];

try {
  for (const folder of foreign) installFolder(folder, (line) => console.log(line));
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  console.error('Tests that need no foreign client run without it: npx vitest run src');
  process.exit(1);
}
installProgram(chromium, 'chromium', (line) => console.error(line));
run('tsc', '-p', join(clients, 'tsconfig.json'));
const folder = mkdtempSync(join(tmpdir(), 'merlon-tests-'));
try {
  const report = join(folder, 'report.json');
  const status = run(
    'vitest',
    'run',
    '--reporter=default',
    '--reporter=json',
    `--outputFile=${report}`,
    ...process.argv.slice(2),
  );
  process.exitCode = status === 0 ? close(report) : status;
} finally {
  rmSync(folder, { recursive: true, force: true });
}

/** Runs one of this package's programs; ends this one with it when it fails before the tests. */
function run(program: string, ...args: string[]): number {
  const bin = join(root, 'node_modules', '.bin', program);
  const { status, signal } = spawnSync(process.execPath, [bin, ...args], { cwd: root, stdio: 'inherit' });
  if (signal !== null) process.kill(process.pid, signal);
  if (status !== 0 && program !== 'vitest') process.exit(status ?? 1);
  return status ?? 1;
}

/** Counts what ran. A skipped test is a hole: said loudly everywhere, and a failure where CI is set. */
function close(report: string): number {
  const { numPassedTests, numFailedTests, numPendingTests, numTodoTests } = JSON.parse(readFileSync(report, 'utf8'));
  const skipped = Number(numPendingTests) + Number(numTodoTests);
  if (skipped > 0)
    console.error(`${skipped} tests were SKIPPED: this machine lacks what they need (see CONTRIBUTING.md).`);
  console.log(`tests: ${numPassedTests} passed, ${numFailedTests} failed, ${skipped} skipped`);
  return skipped > 0 && process.env['CI'] !== undefined ? 1 : 0;
}
