import { wordsOf } from '../../kernel/tool-like.ts';
import type { Record } from './records.ts';
import { type Request, sentenceOf } from './request.ts';
import { fold, type Token } from './tokens.ts';
import { GENERIC, WRITTEN } from './vocabulary.ts';

/** Fields that say what a person is called; `from` or `author` say only what somebody calls himself. */
const CALLED: ReadonlySet<string> = new Set(
  `name fullname person candidate applicant customer client patient guest student employee colleague member contact payee
  beneficiary`.split(/\s+/),
);
const FULL_NAME = /^\p{Lu}[\p{L}'’-]{1,30}(?: \p{Lu}[\p{L}'’.-]{0,30}){1,2}$/u;

/**
 * The records of people whom the request calls by their first names alone: `add Petra` means Petra Vos, where she is the
 * only Petra in the list. Only in directories, where nobody writes: whoever sends a message may call himself anything.
 * With a surname in the request the whole name has to match, and that is for others to see.
 *
 * @param people First name to the full name that it meant so far in the task; another one is not meant by it. Is added to
 */
export function byFirstName(
  request: Request,
  records: readonly Record[],
  people: Map<string, string>,
): readonly (readonly Record[])[] {
  if (records.some(isMessage)) return [];
  const called = new Map<string, Map<string, Record[]>>();
  for (const record of records) {
    for (const { key, text } of record.own) {
      if (!FULL_NAME.test(text) || !wordsOf(key).some((word) => CALLED.has(word))) continue;
      const full = fold(text);
      const first = full.slice(0, full.indexOf(' '));
      const namesakes = called.get(first) ?? new Map<string, Record[]>();
      namesakes.set(full, [...(namesakes.get(full) ?? []), record]);
      called.set(first, namesakes);
    }
  }
  return [...called].flatMap(([first, namesakes]) => {
    const [only, ...others] = namesakes;
    if (only === undefined || others.length > 0 || !isCalled(request, first)) return [];
    const meant = people.get(first);
    if (meant !== undefined && meant !== only[0]) return [];
    people.set(first, only[0]);
    return [only[1]];
  });
}

/** True for what somebody wrote or sent, who may call himself anything. */
export function isMessage({ own, inner, thread }: Record): boolean {
  return thread.length > 0 || [...own, ...inner].some(({ key }) => WRITTEN.has(key.toLowerCase()) || SENT.test(key));
}

const SENT = /^(?:from|sender|author|by|subject)$/i;

/** Said with a capital letter, and with no other name around it. */
function isCalled(request: Request, first: string): boolean {
  const { tokens } = request;
  if (GENERIC.has(first)) return false;
  const said = tokens.flatMap((token, at) => (token.text === first || token.owner === first ? [at] : []));
  return said.length > 0 && said.every((at) => isAlone(request, at));
}

function isAlone(request: Request, at: number): boolean {
  const [before, token, after] = [request.tokens[at - 1], request.tokens[at], request.tokens[at + 1]];
  if (token === undefined || !/^\p{Lu}/u.test(token.raw)) return false;
  const isFirst = before === undefined || sentenceOf(request, before.at) !== sentenceOf(request, token.at);
  // `Will you`, `Mark it`, `May I`: a word at the beginning need not be a name.
  if (isFirst) return false;
  const isLater = request.tokens[at - 2] !== undefined && sameSentence(request, request.tokens[at - 2], before);
  if (!before.breaks && isLater && isCapital(before)) return false;
  return after === undefined || token.breaks || token.owner !== undefined || !isCapital(after);
}

function sameSentence(request: Request, one: Token | undefined, other: Token): boolean {
  return one !== undefined && sentenceOf(request, one.at) === sentenceOf(request, other.at);
}

/** A name, not an `I`. */
function isCapital({ raw }: Token): boolean {
  return /^\p{Lu}\p{L}/u.test(raw);
}
