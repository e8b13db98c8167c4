/**
 * `npm test [-- vitest arguments]`: installs the foreign clients that some tests drive, checks the types of their
 * drivers (the linter cannot, it runs without them), then runs vitest. Ends with the exit code of what failed first.
 */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { installFolder } from './install.ts';

const root = join(import.meta.dirname, '..');
const clients = join(root, 'test', 'clients');

try {
  installFolder(clients, (line) => console.log(line));
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  console.error('Tests that need no foreign client run without it: npx vitest run src');
  process.exit(1);
}
for (const [command, ...args] of [
  ['tsc', '-p', join(clients, 'tsconfig.json')],
  ['vitest', 'run', ...process.argv.slice(2)],
]) {
  const { status, signal } = spawnSync(process.execPath, [join(root, 'node_modules', '.bin', command ?? ''), ...args], {
    cwd: root,
    stdio: 'inherit',
  });
  if (signal !== null) process.kill(process.pid, signal);
  if (status !== 0) process.exit(status ?? 1);
}
