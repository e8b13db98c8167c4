import type { Shape } from './client.ts';
import type { Change } from './edit.ts';
import { type Command, commandFields, pathOfServer } from './our-entry.ts';
import type { ServerEntry } from './read.ts';

/** Why a server was left as it is. */
export type Left = 'not-stdio' | 'env-file' | 'env-name' | 'elsewhere';

/** The changes that put `merlon wrap` in front of a server's program, or why that cannot be done. */
export type Wrapping = { readonly changes: readonly Change[] } | { readonly left: Left };

/** A variable that can be named on a command line without being taken for something else. */
const VARIABLE = /^[A-Za-z_][A-Za-z0-9_]*$/;

/**
 * Puts `merlon wrap` in front of what a server's entry starts. Variables stay in the client's file: only their names are
 * passed on. Everything else in the entry stays as it is.
 */
export function wrapServer(entry: ServerEntry, shape: Shape, merlon: Command): Wrapping {
  const { command, args, env, envNames, name } = entry;
  if (entry.transport !== 'stdio' || command === undefined) return { left: 'not-stdio' };
  if (entry.path.length !== shape.root.length + 1) return { left: 'elsewhere' };
  // Variables from a file are not known here, and the wrapped program would not get them.
  if (hasKey(entry, 'envFile')) return { left: 'env-file' };
  const variables = [...new Set([...env.keys(), ...envNames])];
  if (!variables.every((variable) => VARIABLE.test(variable))) return { left: 'env-name' };
  const passed = variables.flatMap((variable) => ['--env', variable]);
  const words = [...merlon.args, 'wrap', '--name', upstreamName(name), ...passed, '--', command, ...args];
  return { changes: setCommand(shape, name, { command: merlon.command, args: words }, entry) };
}

/** The changes that make an entry start another program. */
export function setCommand(shape: Shape, name: string, run: Command, entry: ServerEntry): Change[] {
  const path = pathOfServer(shape, name);
  const { stdio } = shape;
  // A file may hold the command as one list although its client knows two keys.
  const isList = stdio.args !== undefined && hasListUnder(entry, stdio.command);
  const fields = commandFields(isList ? { command: stdio.command, env: stdio.env } : stdio, run);
  return Object.entries(fields).map(([key, to]) => ({ set: [...path, key], to }));
}

/** A name as upstreams may have it: 1 to 32 letters, digits, `-` and single `_`, starting with a letter. */
export function upstreamName(name: string): string {
  const plain = name.replaceAll(/[^A-Za-z0-9-]+/g, '_').replaceAll(/^[^A-Za-z]+|_+$/g, '');
  return plain.slice(0, 32).replace(/_+$/, '') || 'server';
}

function hasKey({ raw }: ServerEntry, key: string): boolean {
  return typeof raw === 'object' && raw !== null && key in raw;
}

function hasListUnder({ raw }: ServerEntry, key: string): boolean {
  return typeof raw === 'object' && raw !== null && key in raw && Array.isArray((raw as Record<string, unknown>)[key]);
}
