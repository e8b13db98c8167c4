import { wordsOf } from '../../kernel/tool-like.ts';
import { NO_THING } from './vocabulary.ts';

/** What kinds of things a tool and an argument are about: `files`, `event_id` are `file`, `event`. */
export function thingsOf(tool: string, path: string): readonly string[] {
  const name = tool.slice(tool.lastIndexOf('/') + 1);
  return [...wordsOf(name), ...wordsOf(path)].map(singular).filter((word) => !NO_THING.has(word) && !/^\d/.test(word));
}

/** The singular of an English noun, roughly; `people` are a `person`. */
export function singular(word: string): string {
  if (word === 'people') return 'person';
  if (word.endsWith('ies') && word.length > 4) return `${word.slice(0, -3)}y`;
  return word.endsWith('s') && !word.endsWith('ss') && word.length > 3 ? word.slice(0, -1) : word;
}
