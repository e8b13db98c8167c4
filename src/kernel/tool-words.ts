/**
 * The vocabulary by which tools are read. It was tuned on thousands of real tools; whoever adds a word changes what the
 * scanner says of them.
 */

/** Verbs of tools that tell something. */
export const readVerbs = wordSet(
  'get read list search find query fetch view show describe lookup download export retrieve inspect browse open check count load scan select navigate crawl scrape extract snapshot recall',
);
/** Verbs of tools that change something. */
export const writeVerbs = wordSet(
  'create update delete remove write edit insert add set put patch move rename copy append modify replace drop upload archive restore assign merge fork commit push close reset clear revoke grant enable disable install uninstall deploy publish start stop restart kill terminate rotate scale apply',
);
/** Verbs of tools that send something to somebody. */
export const sendVerbs = wordSet(
  'send post publish email tweet message reply comment notify share forward upload submit push invite transfer dispatch broadcast',
);
/** Verbs of tools that run something. */
export const runVerbs = wordSet('exec execute run eval evaluate spawn shell bash terminal');
/** Verbs of tools that do none of these. */
export const otherVerbs = wordSet(
  'generate render resolve validate convert analyze simulate echo wait click fill type press hover think',
);
/** Verbs of tools that destroy something, or do what cannot be undone. */
export const destroyVerbs = wordSet(
  'delete remove drop destroy purge wipe erase truncate overwrite kill terminate uninstall revoke send transfer pay deploy',
);
/** Verbs of tools that change something and leave it in being. */
export const changeVerbs = wordSet(
  'create update write edit insert put patch move rename append modify replace upload archive merge commit publish post',
);

/** Names of parameters that take a URL to reach. */
export const urlParameter = /^(?:url|urls|uri|link|endpoint|webhook|webhook_?url|target_?url|website)$/i;
/** Names of parameters that take code or a command. */
export const codeParameter =
  /^(?:command|cmd|commands|shell|shell_?command|command_?line|bash|script|code|source_?code|python_?code|js_?code|python|javascript|program|snippet)$/i;
/** Names of parameters that take a whole SQL statement. */
export const sqlParameter = /^(?:sql|sql_?query|sql_?statement|raw_?sql)$/i;
/** Names of parameters that take one where the tool speaks of SQL. */
export const statementParameter = /^(?:query|statement|queries|statements)$/i;
/** Texts that speak of SQL. */
export const speaksOfSql = /\b(?:sql|postgres|postgresql|mysql|sqlite|bigquery|snowflake)\b/;
/** Texts that say that statements only read. */
export const saysReadOnly =
  /\bread[- ]?only\b|\bselect(?: queries| statements| query| statement)? only\b|\bonly (?:select|read)\b|\bcannot (?:modify|change|write)\b/;

const OPENING = 600;

/** The beginning of a description, in lower case: examples and warnings further down say little about what it does. */
export function openingOf(description: string): string {
  return description.slice(0, OPENING).toLowerCase().replaceAll(/\s+/g, ' ');
}

/** True for a parameter that takes any text, or a list of any text. */
export function isFreeText(schema: Readonly<Record<string, unknown>>): boolean {
  const { type, enum: options, const: only, pattern } = schema;
  if (options !== undefined || only !== undefined || typeof pattern === 'string') return false;
  return (
    type === undefined || type === 'string' || type === 'array' || (Array.isArray(type) && type.includes('string'))
  );
}

/** The words of a text, by themselves. */
export function wordSet(words: string): ReadonlySet<string> {
  return new Set(words.split(' '));
}
