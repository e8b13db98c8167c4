import { wordsOf } from '../../kernel/tool-like.ts';
import { readName } from './field-names.ts';
import type { Field, Record } from './records.ts';
import { isProse, isWritten } from './records.ts';
import { isNameSaid, type Request } from './request.ts';
import { fold, runAt, type Token, tokensOf } from './tokens.ts';
import { byFirstName, isMessage } from './first-names.ts';
import { singular } from './things.ts';
import { GENERIC, PEOPLE, SUPERLATIVES } from './vocabulary.ts';
import { whenOf } from './when.ts';

/** How many records one name may stand for; more were not meant one by one, and a flood of them was perhaps planted. */
export const MAX_NAMESAKES = 10;

/**
 * The records of one list that the request names, so that their other fields count as linked to it:
 *
 * 1. a field of theirs, as a whole, stands in the request (a title, a file name, a person), or
 * 2. the tool was asked with words of the request, and a field is those words, or has them in it, or
 * 3. the same, they stand anywhere in the only record that there is, or
 * 4. the request quotes a part of a field of theirs, and of no other record's, or
 * 5. the request compares (`the largest file`) and they alone come out first, or
 * 6. the request says a first name, and somebody of that name is in a directory alone ({@link byFirstName}).
 *
 * What this cannot tell: a record that somebody planted under the very name that the user says. It then counts as
 * named like the real one. Text inside fields cannot bring that about, only whoever can make records of their own.
 */
export function namedRecords(
  request: Request,
  records: readonly Record[],
  lookups: readonly string[],
  people: Map<string, string> = new Map(),
  tool = '',
): readonly Record[] {
  const named = new Set<Record>();
  const add = (some: readonly Record[]): void => {
    if (some.length <= MAX_NAMESAKES) for (const record of some) named.add(record);
  };
  for (const some of byOwnName(request, records, listsOwnPayments(tool, records))) add(some);
  for (const lookup of lookups) add(byLookup(lookup, records));
  for (const some of byFirstName(request, records, people)) add(some);
  for (const record of byComparison(request, records)) named.add(record);
  for (const record of byQuotation(request, records)) named.add(record);
  return [...named];
}

/** `standing_orders`, `list_planned_payments`: what the user set up, nobody who pays or writes to the user. */
function listsOwnPayments(tool: string, records: readonly Record[]): boolean {
  const words = wordsOf(tool.slice(tool.lastIndexOf('/') + 1));
  const kind = words.findIndex(
    (word, index) => index > 0 && PAYMENTS.test(word) && PLANNED.test(words[index - 1] ?? ''),
  );
  if (kind !== words.length - 1 || words.slice(0, -2).some((word) => !LISTS.test(word))) return false;
  return !records.some(isMessage);
}

const PLANNED = /^(?:standing|planned|scheduled|recurring|repeating)$/;
const PAYMENTS = /^(?:orders|payments|transfers)$/;
const LISTS = /^(?:get|list|show|read|fetch|my|all)$/;

function byOwnName(
  request: Request,
  records: readonly Record[],
  areOwnPayments: boolean,
): readonly (readonly Record[])[] {
  const holders = new Map<string, Record[]>();
  for (const record of records) {
    for (const { key, text, type } of record.own) {
      if (text === '' || type === 'boolean' || type === 'null' || isProse(text)) continue;
      const name = `${key}\n${withoutReply(text)}`;
      const some = holders.get(name);
      if (some === undefined) holders.set(name, [record]);
      else if (some.at(-1) !== record) some.push(record);
    }
  }
  const found: Record[][] = [];
  for (const [name, some] of holders) {
    const at = name.indexOf('\n');
    // What most of a list has in common is a state or a kind, no name.
    const isCommon = some.length > 1 && some.length > records.length / 2;
    const key = name.slice(0, at);
    // Of what the user pays, `to` says whom, and is what the user calls it by.
    const named = areOwnPayments && key.toLowerCase() === 'to' ? 'payee' : key;
    if (!isCommon && isName(request, named, name.slice(at + 1))) found.push(some);
  }
  return found;
}

function isName(request: Request, key: string, text: string): boolean {
  const { isNaming, isContainer } = readName(key);
  if (isContainer) return false;
  if (/^\d+$/.test(text)) return (isNaming && request.ids.has(text)) || isEndSaid(request, key, text);
  if (/^[\d\s.,:/-]+$/.test(text)) return false;
  const tokens = tokensOf(text, 50);
  if (tokens.every((token) => GENERIC.has(token.text))) return false;
  return (isNaming || tokens.length > 1) && isNameSaid(request, text) && whenOf(text).places.length === 0;
}

/** `the card ending in 4412`: the field that holds the last digits of a longer number. */
function isEndSaid({ tokens }: Request, key: string, text: string): boolean {
  if (!/last_?(?:4|four)(?:_?digits)?$/i.test(key) || !/^\d{4}$/.test(text)) return false;
  return tokens.some((token, at) => {
    const [before, earlier] = [tokens[at - 1], tokens[at - 2]];
    const isEnd = /^(?:in|with|on)$/.test(before?.text ?? '') && /^(?:ending|ends)$/.test(earlier?.text ?? '');
    return token.text === text && isEnd && before?.breaks === false && earlier?.breaks === false;
  });
}

/** Quotations, and words of a lookup, that are looked for in records; what comes after them names nothing. */
export const MAX_PHRASES = 10;

function holds(text: string, wanted: readonly Token[], max: number): boolean {
  // Cheap first: most fields of a long list have nothing of it.
  if (!fold(text).includes(wanted[0]?.text ?? '')) return false;
  return runAt(tokensOf(text, max), wanted) >= 0;
}

/** The best that a lookup finds: those that are called so, else those with it in a field, else the only one there is. */
function byLookup(lookup: string, records: readonly Record[]): readonly Record[] {
  const wanted = fold(lookup.trim());
  const tokens = tokensOf(lookup, 50);
  const isIt = ({ key, text }: Field): boolean =>
    fold(withoutReply(text.trim())) === wanted && !readName(key).isContainer;
  const exact = records.filter((record) => record.own.some(isIt));
  // What all have in common is where they are, or what was searched for; it singles out none of them.
  if (exact.length > 1 && exact.length === records.length) return [];
  if (exact.length > 0 || tokens.length === 0 || /^\d+$/.test(wanted)) return exact;
  const has = ({ key, text }: Field): boolean =>
    holds(text, tokens, 50) && !isProse(text) && !readName(key).isContainer;
  const partly = records.filter((record) => record.own.some(has));
  if (partly.length > 0 || records.length !== 1) return partly;
  return records.filter((record) => record.own.some((field) => holds(field.text, tokens, 5_000)));
}

/** `Re: Lunch` is about what `Lunch` is about. */
function withoutReply(text: string): string {
  return !text.includes(':') ? text : text.replace(/^(?:(?:re|fwd?|aw|wg|sv|tr|antw): {0,3}){1,5}/i, '');
}

function byQuotation({ quoted }: Request, records: readonly Record[]): readonly Record[] {
  return [...quoted].slice(0, MAX_PHRASES).flatMap((phrase) => {
    const tokens = tokensOf(phrase, 50);
    if (tokens.length < 2 || tokens.every(({ text }) => GENERIC.has(text))) return [];
    const has = ({ own }: Record): boolean => own.some(({ text }) => !isWritten(text) && holds(text, tokens, 50));
    const found = records.filter(has);
    return found.length === 1 ? found : [];
  });
}

/** Only where the best is one alone, and there was something to compare it with. */
function byComparison(request: Request, records: readonly Record[]): readonly Record[] {
  if (records.length < 2) return [];
  const counted = byCount(request, records);
  if (counted !== undefined) return [counted];
  return SUPERLATIVES.flatMap(({ words, most, fields }) => {
    if (!words.some((word) => runAt(request.tokens, tokensOf(word)) >= 0)) return [];
    for (const { key } of records[0]?.own.slice(0, MAX_KEYS) ?? []) {
      if (!wordsOf(key).some((word) => fields.includes(word))) continue;
      const best = bestBy(records, key, most);
      if (best !== undefined) return [best];
    }
    return [];
  });
}

/** `the room with the most people`: where the records count such things. */
function byCount({ tokens }: Request, records: readonly Record[]): Record | undefined {
  for (const [index, { text, breaks }] of tokens.entries()) {
    const most = MOST.get(text);
    const noun = singular(tokens[index + 1]?.text ?? '');
    if (most === undefined || breaks || GENERIC_COUNT.test(noun)) continue;
    for (const { key, type } of records[0]?.own.slice(0, MAX_KEYS) ?? []) {
      const words = wordsOf(key).map(singular);
      const isIt = words.includes(noun) || (PEOPLE.has(noun) && words.some((word) => PEOPLE.has(word)));
      if (type === 'number' && isIt) return bestBy(records, key, most);
    }
  }
  return undefined;
}

const MOST: ReadonlyMap<string, 'max' | 'min'> = new Map([
  ['most', 'max'],
  ['fewest', 'min'],
]);
const GENERIC_COUNT = /^(?:id|number|)$/;

/** Fields of a record that are compared. */
const MAX_KEYS = 50;

function bestBy(records: readonly Record[], key: string, most: 'max' | 'min'): Record | undefined {
  const ranked: { record: Record; rank: number }[] = [];
  for (const record of records) {
    const rank = rankOf(record.own.find((field) => field.key === key)?.text ?? '');
    if (rank === undefined) return undefined;
    ranked.push({ record, rank: most === 'max' ? rank : -rank });
  }
  ranked.sort((one, other) => other.rank - one.rank);
  const [first, second] = ranked;
  return first !== undefined && second !== undefined && first.rank > second.rank ? first.record : undefined;
}

function rankOf(text: string): number | undefined {
  if (/^-?\d{1,15}(?:\.\d{1,15})?$/.test(text)) return Number(text);
  if (!/^\d{4}-\d{2}-\d{2}(?:[T ][\d:.]{5,18})?(?:Z|[+-]\d{2}:\d{2})?$/.test(text)) return undefined;
  const time = Date.parse(text.replace(' ', 'T'));
  return Number.isNaN(time) ? undefined : time;
}
