import { wordSet } from '../../kernel/tool-words.ts';
import type { Argument } from './argument.ts';
import { isAmount, isId, isPermission, isRecipient, isSecret, isThing, isTime, isUrl } from './argument-words.ts';
import { alsoNouns, deedsOfThing, deedsOfVerb, verbOf } from './deeds.ts';

/**
 * True for a tool without a verb that is named after what it tells: `room_members`, `order_history`. Only where all
 * of this speaks for it, as what changes something may be named like a thing as well (`lights`, `payment`):
 *
 * - every argument picks something out, and none says what to write, to whom, how much, or what to do;
 * - the name ends with a plural or a word for information, or the description names a thing instead of saying what is done;
 * - the description has no verb that changes anything.
 */
export function isNamedAfterWhatItTells(
  words: readonly string[],
  about: string,
  args: readonly Argument[],
  hasOtherDeeds: boolean,
): boolean {
  const head = words.at(-1) ?? '';
  if (hasOtherDeeds && !(words.length > 1 && ALSO_VERBS.has(head))) return false;
  const others = hasOtherDeeds ? words.slice(0, -1) : words;
  if (others.some(does) || (deedsOfThing.has(head) && !isPlural(head))) return false;
  if (!args.every((one) => picksOut(one, words)) || saysItActs(about)) return false;
  if (isVerbIn(about, words)) return false;
  if (hasOtherDeeds) return NAMES_THING.test(about);
  return isPlural(head) || INFORMATION.has(head) || NAMES_THING.test(about);
}

const INFORMATION = wordSet(
  'history overview directory ledger status info information summary detail statistics balance inventory agenda timetable catalog catalogue weather forecast metadata transcript membership backlog roster whereabouts',
);
/** What information is kept in, which happens to be a verb as well. */
const ALSO_VERBS = wordSet('book log record schedule report list tree profile');
const NAMES_THING =
  /^(?:(?:the|all|an?|every|each|everything|your|our) (?!\w+(?:s|ing) (?:the|an?|all)\b)|(?:who|what|which|where|whether|how) |(?:names?|\w+s|text|directory|list) (?:of|about) )/;

/** A word that some deed other than reading is named by, in whatever form; plurals of things are none. */
function does(word: string): boolean {
  const verb = verbOf(word);
  if (verb === undefined) return false;
  if (word !== verb && alsoNouns.has(verb) && isPlural(word)) return false;
  return (deedsOfVerb.get(verb) ?? []).some((deed) => deed !== 'read');
}

function isPlural(word: string): boolean {
  const verb = verbOf(word);
  const isOnlyVerb = verb !== undefined && verb !== word && !alsoNouns.has(verb);
  return word.length > 3 && /[^su]s$/.test(word) && !/(?:is|news)$/.test(word) && !isOnlyVerb;
}

/** `Keeps the list and removes …`: a verb in the present, with whoever does it or without. */
function saysItActs(about: string): boolean {
  const tokens = about.match(/[\p{L}-]+/gu) ?? [];
  return tokens.some((token, index) => {
    const verb = verbOf(token);
    if (verb === undefined || alsoNouns.has(verb)) return false;
    const isFinite = token !== verb || AFTER.has(tokens[index - 1] ?? '') || index === 0;
    return isFinite && (deedsOfVerb.get(verb) ?? []).some((deed) => deed !== 'read');
  });
}

/** `enrich_prospects` enriches, by its description: its first word is a verb, though none that is known here. */
function isVerbIn(about: string, [first = '', ...rest]: readonly string[]): boolean {
  if (rest.length === 0) return false;
  const [opening = '', next = ''] = about.match(/[\p{L}-]+/gu) ?? [];
  if (opening === first && isQuality(opening, next)) return false;
  return [first, `${first}s`, `${first}es`].includes(opening) && !/^(?:of|in|about)$/.test(next);
}

/** `Available seats of a train`: what the things are like. `free` also sets free, unless it is time or room that is free. */
function isQuality(opening: string, next: string): boolean {
  if (!isPlural(next)) return false;
  return QUALITIES.has(opening) || (opening === 'free' && CAN_BE_FREE.has(next));
}

const QUALITIES = wordSet(
  'available busy current recent past previous future upcoming active pending planned public private unread overdue due frequent popular nearby local known similar related old latest',
);
const CAN_BE_FREE = wordSet('times days dates hours weekdays evenings seats places rooms tables desks appointments');

const AFTER = wordSet('to can may will and or then also');

/** An argument that only says which ones, from when, how many. */
function picksOut(one: Argument, words: readonly string[]): boolean {
  const { head, isReadable, isNumber, isClosed, isObject } = one;
  if (!isReadable || isObject) return false;
  if (isUrl(one) || isRecipient(one) || isSecret(one) || isPermission(one) || isAmount(one, false)) return false;
  if (isClosed) return one.words.some((word) => CHOOSING.has(word));
  if (isNumber) return isId(head) || isTime(one) || one.words.some((word) => COUNTING.has(word));
  return isTime(one) || isId(head) || isThing(head) || FINDING.has(head) || words.includes(head);
}

const CHOOSING = wordSet(
  'only include exclude with unread recent sort order format verbose detail type kind category status stage language all expand recursive raw full view open',
);
const COUNTING = wordSet('limit count page offset top max min maximum minimum size per first last depth number n year');
const FINDING = wordSet(
  'query search keyword term filter name contain prefix type kind category status stage sort limit offset page cursor language folder room topic username handle login member person owner author section chapter path file day',
);
