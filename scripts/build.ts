/** `npm run build`: compiles src/ into a clean dist/, JavaScript and types, tests left out. */
import { spawnSync } from 'node:child_process';
import { chmodSync, rmSync } from 'node:fs';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..');
const dist = join(root, 'dist');

// What an earlier build left would otherwise be published with this one.
rmSync(dist, { recursive: true, force: true });
const tsc = join(root, 'node_modules', '.bin', 'tsc');
const { status } = spawnSync(process.execPath, [tsc, '-p', join(root, 'tsconfig.build.json')], { stdio: 'inherit' });
if (status === 0) chmodSync(join(dist, 'cli', 'main.js'), 0o755);
process.exitCode = status ?? 1;
