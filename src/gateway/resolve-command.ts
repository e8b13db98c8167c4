import { accessSync, constants, statSync } from 'node:fs';
import { delimiter, isAbsolute, join, resolve } from 'node:path';
import { MerlonError } from '../kernel/errors.ts';

/** A command as configured, and where to look for it. */
export interface CommandQuestion {
  /** Name of the upstream, for the error. */
  readonly upstream: string;
  readonly command: string;
  /** `PATH` as the child will have it. */
  readonly path: string;
  /** The child's working folder; default is the gateway's. */
  readonly cwd?: string | undefined;
}

/**
 * Absolute path of the program that `command` names, found as `which` does; throws UPSTREAM_NOT_FOUND before anything
 * starts. Relative entries of `PATH` are skipped: a working folder must not decide which program runs.
 */
export function resolveCommand({ upstream, command, path, cwd = process.cwd() }: CommandQuestion): string {
  if (!isFolder(cwd)) {
    throw new MerlonError('UPSTREAM_NOT_FOUND', `Upstream "${upstream}": the working folder "${cwd}" does not exist.`, {
      todo: 'Create the folder or correct `cwd`.',
    });
  }
  const isPath = command.includes('/');
  const candidates = isPath
    ? [resolve(cwd, command)]
    : path
        .split(delimiter)
        .filter((folder) => isAbsolute(folder))
        .map((folder) => join(folder, command));
  const files = command === '' ? [] : candidates.filter((file) => isFile(file));
  const program = files.find((file) => isExecutable(file));
  if (program !== undefined) return program;
  if (files[0] !== undefined) {
    throw new MerlonError('UPSTREAM_NOT_FOUND', `Upstream "${upstream}": the file "${files[0]}" is not executable.`, {
      todo: 'Make the file executable or correct `command`.',
    });
  }
  const where = isPath ? 'does not exist' : 'was not found on PATH';
  throw new MerlonError('UPSTREAM_NOT_FOUND', `Upstream "${upstream}": the command "${command}" ${where}.`);
}

function isFile(file: string): boolean {
  return statSync(file, { throwIfNoEntry: false })?.isFile() ?? false;
}

function isFolder(file: string): boolean {
  return statSync(file, { throwIfNoEntry: false })?.isDirectory() ?? false;
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
