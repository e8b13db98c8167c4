import { wordsOf } from '../../kernel/tool-like.ts';
import { type Request, sentenceOf } from '../provenance/request.ts';
import {
  ARTICLES,
  BEFORE_FOUND,
  BEFORE_THINGS,
  DEEDS,
  type DeedWords,
  NEGATIONS,
  ONESELF,
  TELLING,
  THINGS,
} from './deed-words.ts';

/**
 * Does the request ask for the kind of thing that a tool of this name does? `Tell me when Ann wrote` asks for no mail,
 * `let Ann know` does. Only by everyday words of both: in doubt no, and then somebody is asked.
 */
export function asksFor(request: Request, tool: string): boolean {
  return askedAt(request, tool).length > 0 && saysThing(request, wordsIn(tool));
}

/**
 * Where the request asks for what the tool does: offsets in it. Where it also says what the tool's name is about in the
 * same sentence, those alone: `I want to book a hotel. Add an event on Friday` asks for an event in its second sentence.
 */
export function askedAt(request: Request, tool: string): readonly number[] {
  const asked = verbsAt(request, tool);
  const families = familiesOf(wordsIn(tool));
  const about = new Set(
    request.tokens.filter((token) => isOfFamily(token.text, families)).map(({ at }) => sentenceOf(request, at)),
  );
  const both = asked.filter((at) => about.has(sentenceOf(request, at)));
  return both.length > 0 ? both : asked;
}

function verbsAt(request: Request, tool: string): readonly number[] {
  const words = wordsIn(tool);
  const deeds = deedsOf(words);
  const asked = wordsAskedFor(request);
  const [first = ''] = words;
  // A verb that nobody foresaw has to be said as it is; what only makes something may be said by that: `label it`.
  const own = deeds.length === 0 || MAKING.has(first) ? words : [first];
  const isMade = (text: string): boolean => BRINGING.has(first) && words.slice(1).includes(text);
  return asked
    .filter(
      ({ text, isVerb, isWanted }) =>
        (isVerb && (own.includes(text) || deeds.some((deed) => deed.asked.has(text)))) ||
        (isWanted && (isMade(text) || deeds.some((deed) => deed.wanted.has(text)))),
    )
    .map(({ at }) => at);
}

function wordsIn(tool: string): readonly string[] {
  return wordsOf(tool.slice(tool.lastIndexOf('/') + 1));
}

/** By the verb; by the thing where the verb only says that something is made or sent off. */
function deedsOf(words: readonly string[]): readonly DeedWords[] {
  const verb = words.find((word) => DEEDS.some((deed) => deed.tools.has(word)));
  const byVerb = verb === undefined ? [] : DEEDS.filter((deed) => deed.tools.has(verb));
  const byThing = deedsOfThings(words);
  // `send_money` pays, whatever else is sent.
  if (verb === 'send' && byThing.length > 0) return byThing;
  return verb === undefined || MAKING.has(verb) ? [...byVerb, ...byThing] : byVerb;
}

function deedsOfThings(words: readonly string[]): readonly DeedWords[] {
  // `send_to_user` sends, `add_user_to_room` lets somebody in.
  const end = words.findIndex((word, index) => index > 0 && /^(?:to|in|into|on|from|for|with|by|at|of)$/.test(word));
  const objects = words.slice(1, end < 0 ? undefined : end);
  return DEEDS.filter(({ things }) => objects.some((word) => things.has(word)));
}

interface AskedWord {
  readonly text: string;
  readonly at: number;
  /** It stands where a verb does. */
  readonly isVerb: boolean;
  /** It is something that is wanted: `a reservation`. */
  readonly isWanted: boolean;
}

function wordsAskedFor({ tokens }: Request): readonly AskedWord[] {
  return tokens.map(({ text, breaks, at }, index) => {
    const wordBefore = (distance: number): string => {
      const token = tokens[index - distance];
      return token === undefined || token.breaks ? '' : token.text;
    };
    const [before, earlier] = [wordBefore(1), wordBefore(2)];
    const after = breaks ? '' : (tokens[index + 1]?.text ?? '');
    const isThing = BEFORE_THINGS.has(before) || before.endsWith("'s");
    const isForOneself = ONESELF.has(after) && TELLING.has(text);
    // `How much did I pay` asks about a payment, not for one.
    const isPast = earlier === 'did' || earlier === 'does';
    const isVerb = !isThing && !NEGATIONS.has(before) && !isForOneself && !isPast;
    return { text, at, isVerb, isWanted: ARTICLES.has(before) && !BEFORE_FOUND.has(earlier) };
  });
}

/** Verbs of tools that say only that there will be something; what, says the word after them. */
const MAKING = new Set(
  'create add make insert new save store register generate schedule put submit place issue start initiate open request record'.split(
    ' ',
  ),
);

/** Verbs of tools that bring something about that was not there: `post_page` is asked for by `create a page`. */
const BRINGING = new Set([...MAKING, 'post', 'publish', 'write', 'upload', 'send', 'give']);

/** A tool that makes something is asked for by what it makes, where that has a name that people use. */
function saysThing({ tokens }: Request, words: readonly string[]): boolean {
  if (!words.slice(0, 1).some((word) => MAKING.has(word)) || deedsOfThings(words).length > 0) return true;
  const families = familiesOf(words);
  return families.length === 0 || tokens.some(({ text }) => isOfFamily(text, families));
}

function familiesOf(words: readonly string[]): readonly ReadonlySet<string>[] {
  return THINGS.filter((family) => words.slice(1).some((word) => isOfFamily(word, [family])));
}

function isOfFamily(word: string, families: readonly ReadonlySet<string>[]): boolean {
  return families.some((family) => family.has(word) || family.has(singular(word)));
}

/** True when the request speaks of what the tool's name is about besides its verb. */
export function speaksOf(request: Request, tool: string): boolean {
  const [, ...things] = wordsOf(tool.slice(tool.lastIndexOf('/') + 1));
  return things.some((thing) => request.tokens.some(({ text }) => isAbout(text, singular(thing))));
}

/** `remind me` speaks of a reminder. */
function isAbout(word: string, thing: string): boolean {
  return singular(word) === thing || (word.length >= 5 && (`${word}er` === thing || `${word}ing` === thing));
}

function singular(word: string): string {
  if (word.endsWith('ies') && word.length > 4) return `${word.slice(0, -3)}y`;
  return word.endsWith('s') && !word.endsWith('ss') && word.length > 3 ? word.slice(0, -1) : word;
}
