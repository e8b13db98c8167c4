import { runsAnything } from '../../kernel/runs-anything.ts';
import { type ToolLike, wordsOf } from '../../kernel/tool-like.ts';
import type { Parameter } from '../../kernel/tool-parameters.ts';
import type { Argument } from './argument.ts';
import { isHost, isPath, isRecipient, isUrl, mayBeRecipient, sendsAlong } from './argument-words.ts';
import {
  codeParameter,
  openingOf,
  saysReadOnly,
  speaksOfSql,
  sqlParameter,
  statementParameter,
  wordSet,
} from '../../kernel/tool-words.ts';
import {
  alsoNouns,
  changingVerbs,
  type Deed,
  deedsOfThing,
  deedsOfVerb,
  effectsOfDeed,
  makingVerbs,
  verbOf,
} from './deeds.ts';
import { isNamedAfterWhatItTells } from './named-after-what-it-tells.ts';
import { effects as allEffects, type Effect } from './tool-profile.ts';

/** What a tool does, as its definition says or suggests. */
export interface Doing {
  readonly effects: ReadonlySet<Effect>;
  /** The effects without those that its server's hints add. */
  readonly unhinted: ReadonlySet<Effect>;
  readonly deeds: ReadonlySet<Deed>;
  /** Words of the name, in lower case, in plain Latin letters where they look like such in full width. */
  readonly words: readonly string[];
  /** The beginning of the description, in lower case. */
  readonly about: string;
  /** Path of the argument that is code, a command or a statement. */
  readonly code: string | undefined;
}

/** Words that a tool with a URL may have and yet connect nowhere. */
const ON_TEXT = new Set(['parse', 'validate', 'encode', 'decode', 'format', 'normalize', 'hash', 'sort', 'compare']);

/** What a tool does. In doubt more: a definition that says nothing known can write, and send where an argument says whereto. */
export function doingOf(
  tool: ToolLike,
  parameters: readonly Parameter[],
  args: readonly Argument[],
  sandboxed: boolean,
): Doing {
  const words = wordsOf(tool.name.normalize('NFKC'));
  const about = openingOf(tool.description.slice(0, 2_000).normalize('NFKC'));
  const sql = sqlOf(words, about, parameters);
  const deeds = deedsOf(words, about, args, sql !== undefined);
  const known = deeds.size > 0;
  const code = sql === undefined ? codeOf(tool, deeds, args) : undefined;
  const found = new Set<Effect>(known ? [] : ['write']);
  for (const deed of deeds) {
    if (deed === 'run' && code !== undefined) continue;
    for (const effect of effectsOfDeed[deed]) found.add(effect);
  }
  // What runs any command or code can do all of it, unless something of ours keeps it in.
  if (code !== undefined) for (const effect of sandboxed ? KEPT_IN : allEffects) found.add(effect);
  if (sql?.mayWrite === true) found.add('write');
  addSent(found, args, words, about, known);
  if (SAVES.test(words.join(' ')) && args.some(isPath)) found.add('write');
  return {
    effects: withHinted(found, tool.annotations),
    unhinted: found,
    deeds,
    words,
    about,
    code: code ?? sql?.path,
  };
}

const KEPT_IN: readonly Effect[] = ['read', 'execute'];

/** What the name and the description say; empty where neither says anything known. */
function deedsOf(
  words: readonly string[],
  about: string,
  args: readonly Argument[],
  takesSql: boolean,
): ReadonlySet<Deed> {
  const name = deedsOfName(words, about);
  const told = deedsOfDescription(about, name.deeds.length > 0 && !name.isUnclear);
  // `exchange_rate` exchanges nothing where the description says what it does.
  const named = name.isUnclear && told.length > 0 && name.verb !== leadingVerbOf(about) ? [] : name.deeds;
  // A noun at the end of a name that could be a verb is unclear as well.
  const isUnnamed = name.isUnclear && told.length === 0;
  if (isUnnamed && isNamedAfterWhatItTells(words, about, args, name.deeds.length > 0)) return new Set(['read']);
  // That what changes something tells of it as well goes without saying.
  const isChange = named.length > 0 && !named.includes('read');
  const deeds = [...named, ...told.filter((deed) => !(isChange && deed === 'read'))];
  // To run a query is to ask.
  const asks = takesSql || words.some((word) => ASKS.has(word));
  return new Set(deeds.map((deed) => (deed === 'run' && asks ? 'read' : deed)));
}

/** Path of the argument that is a command or code to run. */
function codeOf(tool: ToolLike, deeds: ReadonlySet<Deed>, args: readonly Argument[]): string | undefined {
  const runner = runsAnything(tool);
  if (runner !== undefined || !(deeds.has('run') || deeds.size === 0)) return runner?.parameter;
  return args.find(({ name, isFree }) => isFree && codeParameter.test(name))?.path;
}

/** Adds `egress` where an argument says whereto, or the description that something is sent. */
function addSent(
  found: Set<Effect>,
  args: readonly Argument[],
  words: readonly string[],
  about: string,
  known: boolean,
): void {
  const onlyReads = found.size === 1 && found.has('read');
  const isOnText = onlyReads && words.some((word) => ON_TEXT.has(word));
  const takesUrl = args.some(isUrl) || (CONNECTS.test(`${words.join(' ')} ${about}`) && args.some(isHost));
  if (takesUrl && !isOnText) found.add('egress');
  const tells = !onlyReads && args.some((one) => isRecipient(one) || (!known && mayBeRecipient(one)));
  if (tells || args.some(sendsAlong) || SENDS_ON.test(about)) {
    for (const effect of effectsOfDeed.send) found.add(effect);
  }
}

// Attacker-controlled: what a server says of its tool may add to what it can do, and never take away.
function withHinted(plain: ReadonlySet<Effect>, hints: unknown): ReadonlySet<Effect> {
  if (typeof hints !== 'object' || hints === null) return plain;
  const { readOnlyHint, destructiveHint, openWorldHint } = hints as Readonly<Record<string, unknown>>;
  const found = new Set(plain);
  if (readOnlyHint === false || destructiveHint === true) found.add('write');
  // Nearly every tool that reads from a network says so; that alone names no place for data to go.
  if (openWorldHint === true && (found.has('write') || found.has('execute'))) found.add('egress');
  return found;
}

/** What a tool that is given a host does with it, where something leaves. */
const CONNECTS =
  /\b(?:fetch|navigat|request|download|visit|scrap|crawl|brows|http|connect|ping|resolv|scan|lookup|look up|dns|whois|trace|monitor|probe|check)\w{0,4}\b/;
/** `run_query`, `execute_search`: nothing is run but a question. */
const ASKS = new Set(['query', 'queries', 'search', 'sql', 'select', 'report', 'aggregation', 'statement']);
/** Reading tools that leave a file behind. */
const SAVES = /\b(?:download|export|save|screenshot|snapshot|extract|unzip|decompress|convert|render|generate)\b/;
const SENDS_ON =
  /(?:^|[.;,] |\band (?:then )?)(?:it |this |also |then |automatically )*(?:sends?|forwards?|e-?mails?|notif(?:y|ies)|posts) (?:an? |the |it |them |these |all |out |results? |to )/;

/** What a name says; unclear where each of its verbs may be a noun. */
function deedsOfName(
  words: readonly string[],
  about: string,
): { readonly deeds: readonly Deed[]; readonly verb?: string; readonly isUnclear: boolean } {
  const verbs = words.flatMap((word, index) => (deedsOfVerb.has(word) ? [{ word, index }] : []));
  const plain = verbs.filter(({ word }) => !alsoNouns.has(word));
  const [first] = plain.length > 0 ? plain : verbs;
  if (first === undefined) return { deeds: [], isUnclear: true };
  const counted = new Set([first.word]);
  for (const { word, index } of verbs) {
    // `search_and_replace`, `get_or_create_user`; `share_search_results` shares, `email_search` does not.
    const isJoined = JOINS.test(words[index - 1] ?? '') || (index === 0 && JOINS.test(words[1] ?? ''));
    const leads = index === 0 && first.index < words.length - 1 && !ONLY_READS.test(about);
    if (isJoined || leads) counted.add(word);
  }
  const deeds = [...counted].flatMap((verb) => deedsOfVerb.get(verb) ?? []);
  return {
    deeds: [...deeds, ...deedsOfObject(first.word, words.slice(first.index + 1))],
    verb: first.word,
    isUnclear: plain.length === 0,
  };
}

const JOINS = /^(?:and|or|then)$/;
const ONLY_READS = /^(?:gets?|returns?|lists?|retrieves?|search(?:es)?|finds?|reads?|shows?|fetch(?:es)?)\b/;

/** What a verb does by what it is done to: a payment that is made, a member that is added. */
function deedsOfObject(verb: string, object: readonly string[]): readonly Deed[] {
  const deeds = object.flatMap((word) => deedsOfThing.get(word) ?? []);
  // Whoever is added to something is let in.
  if (verb === 'add' && object.some((word) => PEOPLE.has(word))) deeds.push('give');
  if (makingVerbs.has(verb)) return deeds;
  return changingVerbs.has(verb) ? deeds.filter((deed) => deed !== 'send') : [];
}

const PEOPLE = wordSet(
  'user users person people teammate teammates contributor contributors editor editors viewer viewers',
);

const LEADING =
  /^(?:(?:this|the|an?|it|tool|function|method|action|endpoint|command|api|operation|which|that|can|will|may|be|used|use|using|to|for|you|user|users|allows?|lets|enables?|helps?|also|then|optionally|please) |[a-z]+ly )+/;
/** Beginnings of later sentences that say what happens, rather than what to write into an argument. */
const HAPPENS = /\b(?:will|also|then|this|it)\b/;
const STRONG = wordSet(
  'delete remove send execute overwrite modify write create update transfer pay publish upload notify invite purchase cancel share forward email post charge buy edit replace append install run',
);
const DETERMINERS = wordSet(
  'a an the this that your my our one all new specific given some any current multiple existing it them each every several',
);

/** What a description says that the tool does: how it begins, and of later sentences what matters most. */
function deedsOfDescription(about: string, isNamed: boolean): readonly Deed[] {
  const [first = '', ...rest] = about.split(/[.;!?](?: |$)/).slice(0, 12);
  return [...deedsOfOpening(tokensOf(first), isNamed), ...rest.flatMap(deedsOfLater)];
}

function deedsOfLater(sentence: string): readonly Deed[] {
  const [token = ''] = tokensOf(sentence);
  const verb = verbOf(token);
  if (verb === undefined || !STRONG.has(verb)) return [];
  // `Send one id per line` is advice.
  const happens = token !== verb || HAPPENS.test(LEADING.exec(sentence)?.[0] ?? '');
  return happens ? (deedsOfVerb.get(verb) ?? []) : [];
}

function deedsOfOpening(tokens: readonly string[], isNamed: boolean): readonly Deed[] {
  // `The text of a document`, `Messages of a room`: nothing is texted or messaged.
  if (tokens[1] === 'of') return [];
  if (isDoneAlready(tokens)) return tokens.flatMap((_, index) => deedsJoinedAt(tokens, index));
  const at = leadingVerb(tokens, isNamed);
  if (at === undefined) return [];
  const deeds = [...deedsAt(tokens, at)];
  const form = formOf(tokens[at] ?? '');
  for (let index = at + 2; index < tokens.length; index += 1) {
    const token = tokens[index] ?? '';
    if (!/^(?:and|or|then|,|&)$/.test(tokens[index - 1] ?? '') || formOf(token) !== form) continue;
    const isVerb = !alsoNouns.has(verbOf(token) ?? '') || DETERMINERS.has(tokens[index + 1] ?? '');
    if (isVerb) deeds.push(...deedsAt(tokens, index).filter((deed) => deed !== 'read'));
  }
  return deeds;
}

/** `Messages exchanged with a member`, `Orders placed by a customer`: things with what was done to them before. */
function isDoneAlready([first = '', second = '', third = '']: readonly string[]): boolean {
  const verb = verbOf(first);
  const isPlural = verb !== undefined && verb !== first && alsoNouns.has(verb) && first.endsWith('s');
  return isPlural && DONE.has(second) && /^(?:by|with|from|between)$/.test(third);
}

/** `…, and deletes them`: what the things are is not all that is said. */
function deedsJoinedAt(tokens: readonly string[], index: number): readonly Deed[] {
  const verb = verbOf(tokens[index] ?? '');
  if (verb === undefined || alsoNouns.has(verb) || !/^(?:and|or|then|,|&)$/.test(tokens[index - 1] ?? '')) return [];
  return (deedsOfVerb.get(verb) ?? []).filter((deed) => deed !== 'read');
}

const DONE = wordSet('exchanged placed made sent received written shared posted created issued booked');

/** The basic form of the verb that a description begins with. */
function leadingVerbOf(about: string): string | undefined {
  return verbOf(tokensOf(about.slice(0, 200))[0] ?? '');
}

function leadingVerb(tokens: readonly string[], isNamed: boolean): number | undefined {
  const verb = verbOf(tokens[0] ?? '');
  // `Order status of …`: the name says what is done with it, or it has to be taken for a verb.
  // `Messages of a room.` are things as well.
  const next = tokens[1] ?? '';
  const isThing = verb === tokens[0] ? !DETERMINERS.has(next) : /^(?:of|with|in|from|between)$/.test(next);
  const isNoun = isThing && alsoNouns.has(verb ?? '');
  if (verb !== undefined && !(isNoun && isNamed)) return 0;
  const to = tokens.findIndex((token, index) => token === 'to' && deedsOfVerb.has(tokens[index + 1] ?? ''));
  return verb === undefined && to !== -1 ? to + 1 : undefined;
}

function deedsAt(tokens: readonly string[], index: number): readonly Deed[] {
  const verb = verbOf(tokens[index] ?? '');
  if (verb === undefined) return [];
  // `Returns the orders`: only a name means by it that goods go back.
  if (verb === 'return') return ['read'];
  const deeds = deedsOfVerb.get(verb) ?? [];
  const end = tokens.findIndex((token, at) => at > index && OBJECT_ENDS.has(token));
  const object = tokens.slice(index + 1, Math.min(end === -1 ? tokens.length : end, index + 7));
  return [...deeds, ...deedsOfObject(verb, object)];
}

const OBJECT_ENDS = wordSet('for to in from with of on at by using and or that which , as into via about');

function formOf(token: string): 'base' | 's' | 'ing' | undefined {
  const verb = verbOf(token);
  if (verb === undefined) return undefined;
  if (verb === token) return 'base';
  return token.endsWith('ing') ? 'ing' : 's';
}

function tokensOf(sentence: string): readonly string[] {
  const plain = sentence.trim().replace(LEADING, '');
  return (plain.match(/[\p{L}\p{N}'-]+|[,&]/gu) ?? []).slice(0, 60);
}

/** The argument that takes whole SQL statements, and whether they may change something. */
function sqlOf(
  words: readonly string[],
  about: string,
  parameters: readonly Parameter[],
): { readonly path: string; readonly mayWrite: boolean } | undefined {
  const isAboutSql = speaksOfSql.test(`${about} ${words.join(' ')}`);
  const found = parameters.find(
    ({ name, description }) =>
      sqlParameter.test(name) ||
      (statementParameter.test(name) && (isAboutSql || speaksOfSql.test(openingOf(description)))),
  );
  if (found === undefined || words.some((word) => SQL_AS_TEXT.has(word))) return undefined;
  return { path: found.path, mayWrite: !saysReadOnly.test(`${about} ${openingOf(found.description)}`) };
}

const SQL_AS_TEXT = new Set(['format', 'validate', 'lint', 'generate', 'translate', 'parse', 'convert']);
