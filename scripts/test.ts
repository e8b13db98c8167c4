/**
 * `npm test [-- vitest arguments]`: installs the foreign programs that some tests drive, a browser among them, checks the
 * types of what drives them (the linter cannot, it runs without them), then runs vitest and, unless only some tests were
 * asked for, the official conformance suite. Ends with the exit code of what failed first.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium } from '../test/matrix/columns.ts';
import { installFolder, installProgram } from './install.ts';

const root = join(import.meta.dirname, '..');
const folderOf = (name: string): string => join(root, 'test', name);
/** Programs of others that tests drive or start, and those of them that are driven by TypeScript of ours. */
const foreign = ['clients', 'conformance', 'issuer', 'oracle', 'reports'].map(folderOf);
const driven = ['clients', 'conformance', 'reports'].map(folderOf);

try {
  for (const folder of foreign) installFolder(folder, (line) => console.log(line));
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  console.error('Tests that need no foreign program run without it: npx vitest run src');
  process.exit(1);
}
installProgram(chromium, 'chromium', (line) => console.error(line));
installProgram('/usr/bin/bwrap', 'bubblewrap', (line) => console.error(line));
installProgram('/usr/sbin/nft', 'nftables', (line) => console.error(line));
installProgram('/usr/sbin/iptables-save', 'iptables', (line) => console.error(line));
for (const each of driven) run('tsc', '-p', join(each, 'tsconfig.json'));
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
  process.exitCode = status === 0 ? close(report) || conformance() : status;
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

/** What passes without the gateway passes through it, and docs/conformance.md says so. Alone, because it watches the clock. */
function conformance(): number {
  if (process.argv.length > 2) return 0;
  const { status } = spawnSync(process.execPath, [join(root, 'test', 'conformance', 'run.ts'), '--check'], {
    cwd: root,
    stdio: 'inherit',
  });
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
