import { isObject, type Json, type JsonObject } from '../../kernel/jsonrpc.ts';
import type { Scalar } from '../constraint/constraint.ts';
import type { SinkKind, ToolProfile } from '../tool/tool-profile.ts';
import { MAX_PHRASES, namedRecords } from './name-records.ts';
import { type Field, isProse, isWritten, type Record, recordListsOf, scalarsIn } from './records.ts';
import { forDeedAt, isFlagSaid, isSaid, isSpanSaid, readRequest, type Request, sentenceOf } from './request.ts';
import { askedAt } from '../task/asks-for.ts';
import type { Source, Sources } from './source.ts';
import { hasLinkInside, isIdKey, isLookup, isShort, keyOf, lastOf, pointedAt, textsIn } from './values.ts';
import { contentOf, type Part } from './result-parts.ts';
import { cutLoose, isDisguised } from './tokens.ts';
import { createSeenWords } from './seen-words.ts';
import { isSameUrl, type UrlForm, urlFormOf, urlsIn } from './url-form.ts';
import { bareOf, linkOf, linkOfField, linksIn, secretKindOf, speaksOfSecret } from './content.ts';
import { thingsOf } from './things.ts';
import { allMeant } from './all-meant.ts';
import { chosenMeant } from './chosen-meant.ts';
import { GENERIC, LINK_WORDS } from './vocabulary.ts';
import { whenOf } from './when.ts';

/** How much a task remembers. What is beyond a bound counts as untrusted from then on, never as anything better. */
export interface ProvenanceLimits {
  /** Different words of untrusted output. Default 100,000. */
  readonly words: number;
  /** Values that are linked or trusted. Default 20,000. */
  readonly values: number;
  /** Characters of one result that are read; the rest makes everything unknown untrusted. Default 1,048,576. */
  readonly characters: number;
}

/** Secrets that are remembered; with more, every text to be sent has to be approved. */
const MAX_SECRETS = 500;
const MAX_TOOLS = 1_000;
/** Characters of a text to be sent that is looked through; a longer one has to be approved. */
const MAX_TEXT = 262_144;
const DEFAULT_LIMITS: ProvenanceLimits = { words: 100_000, values: 20_000, characters: 1_048_576 };

/** What of a task's memory survives a restart: not the values, so that what was linked has to be looked up again. */
export interface ProvenanceState {
  readonly exposed: boolean;
}

/** Where values come from in one task, as it goes on. */
export interface Provenance extends Sources {
  /**
   * Takes note of what a tool returned.
   * @param args What it was called with: a lookup by words of the user names what it finds.
   * @param result An MCP `CallToolResult`; attacker-controlled.
   */
  learn(profile: ToolProfile, args: JsonObject, result: JsonObject): void;
  /** Plain JSON to keep. */
  state(): ProvenanceState;
}

export interface ProvenanceOptions {
  /** What the user asked for, in the user's own words. Default: nothing is the user's. */
  readonly request?: string | undefined;
  readonly state?: ProvenanceState | undefined;
  readonly limits?: Partial<ProvenanceLimits>;
}

/**
 * Tells where values come from in one task: from the user's words, from trusted tools, from records that the user's words
 * name, or from text that anybody may have written.
 *
 * - A value is the *user's* only as whole words of the request; a number is an id only where the request says so.
 * - A value is *linked* only as a whole field of a record that the request names ({@link namedRecords}). What stands
 *   inside prose (a letter, a review, a file's text) never is, whatever it claims to be, except for two uses that do
 *   little harm: the day of an appointment, and the only link in a text, where a page is just read (pinning decides).
 * - A short id counts only as the id of the kind of thing that it was: event 13 is not file 13.
 * - What was forgotten or was too much to read makes values untrusted, and exposure is never forgotten.
 */
export function createProvenance(options: ProvenanceOptions = {}): Provenance {
  const limits = { ...DEFAULT_LIMITS, ...options.limits };
  const request = readRequest(options.request ?? '');
  // What counts as a day for which tool, worked out once.
  const requests = new Map<string, Request>();
  const speaksOfLinks = request.tokens.some(({ text }) => LINK_WORDS.has(text));
  const linked = new Map<string, Set<string>>();
  const links = new Set<string>();
  const days = new Set<string>();
  // Values that a tool keeps under names like `passport_number`, with what kind of secret that is.
  const secrets = new Map<string, number>();
  // Days in what was written about named things: they count only while the user has named no day.
  const writtenDays = new Set<string>();
  const trusted = new Set<string>();
  // Ids of records that the request itself names: looked up by one, a thing is the same thing.
  const ids = new Set<string>();
  const people = new Map<string, string>();
  // The tool that told who `each of them` are; another list is not meant by it.
  let chosenBy: string | undefined;
  // After a restart nobody knows what was seen, so everything may have been.
  const seen = createSeenWords(limits.words, options.state?.exposed ?? false);
  let exposed = options.state?.exposed ?? false;

  const values = (): number => linked.size + links.size + days.size + writtenDays.size + trusted.size;
  const hasRoom = (): boolean => values() < limits.values;

  function learn(profile: ToolProfile, args: JsonObject, result: JsonObject): void {
    const { parts, isCut } = contentOf(result, limits.characters);
    if (profile.output === 'trusted') {
      for (const part of parts) trust(part);
    } else {
      exposed = true;
      if (isCut) seen.flood();
      for (const part of parts) seen.add(part);
    }
    if (result['isError'] === true) return;
    const lookups = lookupsIn(profile, args);
    const pointed = idsIn(profile, args);
    const things = thingsOf(profile.tool, '');
    // A list that somebody else's words chose from is not all of anything.
    const isOwnList = lookups.length === textsIn(args).length;
    for (const { node } of parts) {
      if (node === undefined) continue;
      const lists = recordListsOf(node);
      linkChosen(`${profile.tool} ${JSON.stringify(args)}`, textsIn(args), lists, things);
      for (const records of lists) {
        for (const record of records) keepSecrets(record);
        if (isOwnList) for (const field of allMeant(request, profile.tool, records)) linkField(field, things);
        for (const record of namedRecords(request, records, lookups, people, profile.tool)) {
          link(record, things);
          for (const { key, text } of record.own)
            if (isIdKey(key) && ids.size < limits.values) ids.add(cutLoose(keyOf(text)));
        }
      }
      const same = pointedAt(lists, pointed);
      if (same !== undefined) link(same, things);
    }
  }

  function linkChosen(
    call: string,
    texts: readonly string[],
    lists: readonly (readonly Record[])[],
    things: readonly string[],
  ): void {
    if (chosenBy !== undefined && chosenBy !== call) return;
    const chosen = chosenMeant(request, texts, lists, things);
    if (chosen.length > 0) chosenBy = call;
    for (const field of chosen) linkField(field, things);
  }

  /** Ids of named records among the arguments: what is found by one is what was named. Ids inside it lead no further. */
  function idsIn({ tool }: ToolProfile, args: JsonObject): readonly string[] {
    return Object.entries(args).flatMap(([path, value]) => {
      if (typeof value !== 'string' && typeof value !== 'number') return [];
      const [text, key] = [String(value).trim(), keyOf(String(value))];
      return ids.has(key) && !isDisguised(text) && isLinked(key, text, 'target', tool, path) ? [key] : [];
    });
  }

  function trust({ text, node }: Part): void {
    const whole = node === undefined ? [text.trim()] : scalarsIn(node);
    for (const value of whole)
      if (hasRoom() && value !== '' && !isProse(value) && !isDisguised(value)) trusted.add(cutLoose(keyOf(value)));
  }

  /** Values of the arguments that are the user's and say what is looked for. */
  function lookupsIn(profile: ToolProfile, args: JsonObject): readonly string[] {
    const found: string[] = [];
    const add = (value: Json | undefined, path: string): void => {
      if (found.length >= MAX_PHRASES) return;
      if (Array.isArray(value)) for (const item of value) add(item, path);
      else if (isObject(value)) for (const [key, item] of Object.entries(value)) add(item, `${path}.${key}`);
      else if (isLookup(value) && isSaidLookup(value, path, profile)) found.push(String(value));
    };
    for (const [key, value] of Object.entries(args)) add(value, key);
    return found;
  }

  /** A whole number is an id there, whatever the profile says; a day or an amount names nothing. */
  function isSaidLookup(value: string | number, path: string, { sinks }: ToolProfile): boolean {
    const kind = Object.hasOwn(sinks, path) ? sinks[path] : undefined;
    if (kind === 'time' || kind === 'amount' || kind === 'permission') return false;
    if (typeof value === 'number' || /^\d+$/.test(value)) return isSaid(request, value, 'target');
    return whenOf(value).days.length === 0 && isSaid(request, value, kind);
  }

  function keepSecrets({ own, inner }: Record): void {
    for (const field of [...own, ...inner]) {
      const kind = secretKindOf(field);
      if (kind !== undefined && secrets.size < MAX_SECRETS) secrets.set(bareOf(field.text), kind);
    }
  }

  /** After so many secrets that not all could be kept, no text is fit to be sent without a person. */
  function isFitToSend(text: string): boolean {
    if (!exposed && secrets.size === 0) return true;
    if (secrets.size >= MAX_SECRETS || text.length > MAX_TEXT) return false;
    const isKnown = (form: UrlForm): boolean =>
      links.has(linkOf(form)) || request.urls.some((meant) => isSameUrl(meant, form));
    if (exposed && !linksIn(text).every(isKnown)) return false;
    const bare = bareOf(text);
    return ![...secrets].some(([secret, kind]) => bare.includes(secret) && !speaksOfSecret(request, kind));
  }

  function link({ own, inner, thread }: Record, things: readonly string[]): void {
    const written = [...thread];
    for (const field of [...own, ...inner]) {
      if (isWritten(field.text) || hasLinkInside(field.text)) written.push(field.text);
      else if (field.type !== 'boolean') linkField(field, things);
    }
    linkWritten(written);
  }

  function linkField({ key, text }: Field, things: readonly string[]): void {
    const value = keyOf(text);
    if (value === '' || GENERIC.has(value) || isProse(text) || isDisguised(text) || !hasRoom()) return;
    const kinds = linked.get(value) ?? new Set();
    for (const thing of [...things, ...thingsOf('', key)]) kinds.add(thing);
    linked.set(cutLoose(value), kinds);
    // What was paid is written as less than nothing, and paid again as more.
    if (/^-\d/.test(value)) linked.set(value.slice(1), kinds);
    const url = linkOfField(text);
    if (url !== undefined) links.add(url);
    for (const { month, day } of whenOf(text).days) days.add(`${month}-${day}`);
  }

  function linkWritten(texts: readonly string[]): void {
    if (!hasRoom()) return;
    const urls = new Set(texts.slice(0, 200).flatMap((text) => urlsIn(text, true, 20).map(linkOf)));
    if (urls.size === 1 && speaksOfLinks) for (const url of urls) links.add(url);
    if (request.when.days.length > 0) return;
    for (const text of texts)
      for (const { month, day } of whenOf(text).days.slice(0, 50)) writtenDays.add(`${month}-${day}`);
  }

  function sourceOf(value: Scalar, kind: SinkKind | undefined, tool: string, path = ''): Source {
    if (value === null) return 'user';
    if (kind === undefined && typeof value === 'string' && !isFitToSend(value)) return 'unfit';
    if (value === true && isFlagSaid(request, lastOf(path), sentencesFor(tool))) return 'user';
    if (typeof value === 'number' && (kind === 'time' || kind === 'amount') && isSpanSaid(request, value, path))
      return 'user';
    if (typeof value === 'boolean') return exposed ? 'untrusted' : 'unknown';
    if (isSaid(kind === 'time' ? requestFor(tool) : request, value, kind) || isSaidKind(String(value), path))
      return 'user';
    const text = String(value).trim();
    if (isDisguised(text)) return exposed ? 'untrusted' : 'unknown';
    const folded = keyOf(text);
    if (trusted.has(folded)) return 'trusted';
    if (isLinked(folded, text, kind, tool, path)) return 'linked';
    return exposed && seen.has(text) ? 'untrusted' : 'unknown';
  }

  function sentencesFor(tool: string): ReadonlySet<number> {
    return new Set(askedAt(request, tool).map((at) => sentenceOf(request, at)));
  }

  function requestFor(tool: string): Request {
    const known = requests.get(tool) ?? forDeedAt(request, askedAt(request, tool));
    if (requests.size < MAX_TOOLS) requests.set(tool, known);
    return known;
  }

  /** `type: file` beside the id of one: a word for a kind of thing, which can do no harm where the user says it. */
  function isSaidKind(text: string, path: string): boolean {
    return (
      /(?:^|\.)(?:type|kind)$/.test(path) && GENERIC.has(text) && request.tokens.some((token) => token.text === text)
    );
  }

  function isLinked(folded: string, text: string, kind: SinkKind | undefined, tool: string, path: string): boolean {
    if (kind === 'url') {
      const form = urlFormOf(text);
      return form !== undefined && links.has(linkOf(form));
    }
    if (kind === 'time') {
      const { days: named } = whenOf(text);
      if (named.length > 0)
        return named.every(({ month, day }) => days.has(`${month}-${day}`) || writtenDays.has(`${month}-${day}`));
    }
    const things = linked.get(folded) ?? (kind === 'amount' ? linked.get(changedFrom(folded)) : undefined);
    if (things === undefined) return false;
    return !isShort(folded, kind) || kind === 'amount' || thingsOf(tool, path).some((thing) => things.has(thing));
  }

  /** `100 more than before`: the number that the request's own number was added to or taken from. */
  function changedFrom(value: string): string {
    if (!/^\d{1,15}(?:\.\d{1,15})?$/.test(value) || !request.words.has('by')) return '';
    const from = [...request.numbers].flatMap((step) => [Number(value) - step, Number(value) + step]);
    return from.map((one) => String(Math.round(one * 100) / 100)).find((one) => linked.has(one)) ?? '';
  }

  return {
    learn,
    sourceOf,
    get exposed() {
      return exposed;
    },
    state: () => ({ exposed }),
  };
}
