import { INPUT_ID } from './our-entry.ts';
import type { Command } from './our-entry.ts';
import type { ServerEntry } from './read.ts';

/** How a server is reached through Merlon: wrapped, by `merlon stdio`, or at a gateway's address. */
export type Through = 'wrap' | 'stdio' | 'http';

/** What tells an entry of ours from others. */
export interface Own {
  /** This installation's program file, as `merlon` is started where it is not on the path. */
  readonly program?: string;
  /** Addresses of a gateway that is known. */
  readonly urls?: readonly string[];
  /** Variables that hold a key; default `MERLON_API_KEY`. */
  readonly keys?: readonly string[];
}

/** The variable that holds the API key unless another one is named. */
export const KEY_VARIABLE = 'MERLON_API_KEY';

/**
 * Whether a server goes through Merlon, judged by the form of its entry: a file may say so and run something else. Undefined
 * when it does not.
 */
export function throughMerlon(entry: ServerEntry, own: Own = {}): Through | undefined {
  if (entry.transport === 'stdio') {
    const [verb] = merlonArgs(entry, own) ?? [];
    return verb === 'wrap' || verb === 'stdio' ? verb : undefined;
  }
  if (entry.url === undefined) return undefined;
  return own.urls?.includes(entry.url) === true || carriesOurKey(entry, own) || isOurName(entry.name)
    ? 'http'
    : undefined;
}

/** True for the names that connect gives. */
export function isOurName(name: string): boolean {
  return name === 'merlon' || name.startsWith('merlon-');
}

/** What was wrapped; undefined where nothing is. */
export function unwrapped(entry: ServerEntry, own: Own = {}): Command | undefined {
  const [verb, ...rest] = merlonArgs(entry, own) ?? [];
  const dashes = rest.indexOf('--');
  if (verb !== 'wrap' || dashes === -1) return undefined;
  const [command, ...args] = rest.slice(dashes + 1);
  return command === undefined ? undefined : { command, args };
}

/** The arguments that Merlon gets, when it is Merlon that is started. */
function merlonArgs({ command = '', args }: ServerEntry, own: Own): readonly string[] | undefined {
  const program = baseName(command);
  if (/^merlon(\.cmd|\.exe)?$/i.test(program)) return args;
  const [script = '', ...rest] = args;
  const isOurs = script === own.program || /[\\/]merlon[\\/](dist|src)[\\/]cli[\\/]main\.[jt]s$/.test(script);
  return /^node(\.exe)?$/i.test(program) && isOurs ? rest : undefined;
}

function baseName(path: string): string {
  return path.split(/[\\/]/).at(-1) ?? '';
}

function carriesOurKey({ headers, raw }: ServerEntry, { keys = [KEY_VARIABLE] }: Own): boolean {
  const named =
    typeof raw === 'object' && raw !== null && 'bearer_token_env_var' in raw ? raw.bearer_token_env_var : '';
  if (typeof named === 'string' && keys.includes(named)) return true;
  const [, value = ''] = [...headers].find(([name]) => name.toLowerCase() === 'authorization') ?? [];
  return value.startsWith('Bearer merlon_') || [INPUT_ID, ...keys].some((name) => mentions(value, name));
}

function mentions(text: string, name: string): boolean {
  return text.split(/[^A-Za-z0-9_-]+/).includes(name);
}
