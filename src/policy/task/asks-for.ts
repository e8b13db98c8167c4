import { wordsOf } from '../../kernel/tool-like.ts';
import type { Request } from '../provenance/request.ts';
import {
  ARTICLES,
  BEFORE_FOUND,
  BEFORE_THINGS,
  DEEDS,
  type DeedWords,
  NEGATIONS,
  ONESELF,
  SENDS_TO_ONESELF,
  THINGS,
} from './deed-words.ts';

/**
 * Does the request ask for the kind of thing that a tool of this name does? `Tell me when Ann wrote` asks for no mail,
 * `let Ann know` does. Only by everyday words of both: in doubt no, and then somebody is asked.
 */
export function asksFor(request: Request, tool: string): boolean {
  const words = wordsOf(tool.slice(tool.lastIndexOf('/') + 1));
  const asked = wordsAskedFor(request);
  const deeds = DEEDS.filter((deed) => isNamedAfter(words, deed));
  // A verb that nobody foresaw has to be said as it is.
  if (deeds.length === 0) return words.some((word) => asked.verbs.has(word));
  return deeds.some((deed) => isAsked(asked, deed)) && saysThing(request, words);
}

interface Asked {
  readonly verbs: ReadonlySet<string>;
  readonly things: ReadonlySet<string>;
}

function isAsked({ verbs, things }: Asked, { asked, wanted }: DeedWords): boolean {
  return [...verbs].some((verb) => asked.has(verb)) || [...things].some((thing) => wanted.has(thing));
}

function isNamedAfter(words: readonly string[], { tools, things }: DeedWords): boolean {
  const verb = words.find((word) => DEEDS.some((deed) => deed.tools.has(word)));
  return (verb !== undefined && tools.has(verb)) || words.slice(1).some((word) => things.has(word));
}

/** What stands in a request as a verb, and what it wants one of. */
function wordsAskedFor({ tokens }: Request): Asked {
  const verbs = new Set<string>();
  const things = new Set<string>();
  for (const [index, { text, breaks }] of tokens.entries()) {
    const wordBefore = (distance: number): string => {
      const token = tokens[index - distance];
      return token === undefined || token.breaks ? '' : token.text;
    };
    const [before, earlier] = [wordBefore(1), wordBefore(2)];
    const after = breaks ? '' : (tokens[index + 1]?.text ?? '');
    if (ARTICLES.has(before) && !(wordBefore(1) !== '' && BEFORE_FOUND.has(earlier))) things.add(text);
    if (BEFORE_THINGS.has(before) || before.endsWith("'s") || NEGATIONS.has(before)) continue;
    if (ONESELF.has(after) && !SENDS_TO_ONESELF.has(text)) continue;
    verbs.add(text);
  }
  return { verbs, things };
}

const MAKING = new Set('create add make insert new save store register generate schedule put'.split(' '));

/** A tool that makes something is asked for by what it makes, where that has a name that people use. */
function saysThing({ tokens }: Request, words: readonly string[]): boolean {
  if (!words.slice(0, 1).some((word) => MAKING.has(word))) return true;
  const families = THINGS.filter((family) =>
    words.slice(1).some((word) => family.has(word) || family.has(singular(word))),
  );
  return (
    families.length === 0 ||
    tokens.some(({ text }) => families.some((family) => family.has(text) || family.has(singular(text))))
  );
}

/** True when the request speaks of what the tool's name is about besides its verb. */
export function speaksOf(request: Request, tool: string): boolean {
  const [, ...things] = wordsOf(tool.slice(tool.lastIndexOf('/') + 1));
  return things.some((thing) => request.tokens.some(({ text }) => singular(text) === singular(thing)));
}

function singular(word: string): string {
  if (word.endsWith('ies') && word.length > 4) return `${word.slice(0, -3)}y`;
  return word.endsWith('s') && !word.endsWith('ss') && word.length > 3 ? word.slice(0, -1) : word;
}
