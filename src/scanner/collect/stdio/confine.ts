import { spawnSync } from 'node:child_process';
import { existsSync, realpathSync, statSync } from 'node:fs';
import { basename, dirname, join, resolve, sep } from 'node:path';
import type { Confinement } from '../../facts/tools.ts';

/** What is to be started, and what it may have. */
export interface ToConfine {
  readonly command: readonly string[];
  /** Absolute path of the program that the command names. */
  readonly program: string;
  /** The working folder: readable, never writable, unless it holds the user's home. */
  readonly folder: string;
  /** The user's home, which stays out of sight. */
  readonly home: string;
  /** A fresh folder, for where there is no sandbox. */
  readonly freshHome: string;
  readonly path: string;
  readonly network: boolean;
}

/** How it is started. */
export interface Confined {
  readonly command: readonly string[];
  readonly home: string;
  readonly folder: string;
  readonly confinement: Confinement;
}

/** How long a sandbox may take to prove that it works, ms. */
const TRIAL_MS = 5_000;
const INSIDE_HOME = '/tmp/home';

/**
 * Puts a command into a bubblewrap sandbox where that is there and works: the system can be read and not written, homes,
 * /tmp and /run are empty but for the program and its packages, other processes are out of sight, and so is the network
 * unless asked for. Where there is none, the command is started as it is, and the answer says so.
 */
export function confine(wanted: ToConfine): Confined {
  const bwrap = wanted.path
    .split(':')
    .filter((folder) => folder.startsWith('/'))
    .map((folder) => join(folder, 'bwrap'))
    .find((file) => isFile(file));
  const { network, command } = wanted;
  if (bwrap !== undefined) {
    const options = sandboxOptions(wanted);
    const trial = spawnSync(bwrap, [...options, '--', '/bin/sh', '-c', ':'], {
      env: { PATH: wanted.path },
      stdio: 'ignore',
      timeout: TRIAL_MS,
    });
    if (trial.status === 0)
      return {
        command: [bwrap, ...options, '--', ...command],
        home: INSIDE_HOME,
        folder: '/',
        confinement: { by: 'bubblewrap', network },
      };
  }
  const { freshHome: home, folder } = wanted;
  return { command, home, folder, confinement: { by: 'none', network: true } };
}

/** Folders with what is private or writable; `/run` holds sockets of services, the container engine's among them. */
const HIDDEN = ['/tmp', '/var/tmp', '/run', '/home', '/root'];

function sandboxOptions({ command, program, folder, home, network }: ToConfine): string[] {
  const hidden = [...new Set([...HIDDEN, home])].filter((one) => isFolder(one) && realpathSync(one) === one);
  const isHidden = (file: string): boolean => hidden.some((one) => file.startsWith(one + sep));
  const isTooWide = (path: string): boolean => isAbove(path, [home, ...HIDDEN]);
  const needed = [program, realpathSync(program)].map((file) => installation(file));
  const isOpenFolder = isFolder(folder) && !isTooWide(folder);
  const named = command.slice(1).flatMap((arg) => namedBy(arg, folder));
  const shown = [
    ...new Set([...needed, ...named.map((path) => surroundings(path, isTooWide)), ...(isOpenFolder ? [folder] : [])]),
  ]
    .filter((one) => isHidden(one) && !isTooWide(one))
    .toSorted();
  return [
    ['--ro-bind', '/', '/', '--dev', '/dev', '--proc', '/proc'],
    hidden.flatMap((one) => ['--tmpfs', one]),
    // Where names are resolved on many systems.
    network ? ['--ro-bind-try', '/run/systemd/resolve', '/run/systemd/resolve'] : [],
    shown.flatMap((one) => ['--ro-bind', one, one]),
    ['--dir', INSIDE_HOME, '--chdir', isOpenFolder ? folder : INSIDE_HOME],
    ['--unshare-all', '--die-with-parent', '--new-session'],
    network ? ['--share-net'] : [],
  ].flat();
}

/** True where `folder` is one of the others or contains one: showing it would show what is hidden. */
function isAbove(folder: string, others: readonly string[]): boolean {
  const prefix = folder.endsWith(sep) ? folder : folder + sep;
  return others.some((other) => other === folder || other.startsWith(prefix));
}

/** The installation around a program: `…/bin/node` needs `…/lib`. */
function installation(program: string): string {
  const folder = dirname(program);
  return projectOf(['bin', '.bin'].includes(basename(folder)) ? dirname(folder) : folder);
}

/** What on this machine an argument names. */
function namedBy(arg: string, folder: string): string[] {
  const path = resolve(folder, arg);
  return arg.includes('/') && existsSync(path) ? [path, realpathSync(path)] : [];
}

/** A folder, or the one that a file lies in; the file alone where that would show too much. */
function surroundings(path: string, isTooWide: (folder: string) => boolean): string {
  const folder = projectOf(isFolder(path) ? path : dirname(path));
  return isTooWide(folder) ? path : folder;
}

/** All packages of a project where a folder is among them: they need one another. */
function projectOf(folder: string): string {
  const at = folder.indexOf(`${sep}node_modules`);
  return at > 0 ? folder.slice(0, at + `${sep}node_modules`.length) : folder;
}

function isFile(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() ?? false;
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
}
