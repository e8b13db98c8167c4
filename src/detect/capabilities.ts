import { runsAnything } from '../kernel/runs-anything.ts';
import { parametersOf, type ToolLike, wordsOf } from '../kernel/tool-like.ts';
import {
  changeVerbs,
  destroyVerbs,
  openingOf,
  otherVerbs,
  readVerbs,
  runVerbs,
  sendVerbs,
  urlParameter,
  wordSet,
  writeVerbs,
} from '../kernel/tool-words.ts';

/** What a tool can do, as far as its definition shows it. */
export type Capability = 'readsPrivate' | 'readsUntrusted' | 'egress' | 'writes' | 'executes';

/** All capabilities, in the order in which they are told. */
const capabilities: readonly Capability[] = ['readsPrivate', 'readsUntrusted', 'egress', 'writes', 'executes'];

// The first verb of a name says what a tool does: `jira_delete_issue` deletes, `get_deleted_items` reads.
const VERBS: ReadonlySet<string> = new Set([...readVerbs, ...writeVerbs, ...sendVerbs, ...runVerbs, ...otherVerbs]);

const PRIVATE = wordSet(
  'file files folder directory document documents doc docs drive email emails mail gmail inbox mailbox message messages calendar contact contacts note notes memory memories database databases db sql table tables query collection collections secret secrets env environment clipboard screenshot screenshots history customer customers invoice invoices account accounts payment payments order orders cookie cookies dm dms diff repository log logs',
);
const UNTRUSTED_TEXT =
  /\b(?:web ?pages?|websites?|web search|search the (?:web|internet)|scrap(?:e|es|ing)|crawl(?:s|ing)?|(?:any|a|the|specified|given) urls?|fetch(?:es)? (?:a |any |the )?(?:url|content)|html|rss|(?:e-?mails?|inbox)|incoming messages?|tweets?|comments|reviews|issues?|pull requests?|tickets?|posts?|news|social media|reddit|slack|discord|support conversations?)\b/;
const SENDS_TEXT =
  /\b(?:sends? (?:an? |the )?(?:e-?mail|message|sms|request|notification|http)|posts? (?:an? |the )?(?:message|comment|tweet|reply)|uploads?|publish(?:es)?|webhook|http requests?)\b/;
const REACHES_OUT =
  /\b(?:fetch|navigat|request|download|open|visit|load|scrap|crawl|brows|http|clon|connect|webhook|get|post|put|send|extract|read|retriev)\w{0,4}\b/;
const ADDRESSEE =
  /^(?:to|recipient|recipients|cc|bcc|email|to_?email|channel|channel_?id|chat_?id|phone|phone_?number)$/i;
const LOCAL_PATH = /^(?:path|paths|file|file_?path|filename|file_?name|directory|dir|folder)$/i;

/** What a tool can do, judged by its name, the beginning of its description, its parameters and its annotations. */
export function capabilitiesOf(tool: ToolLike): ReadonlySet<Capability> {
  const words = wordsOf(tool.name);
  const verb = words.find((word) => VERBS.has(word));
  const about = openingOf(tool.description);
  const names = parametersOf(tool).map(({ name }) => name);
  const can = new Set<Capability>();
  const isReading = verb === undefined || readVerbs.has(verb) || runVerbs.has(verb);
  const takesUrl = names.some((name) => urlParameter.test(name)) && REACHES_OUT.test(`${words.join(' ')} ${about}`);
  const takesPath = names.some((name) => LOCAL_PATH.test(name)) && /\bfiles?\b/.test(about);
  if (isReading && (words.some((word) => PRIVATE.has(word)) || takesPath)) can.add('readsPrivate');
  if (isReading && (UNTRUSTED_TEXT.test(about) || (takesUrl && tool.annotations?.openWorldHint !== false)))
    can.add('readsUntrusted');
  const sends = verb !== undefined && sendVerbs.has(verb) && !(verb === 'push' || verb === 'submit');
  if (
    (sends && (names.some((name) => ADDRESSEE.test(name)) || SENDS_TEXT.test(about))) ||
    (takesUrl && !isNoFetch(verb))
  )
    can.add('egress');
  if (verb !== undefined && writeVerbs.has(verb) && tool.annotations?.readOnlyHint !== true) can.add('writes');
  if (runsAnything(tool) !== undefined) {
    // What runs commands can do all of it.
    for (const capability of capabilities) if (capability !== 'readsUntrusted') can.add(capability);
  }
  return can;
}

// A parameter `url` that only names something: `create_bookmark(url)`, `validate_url(url)`.
function isNoFetch(verb: string | undefined): boolean {
  return verb !== undefined && writeVerbs.has(verb) && verb !== 'upload' && verb !== 'push';
}

/** What the name of a tool says that it changes: `destroys` (deletes, sends, pays), `changes`, or nothing. */
export function effectOf(name: string): 'destroys' | 'changes' | undefined {
  const verb = wordsOf(name).find((word) => VERBS.has(word) || destroyVerbs.has(word));
  if (verb === undefined) return undefined;
  if (destroyVerbs.has(verb)) return 'destroys';
  return changeVerbs.has(verb) ? 'changes' : undefined;
}
