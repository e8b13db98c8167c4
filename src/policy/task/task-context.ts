import { MerlonError } from '../../kernel/errors.ts';
import { isObject } from '../../kernel/jsonrpc.ts';
import { MAX_REQUEST, type Resource, resources, type Scopes, type TaskContext } from './task.ts';
import { parseScopeOf, type ScopeAction, scopeActions } from './scope.ts';

/** Most tools that a context may name. */
const MAX_TOOLS = 1_000;
/** Most scopes of one action. */
const MAX_SCOPES = 100;
const MAX_NAME = 128;
const MAX_TOOL = 512;

/**
 * Reads what somebody (attacker-controlled) says of the work that they are about to do. Nothing that is not known is let
 * pass, since a misspelt key would narrow less than was meant.
 * @throws MerlonError PARAMS_INVALID, which says what is wrong and quotes nothing
 */
export function parseTaskContext(value: unknown): TaskContext {
  if (!isObject(value)) throw invalid('The context of a task', 'an object');
  const fields = Object.entries(value).filter(([, one]) => one !== undefined);
  return Object.fromEntries(
    fields.map(([key, one]) => {
      const read = readers.get(key);
      if (read === undefined)
        throw new MerlonError('PARAMS_INVALID', 'The context of a task has an unknown key.', KNOWN);
      return [key, read(one, key)];
    }),
  );
}

type Read = (value: unknown, key: string) => unknown;

// A map, so that keys such as `constructor` are unknown.
const readers: ReadonlyMap<string, Read> = new Map<keyof TaskContext, Read>([
  ['type', text(MAX_NAME)],
  ['request', text(MAX_REQUEST)],
  ['resources', list(resources.length, resource)],
  ['scopes', scopesOf],
  ['tools', list(MAX_TOOLS, text(MAX_TOOL))],
  ['agent', text(MAX_NAME)],
  ['seconds', seconds],
  ['parent', text(MAX_NAME)],
]);

const KNOWN = { todo: `Known keys: ${[...readers.keys()].join(', ')}.` };

function text(most: number): Read {
  return (value, key) => {
    // What is half of a character could be read differently by whoever reads it next.
    if (typeof value === 'string' && value !== '' && value.length <= most && value.isWellFormed()) return value;
    throw invalid(key, `a well-formed text of 1 to ${most} characters`);
  };
}

function list(most: number, read: Read): Read {
  return (value, key) => {
    if (!Array.isArray(value) || value.length > most) throw invalid(key, `a list of at most ${most} entries`);
    return value.map((item) => read(item, key));
  };
}

function resource(value: unknown, key: string): Resource {
  const found = resources.find((one) => one === value);
  if (found === undefined) throw invalid(key, `a list of ${resources.join(', ')}`);
  return found;
}

function scopesOf(value: unknown, key: string): Partial<Scopes> {
  if (!isObject(value)) throw invalid(key, 'an object');
  const entries = Object.entries(value).filter(([, one]) => one !== undefined);
  return Object.fromEntries(
    entries.map(([name, scopes]) => {
      const action = scopeActions.find((one) => one === name);
      if (action === undefined) throw invalid(key, `an object with ${scopeActions.join(', ')}`);
      return [action, list(MAX_SCOPES, scope(action))(scopes, `${key}.${action}`)];
    }),
  );
}

function scope(action: ScopeAction): Read {
  return (value, key) => {
    if (typeof value !== 'string') throw invalid(key, 'a list of texts');
    try {
      parseScopeOf(action, value);
    } catch (error) {
      if (!(error instanceof MerlonError)) throw error;
      throw new MerlonError('PARAMS_INVALID', error.message, { todo: error.todo });
    }
    return value;
  };
}

function seconds(value: unknown, key: string): number {
  if (typeof value === 'number' && Number.isSafeInteger(value) && value >= 1) return value;
  throw invalid(key, 'a whole number of at least 1');
}

function invalid(key: string, wanted: string): MerlonError {
  return new MerlonError('PARAMS_INVALID', `${key} must be ${wanted}.`);
}
