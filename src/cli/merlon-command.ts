import { accessSync, constants, realpathSync } from 'node:fs';
import { isAbsolute, join } from 'node:path';
import type { Command } from '../clients/our-entry.ts';

/** What is running: Node and the program file that it runs. */
export interface Program {
  /** Absolute path of the running Node. */
  readonly node: string;
  /** Absolute path of this command line's file, links followed. */
  readonly file: string;
}

/**
 * How a client starts Merlon: by its name where the search path leads to this very installation, else by absolute paths.
 * On Windows always by paths: what npm puts on the search path there is a script that programs cannot start.
 */
export function merlonCommand(program: Program, path: string, platform: string): Command {
  if (platform !== 'win32' && path.split(':').some((folder) => isOurs(folder, program))) {
    return { command: 'merlon', args: [] };
  }
  return { command: program.node, args: [program.file] };
}

// A relative folder means another place for the client, and npm's own folders are on the path of its scripts alone.
function isOurs(folder: string, { file }: Program): boolean {
  if (!isAbsolute(folder) || /[\\/]node_modules[\\/]/.test(folder)) return false;
  try {
    const found = join(folder, 'merlon');
    accessSync(found, constants.X_OK);
    return realpathSync(found) === file;
  } catch {
    return false;
  }
}
