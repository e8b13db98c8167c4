import { wordsOf } from '../../kernel/tool-like.ts';
import type { Field, Record } from './records.ts';
import type { Request } from './request.ts';
import { singular } from './things.ts';
import { HANDLES, NO_THING, PEOPLE } from './vocabulary.ts';

/** How many things `all` may stand for. */
const MAX_ALL = 100;
const PREPOSITION = /^(?:in|by|for|of|from|with|to|at|on)$/;

/**
 * What things of a list are called, where the request means all of its kind: `every channel`, `everyone`. Only what the
 * tool's name says that it lists: `all channels` are not all who write in them.
 */
export function allMeant(request: Request, tool: string, records: readonly Record[]): readonly Field[] {
  const kind = kindListedBy(tool);
  if (kind === undefined || records.length > MAX_ALL || !meansAll(request, kind)) return [];
  const isHandle = ({ key }: Field): boolean =>
    wordsOf(key).some((word) => HANDLES.has(word) || singular(word) === kind);
  return records.flatMap(({ own }) => own.filter(isHandle));
}

function kindListedBy(tool: string): string | undefined {
  const words = wordsOf(tool.slice(tool.lastIndexOf('/') + 1));
  const end = words.findIndex((word, index) => index > 0 && PREPOSITION.test(word));
  const before = end < 0 ? words : words.slice(0, end);
  return before.map(singular).findLast((word) => !NO_THING.has(word));
}

function meansAll({ tokens }: Request, kind: string): boolean {
  return tokens.some(({ text, breaks }, index) => {
    if (text === 'everyone' || text === 'everybody') return PEOPLE.has(kind);
    if (breaks || !/^(?:all|each|every)$/.test(text)) return false;
    for (const next of tokens.slice(index + 1, index + 4)) {
      const noun = singular(next.text);
      if (noun === kind || (PEOPLE.has(noun) && PEOPLE.has(kind))) return true;
      if (next.breaks) return false;
    }
    return false;
  });
}
