import { MerlonError } from '../../kernel/errors.ts';
import { resources, type TaskContext } from '../../policy/task/task.ts';

/** Characters of the user's request, at most. */
export const MAX_REQUEST = 16_384;
const MAX_AGENT = 128;
const MAX_TOOLS = 1_000;
const MAX_NAME = 1_024;

/**
 * Refuses a context that is none; all of it may be attacker-controlled.
 * @throws MerlonError PARAMS_INVALID
 */
export function checkContext(context: TaskContext): void {
  const { type, request, agent, tools, seconds, parent, resources: wanted } = context;
  for (const [name, value, most] of [
    ['type', type, MAX_NAME],
    ['request', request, MAX_REQUEST],
    ['agent', agent, MAX_AGENT],
    ['parent', parent, MAX_NAME],
  ] as const) {
    if (value === undefined) continue;
    if (typeof value !== 'string' || value.length > most)
      throw invalid(name, `is no text of at most ${most} characters`);
    // What is half of a character could be read differently by whoever reads it next.
    if (!value.isWellFormed()) throw invalid(name, 'is no well-formed text');
  }
  if (tools !== undefined && !isList(tools, (one) => typeof one === 'string' && one.length <= MAX_NAME)) {
    throw invalid('tools', `is no list of at most ${MAX_TOOLS} names`);
  }
  if (wanted !== undefined && !isList(wanted, (one) => resources.some((known) => known === one))) {
    throw invalid('resources', `is no list of ${resources.join(', ')}`);
  }
  if (seconds !== undefined && !(Number.isFinite(seconds) && seconds > 0)) {
    throw invalid('seconds', 'is no number above 0');
  }
}

function isList(value: unknown, is: (item: unknown) => boolean): boolean {
  return Array.isArray(value) && value.length <= MAX_TOOLS && value.every((item: unknown) => is(item));
}

function invalid(name: string, what: string): MerlonError {
  return new MerlonError('PARAMS_INVALID', `${name} of the task ${what}.`);
}
