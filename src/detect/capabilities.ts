import { parametersOf, type ToolLike, wordsOf } from '../kernel/tool-like.ts';

/** What a tool can do, as far as its definition shows it. */
export type Capability = 'readsPrivate' | 'readsUntrusted' | 'egress' | 'writes' | 'executes';

/** All capabilities, in the order in which they are told. */
const capabilities: readonly Capability[] = ['readsPrivate', 'readsUntrusted', 'egress', 'writes', 'executes'];

// The first verb of a name says what a tool does: `jira_delete_issue` deletes, `get_deleted_items` reads.
const READ = setOf(
  'get read list search find query fetch view show describe lookup download export retrieve inspect browse open check count load scan select navigate crawl scrape extract snapshot recall',
);
const WRITE = setOf(
  'create update delete remove write edit insert add set put patch move rename copy append modify replace drop upload archive restore assign merge fork commit push close reset clear revoke grant enable disable install uninstall deploy publish start stop restart kill terminate rotate scale apply',
);
const SEND = setOf(
  'send post publish email tweet message reply comment notify share forward upload submit push invite transfer dispatch broadcast',
);
const RUN = setOf('exec execute run eval evaluate spawn shell bash terminal');
const VERBS: ReadonlySet<string> = new Set([
  ...READ,
  ...WRITE,
  ...SEND,
  ...RUN,
  ...setOf('generate render resolve validate convert analyze simulate echo wait click fill type press hover think'),
]);

const PRIVATE = setOf(
  'file files folder directory document documents doc docs drive email emails mail gmail inbox mailbox message messages calendar contact contacts note notes memory memories database databases db sql table tables query collection collections secret secrets env environment clipboard screenshot screenshots history customer customers invoice invoices account accounts payment payments order orders cookie cookies dm dms diff repository log logs',
);
const UNTRUSTED_TEXT =
  /\b(?:web ?pages?|websites?|web search|search the (?:web|internet)|scrap(?:e|es|ing)|crawl(?:s|ing)?|(?:any|a|the|specified|given) urls?|fetch(?:es)? (?:a |any |the )?(?:url|content)|html|rss|(?:e-?mails?|inbox)|incoming messages?|tweets?|comments|reviews|issues?|pull requests?|tickets?|posts?|news|social media|reddit|slack|discord|support conversations?)\b/;
const SENDS_TEXT =
  /\b(?:sends? (?:an? |the )?(?:e-?mail|message|sms|request|notification|http)|posts? (?:an? |the )?(?:message|comment|tweet|reply)|uploads?|publish(?:es)?|webhook|http requests?)\b/;
const REACHES_OUT =
  /\b(?:fetch|navigat|request|download|open|visit|load|scrap|crawl|brows|http|clon|connect|webhook|get|post|put|send|extract|read|retriev)\w{0,4}\b/;
const OPEN_URL = /^(?:url|urls|uri|link|endpoint|webhook|webhook_?url|target_?url|website)$/i;
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
  const isReading = verb === undefined || READ.has(verb) || RUN.has(verb);
  const takesUrl = names.some((name) => OPEN_URL.test(name)) && REACHES_OUT.test(`${words.join(' ')} ${about}`);
  const takesPath = names.some((name) => LOCAL_PATH.test(name)) && /\bfiles?\b/.test(about);
  if (isReading && (words.some((word) => PRIVATE.has(word)) || takesPath)) can.add('readsPrivate');
  if (isReading && (UNTRUSTED_TEXT.test(about) || (takesUrl && tool.annotations?.openWorldHint !== false)))
    can.add('readsUntrusted');
  const sends = verb !== undefined && SEND.has(verb) && !(verb === 'push' || verb === 'submit');
  if (
    (sends && (names.some((name) => ADDRESSEE.test(name)) || SENDS_TEXT.test(about))) ||
    (takesUrl && !isNoFetch(verb))
  )
    can.add('egress');
  if (verb !== undefined && WRITE.has(verb) && tool.annotations?.readOnlyHint !== true) can.add('writes');
  if (runsAnything(tool) !== undefined) {
    // What runs commands can do all of it.
    for (const capability of capabilities) if (capability !== 'readsUntrusted') can.add(capability);
  }
  return can;
}

// A parameter `url` that only names something: `create_bookmark(url)`, `validate_url(url)`.
function isNoFetch(verb: string | undefined): boolean {
  return verb !== undefined && WRITE.has(verb) && verb !== 'upload' && verb !== 'push';
}

const OPENING = 600;

/** The beginning of a description, in lower case: examples and warnings further down say little about what it does. */
export function openingOf(description: string): string {
  return description.slice(0, OPENING).toLowerCase().replaceAll(/\s+/g, ' ');
}

const CODE_PARAMETER =
  /^(?:command|cmd|commands|shell|shell_?command|command_?line|bash|script|code|source_?code|python_?code|js_?code|python|javascript|program|snippet)$/i;
const RUNS_TEXT =
  /\b(?:execut(?:e|es|ing|ion)|run(?:s|ning)?|eval(?:uate|uates)?|interpret(?:s|er)?) (?:(?:of )?(?:a|an|the|any|arbitrary|your|given|specified|raw|python|typescript|javascript|js|node|shell|bash|system|terminal|os|command[- ]line|one-off|or|and|user|custom|playwright) ){0,6}(?:commands?|code|scripts?|snippets?|python|javascript|typescript|programs?|code\/commands)\b|\b(?:shell|terminal|bash|powershell) (?:commands?|process|session)\b|\barbitrary (?:javascript|python|typescript|code|commands?)\b/;
const KEPT_IN =
  /\bsandbox(?:ed|es)?\b|\b(?:in|inside|within) (?:(?:a|an|the|its|their|new|docker|linux|secure|specific|ephemeral) ){0,4}(?:isolated|container|micro-?vm|jail)\b|\b(?:pyodide|webassembly|wasm|e2b|docker container)\b/;
const IN_PAGE =
  /\b(?:in|on|of|against) (?:the |a |an )?(?:current |selected |active |open |browser )?(?:page|pages|tab|browser|browser console|frame|dom|element|document|web ?view)\b/;
// The argument of one program, which is as good as that program's own bounds.
const ONE_PROGRAM = /\b(?:kubectl|helm|git|terraform|redis|sqlcmd|argocd|adb|xcodebuild|simctl|slash|bot|cli)\b/;
const LOOKS_ONLY = setOf(
  'analyze lint format validate review explain search find check parse highlight render generate translate get list read describe convert test',
);

/** Where a tool would run code. */
export interface Runner {
  /** Path of the parameter with the command or code. */
  readonly parameter: string;
  /** `machine`: nothing is said to keep it in. `sandbox` and `page`: so it says. `program`: arguments of one program. */
  readonly where: 'machine' | 'sandbox' | 'page' | 'program';
}

/** The parameter by which a tool takes a command or code to run; undefined where it runs nothing of the caller's. */
export function runsAnything(tool: ToolLike): Runner | undefined {
  const words = wordsOf(tool.name);
  const about = openingOf(tool.description);
  const namesRunning = words.some((word) => RUN.has(word));
  if (!namesRunning && words.some((word) => LOOKS_ONLY.has(word))) return undefined;
  const parameter = parametersOf(tool).find(({ name, schema }) => CODE_PARAMETER.test(name) && isFreeText(schema));
  if (parameter === undefined) return undefined;
  const said = `${about} ${openingOf(parameter.description)} ${words.join(' ')}`;
  if (!RUNS_TEXT.test(said)) return undefined;
  return { parameter: parameter.path, where: whereOf(said) };
}

function whereOf(said: string): Runner['where'] {
  if (KEPT_IN.test(said)) return 'sandbox';
  if (IN_PAGE.test(said)) return 'page';
  return ONE_PROGRAM.test(said) ? 'program' : 'machine';
}

/** True for a parameter that takes any text, or a list of any text. */
export function isFreeText(schema: Readonly<Record<string, unknown>>): boolean {
  const { type, enum: options, const: only, pattern } = schema;
  if (options !== undefined || only !== undefined || typeof pattern === 'string') return false;
  return (
    type === undefined || type === 'string' || type === 'array' || (Array.isArray(type) && type.includes('string'))
  );
}

function setOf(words: string): ReadonlySet<string> {
  return new Set(words.split(' '));
}

const DESTROYS = setOf(
  'delete remove drop destroy purge wipe erase truncate overwrite kill terminate uninstall revoke send transfer pay deploy',
);
const CHANGES = setOf(
  'create update write edit insert put patch move rename append modify replace upload archive merge commit publish post',
);

/** What the name of a tool says that it changes: `destroys` (deletes, sends, pays), `changes`, or nothing. */
export function effectOf(name: string): 'destroys' | 'changes' | undefined {
  const verb = wordsOf(name).find((word) => VERBS.has(word) || DESTROYS.has(word));
  if (verb === undefined) return undefined;
  if (DESTROYS.has(verb)) return 'destroys';
  return CHANGES.has(verb) ? 'changes' : undefined;
}
