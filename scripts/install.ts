import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * Installs the npm packages of a folder that has a lock file of its own, unless they are there already and the lock
 * file has not changed since; says what it does. Install scripts do not run.
 * @throws Error that says what to do when npm fails, as it does offline
 */
export function installFolder(folder: string, say: (line: string) => void): void {
  const lock = createHash('sha256')
    .update(readFileSync(join(folder, 'package-lock.json')))
    .digest('hex');
  const stamp = join(folder, 'node_modules', '.installed-from');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === lock) return;
  say(`Installing the packages of ${folder} from npm (once; kept in its node_modules) …`);
  const { command, before } = npm();
  const flags = ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'];
  const { status, error } = spawnSync(command, [...before, ...flags], {
    cwd: folder,
    stdio: ['ignore', 'inherit', 'inherit'],
    env: childEnvironment(),
  });
  if (status !== 0) {
    const why = error === undefined ? `npm ended with ${status}` : error.message;
    throw new Error(`Could not install ${folder}: ${why}. The packages come from npm: connect and run this again.`);
  }
  writeFileSync(stamp, lock);
}

/**
 * Installs a Debian package unless its program is there; says what it does. Where that is impossible (no root, no apt, no
 * network) it says so and goes on: the tests that need the program are skipped then.
 */
export function installProgram(program: string, debianPackage: string, say: (line: string) => void): void {
  if (existsSync(program)) return;
  if (process.getuid?.() !== 0 || !existsSync('/usr/bin/apt-get')) {
    return say(`${program} is not there, and only root can install it: apt-get install ${debianPackage}.`);
  }
  say(`Installing ${debianPackage} from Debian (once) …`);
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  const apt = (...args: string[]): boolean =>
    spawnSync('/usr/bin/apt-get', ['-qq', ...args], { stdio: ['ignore', 'ignore', 'inherit'], env }).status === 0;
  const done = apt('update') && apt('install', '--yes', '--no-install-recommends', debianPackage);
  if (!done || !existsSync(program)) say(`${debianPackage} could not be installed; ${program} is not there.`);
}

/** The npm that runs us, so that its version and settings stay the same; else the one on the path. */
function npm(): { command: string; before: string[] } {
  const script = process.env['npm_execpath'];
  return script === undefined ? { command: 'npm', before: [] } : { command: process.execPath, before: [script] };
}

/** npm hands its whole configuration to scripts; read as flags of another project's install, `allow-scripts` is an error. */
function childEnvironment(): NodeJS.ProcessEnv {
  const { npm_config_allow_scripts: _ignored, ...rest } = process.env;
  return rest;
}
