import { MAX_REQUEST } from '../task/task.ts';
import type { Scalar } from '../constraint/constraint.ts';
import type { SinkKind } from '../tool/tool-profile.ts';
import { fold, isDisguised, runAt, type Token, tokensOf } from './tokens.ts';
import { currenciesIn } from './currency.ts';
import { singular } from './things.ts';
import { isSameUrl, type UrlForm, urlFormOf, urlsIn } from './url-form.ts';
import { ACCESS, AFTER_ID, GENERIC, ID_NOUNS, PERMISSIONS } from './vocabulary.ts';
import { type Day, isSameDay, later, type When, whenOf } from './when.ts';

/** A user's request, read once. */
export interface Request {
  readonly tokens: readonly Token[];
  /** The same with nouns in the singular. */
  readonly singular: readonly Token[];
  /** All words of it, to say no quickly. */
  readonly words: ReadonlySet<string>;
  /** What stands between quotes or backticks, as it was written. */
  readonly quoted: ReadonlySet<string>;
  readonly urls: readonly UrlForm[];
  /** Numbers that are neither days, times nor ids. */
  readonly numbers: ReadonlySet<number>;
  /** Numbers that the request calls ids: `#13`, `id 13`, `ticket 13`, `'13'`. */
  readonly ids: ReadonlySet<string>;
  /** Runs of letters and digits without the spaces between them, for account and card numbers. */
  readonly compact: ReadonlySet<string>;
  /** Codes of the currencies of its amounts, in lower case. */
  readonly currencies: ReadonlySet<string>;
  readonly when: When;
  /** Offsets at which sentences end, in order. */
  readonly ends: readonly number[];
}

/** Reads a request. Attacker-controlled in as far as the client says what the user wrote; linear in its length. */
export function readRequest(text: string): Request {
  const bounded = text.slice(0, MAX_REQUEST);
  const tokens = tokensOf(bounded);
  const when = whenOf(bounded);
  const isTime = timesIn(when, bounded.length);
  const quoted = quotedIn(bounded);
  return {
    tokens,
    singular: tokens.map(inSingular),
    words: new Set(tokens.flatMap(({ text: word, owner }) => (owner === undefined ? [word] : [word, owner]))),
    quoted,
    urls: urlsIn(bounded, true),
    numbers: new Set(tokens.filter((token) => isTime[token.at] !== 1).flatMap((token) => numbersOf(token.raw))),
    ids: idsIn(tokens, quoted, isTime),
    compact: compactIn(tokens),
    currencies: currenciesIn(bounded),
    when,
    ends: [...bounded.matchAll(/[.!?](?=\s|$)|\n/g)].map(({ index }) => index),
  };
}

/** Which sentence of the request an offset is in, from 0. */
export function sentenceOf({ ends }: Request, at: number): number {
  let [low, high] = [0, ends.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((ends[middle] ?? 0) < at) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Marks every character of a day, a time or a span, so that the 13 of `13 May` is no number and no id. */
function timesIn(when: When, length: number): Uint8Array {
  const marks = new Uint8Array(length + 1);
  for (const [from, to] of when.places) marks.fill(1, from, to);
  return marks;
}

function quotedIn(text: string): ReadonlySet<string> {
  const found = new Set<string>();
  // An apostrophe opens a quotation only after white space or punctuation, and closes it only before them.
  for (const pattern of [/"([^"\n]{1,400})"/g, /“([^”\n]{1,400})”/gu, /`([^`\n]{1,1000})`/g]) {
    for (const [, inner = ''] of text.matchAll(pattern)) found.add(inner.trim());
  }
  for (const [, inner = ''] of text.matchAll(
    /(?<![\p{L}\p{N}])['‘]([^'’\n]{1,400}(?:['’][\p{L}][^'’\n]{0,400}){0,4})['’](?![\p{L}\p{N}])/gu,
  )) {
    found.add(inner.trim());
  }
  return found;
}

/** The readings of a written number: `1,200.50`, `1.200,50`, `80GB`; none for a percentage. */
export function numbersOf(written: string): readonly number[] {
  const bare = written.replaceAll(/^(?:[A-Z]{0,3}[$€£¥₹]|[A-Z]{3}(?=\d))|[$€£¥₹]$/gu, '');
  const digits = /^(\d[\d.,'’]{0,30}?)\p{L}{0,3}$/u.exec(bare)?.[1];
  if (digits === undefined) return [];
  if (/^\d{1,3}(?:['’]\d{3}){1,5}(?:\.\d{1,10})?$/.test(digits)) return [Number(digits.replaceAll(/['’]/g, ''))];
  if (/^\d{1,15}(?:\.\d{1,10})?$/.test(digits)) return [Number(digits)];
  if (/^\d{1,3}(?:,\d{3}){1,5}(?:\.\d{1,10})?$/.test(digits)) return [Number(digits.replaceAll(',', ''))];
  if (/^\d{1,3}(?:\.\d{3}){0,5},\d{1,2}$/.test(digits)) return [Number(digits.replaceAll('.', '').replace(',', '.'))];
  return [];
}

function idsIn(tokens: readonly Token[], quoted: ReadonlySet<string>, isTime: Uint8Array): ReadonlySet<string> {
  const ids = new Set([...quoted].filter((text) => /^\d{1,20}$/.test(text)));
  let isNamed = false;
  for (const [index, { text, hash, at, breaks }] of tokens.entries()) {
    const isNumber: boolean = /^\d{1,20}$/.test(text) && isTime[at] !== 1;
    const isId: boolean = isNumber && (hash || text.length >= 5 || (isNamed && !isCount(text, tokens, index)));
    if (isId) ids.add(text);
    // `tickets 12, 13 and 14`: after an id the enumeration goes on.
    const goesOn: boolean = isNamed && (isId || text === 'and' || text === 'or');
    isNamed = goesOn || isIdNoun(text, breaks);
  }
  return ids;
}

function isIdNoun(text: string, breaks: boolean): boolean {
  // `no. 5`, `id: 5`: what ends with a full stop here ends no sentence.
  return (ID_NOUNS.has(text) && (!breaks || text.length <= 3)) || (!breaks && ID_NOUNS.has(text.replace(/s$/, '')));
}

/** `order 2 pizzas`, `message 5 people`: a small number with a thing after it counts things. */
function isCount(digits: string, tokens: readonly Token[], index: number): boolean {
  const [noun, token, next] = [tokens[index - 1], tokens[index], tokens[index + 1]];
  if (digits.length > 3 || token?.breaks === true || next === undefined) return false;
  const isSure = noun !== undefined && /^(?:ids?|num|number|no|nr|ref|reference)$/.test(noun.text);
  return !isSure && !AFTER_ID.has(next.text);
}

const MAX_COMPACT = 10;

function compactIn(tokens: readonly Token[]): ReadonlySet<string> {
  const found = new Set<string>();
  for (let from = 0; from < tokens.length; from += 1) {
    let run = '';
    for (const token of tokens.slice(from, from + MAX_COMPACT)) {
      run += compactOf(token.text);
      if (isAccountLike(run)) found.add(run);
      if (token.breaks || run.length > 40) break;
    }
  }
  return found;
}

function compactOf(text: string): string {
  return text.replaceAll(/^\+|[\s-]/g, '');
}

function isAccountLike(compact: string): boolean {
  return /^[a-z0-9]{8,40}$/.test(compact) && (compact.match(/\d/g)?.length ?? 0) >= 4;
}

/**
 * The request with the days that count for a deed that it asks for at these offsets: where the asking sentences name
 * days, those alone. `I travel from 1 to 5 May. Remind me on 25 April` wants no reminder for 1 May.
 */
export function forDeedAt(request: Request, asked: readonly number[]): Request {
  const sentences = new Set(asked.map((at) => sentenceOf(request, at)));
  const days = request.when.days.filter(({ at }) => at !== undefined && sentences.has(sentenceOf(request, at)));
  return days.length === 0 ? request : { ...request, when: { ...request.when, days } };
}

/** True when the user's own words name this value for this use. Whole words and whole ids only, see {@link Token}. */
export function isSaid(request: Request, value: Scalar, kind: SinkKind | undefined): boolean {
  if (typeof value === 'number') return isNumberSaid(request, value, kind);
  if (typeof value !== 'string' || value.length > MAX_REQUEST || isDisguised(value)) return false;
  if (value === '') return true; // Nothing cannot come from anybody else.
  // Some tools take days for what they do not call a time.
  if (kind === 'target' && DAY_OR_TIME.test(value)) return isTimeSaid(request, value);
  if (kind === 'url') return isUrlSaid(request, value);
  if (kind === 'command') return isCommandSaid(request, value);
  if (kind === 'permission') return isPermissionSaid(request, value);
  if (kind === 'time') return isTimeSaid(request, value);
  const written = value.trim();
  if (kind === 'path' && (isPathSaid(request, written) || isHereSaid(request, written))) return true;
  if (/^\d{1,20}$/.test(written)) return isDigitsSaid(request, written, kind);
  if (kind === 'amount')
    return (
      numbersOf(written).some((number) => request.numbers.has(number)) || request.currencies.has(written.toLowerCase())
    );
  if (kind === 'recipient' && written.includes('@') && LISTED.test(written))
    return written.split(LISTED).every((one) => one.includes('@') && isTextSaid(request, one));
  return isTextSaid(request, written);
}

function isNumberSaid(request: Request, value: number, kind: SinkKind | undefined): boolean {
  if (kind === 'target' || kind === 'recipient' || kind === 'path') return request.ids.has(String(value));
  return request.numbers.has(value);
}

const UNITS: readonly (readonly [RegExp, readonly number[]])[] = [
  [/min(?:ute)?s?$/i, [1]],
  [/hours?$/i, [60]],
  [/(?:day|night)s?$/i, [1440]],
  [/(?:duration|length)$/i, [1, 60]],
];

/** `for an hour`: 60 for an argument that counts minutes, 1 for one that counts hours. */
export function isSpanSaid({ when }: Request, value: number, path: string): boolean {
  const [, units = []] = UNITS.find(([name]) => name.test(path)) ?? [];
  return units.some((unit) => when.spans.includes(value * unit));
}

/** True for a flag that the request says in these sentences, as `a private room` says `is_private`, and does not deny. */
export function isFlagSaid(request: Request, flag: string, sentences: ReadonlySet<number>): boolean {
  const wanted = tokensOf(flag.replaceAll('_', ' ').replaceAll(/([a-z])([A-Z])/g, '$1 $2'), 5).filter(
    ({ text }) => !FLAG_VERBS.has(text),
  );
  if (wanted.every(({ text }) => text.length < 4)) return false;
  const isIt = (at: number): boolean => wanted.every(({ text }, index) => request.tokens[at + index]?.text === text);
  const found = request.tokens.flatMap((token, at) => (isIt(at) ? [{ token, at }] : []));
  const isDenied = (at: number): boolean =>
    request.tokens.slice(Math.max(0, at - 4), at).some(({ text }) => DENIES.test(text));
  return (
    found.some(({ token }) => sentences.has(sentenceOf(request, token.at))) && !found.some(({ at }) => isDenied(at))
  );
}

const FLAG_VERBS: ReadonlySet<string> = new Set(['is', 'be', 'as', 'make', 'set', 'has']);
const DENIES = /^(?:not?|non|never|without|un|neither|nor|unless|if|instead|rather)$|n['’]t$/;

function isDigitsSaid(request: Request, digits: string, kind: SinkKind | undefined): boolean {
  if (kind === 'amount') return request.numbers.has(Number(digits));
  return request.ids.has(digits) || (digits.length >= 8 && request.compact.has(digits));
}

/** The same for the name of a thing, of which the request may say several: `desk lamps`, `the Desk lamp`. */
export function isNameSaid(request: Request, name: string): boolean {
  if (isTextSaid(request, name)) return true;
  const tokens = tokensOf(name, 50).map(inSingular);
  if (tokens.length === 0 || isDisguised(name) || tokens.every(({ text }) => GENERIC.has(text))) return false;
  return runAt(request.singular, tokens) >= 0;
}

function inSingular(token: Token): Token {
  return { ...token, text: singular(token.text) };
}

/** True when the value stands in the request as one run of whole words that is more than everyday words. */
export function isTextSaid(request: Request, value: string): boolean {
  const tokens = tokensOf(value, 400);
  if (tokens.length === 0) return false;
  if (request.quoted.has(value)) return true;
  const areAllThere = tokens.every(({ text }) => request.words.has(text));
  const compact = compactOf(fold(value));
  if (isAccountLike(compact) && request.compact.has(compact)) return true;
  if (!areAllThere) return false;
  if (tokens.every(({ text }) => GENERIC.has(text) || text.length < 2)) {
    return tokens.length > 1 && tokens.some(({ text }) => text.length > 3) && runAt(request.tokens, tokens) >= 0;
  }
  return runAt(request.tokens, tokens) >= 0;
}

/** `budget.xlsx in /projects`: a folder and a name in it, both said. Nothing that leads anywhere else. */
function isPathSaid(request: Request, path: string): boolean {
  const at = path.lastIndexOf('/');
  const [folder, name] = [path.slice(0, at), path.slice(at + 1)];
  if (at < 1 || name === '' || /(?:^|\/)\.\.?(?:\/|$)|\\/.test(path)) return false;
  const isFolderSaid = isTextSaid(request, folder) || isTextSaid(request, `${folder}/`);
  return isFolderSaid && name.includes('.') && isTextSaid(request, name);
}

/** Several addresses in one text. */
const LISTED = /[,;] ?/;

/** `./notes.txt` is `notes.txt`, and leads nowhere else. */
function isHereSaid(request: Request, path: string): boolean {
  const name = path.slice(2);
  return path.startsWith('./') && !/^\/|(?:^|\/)\.\.?(?:\/|$)|\\/.test(name) && isTextSaid(request, name);
}

function isUrlSaid(request: Request, value: string): boolean {
  const form = urlFormOf(value);
  return form !== undefined && request.urls.some((meant) => isSameUrl(meant, form));
}

/** A command counts only as a whole: between quotes or backticks, or as what comes after `run` or `execute` to the end. */
function isCommandSaid(request: Request, value: string): boolean {
  return request.quoted.has(value.trim());
}

function isPermissionSaid(request: Request, value: string): boolean {
  const has = (word: string): boolean => request.tokens.some(({ text }) => text === word);
  if (!request.tokens.some(({ text }) => ACCESS.has(text))) return false;
  const name = fold(value).replaceAll(/[^\p{L}]/gu, '');
  const family = PERMISSIONS.find((words) => words.includes(name));
  return family === undefined ? isTextSaid(request, value) : family.some((word) => word.length > 2 && has(word));
}

function isTimeSaid(request: Request, value: string): boolean {
  const { days, times } = whenOf(value);
  if (days.length > 0) return days.every((day) => isDaySaid(request, day));
  if (times.length > 0) return times.every((time) => isHourSaid(request, time));
  return isTextSaid(request, value.trim());
}

const DAY_OR_TIME = /^\d{4}-\d{2}-\d{2}(?:[T ]\d{2}:\d{2}(?::\d{2})?)?$/;

/** The day itself, or as many nights or days after one as the request says. */
export function isDaySaid({ when }: Request, day: Day): boolean {
  const isNamed = (one: Day): boolean => isSameDay(one, day);
  if (when.days.some(isNamed)) return true;
  const nights = when.spans.filter((span) => span >= 1440);
  return when.days.some((first) => nights.some((span) => isNamed(later(first, span))));
}

function isHourSaid({ when }: Request, time: number): boolean {
  return when.times.some((said) => said === time || when.spans.some((span) => (said + span) % 1440 === time));
}
