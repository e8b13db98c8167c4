import { isFreeText, openingOf } from './capabilities.ts';
import { parametersOf, type ToolLike, wordsOf } from '../kernel/tool-like.ts';

const SQL = /^(?:sql|sql_?query|sql_?statement|raw_?sql)$/i;
const STATEMENT = /^(?:query|statement|queries|statements)$/i;
const READS_ONLY =
  /\bread[- ]?only\b|\bselect(?: queries| statements| query| statement)? only\b|\bonly (?:select|read)\b|\bcannot (?:modify|change|write)\b/;
const RUNS_NOTHING = new Set([
  'explain',
  'format',
  'validate',
  'lint',
  'analyze',
  'generate',
  'translate',
  'parse',
  'search',
  'convert',
]);

/** The parameter by which a tool takes whole SQL statements to execute; undefined where it takes none or says it only reads. */
export function takesSql(tool: ToolLike): string | undefined {
  const words = wordsOf(tool.name);
  if (tool.annotations?.readOnlyHint === true || words.some((word) => RUNS_NOTHING.has(word))) return undefined;
  const about = openingOf(tool.description);
  if (READS_ONLY.test(about)) return undefined;
  const speaksOfSql = /\b(?:sql|postgres|postgresql|mysql|sqlite|bigquery|snowflake)\b/.test(
    `${about} ${words.join(' ')}`,
  );
  return parametersOf(tool).find(
    ({ name, schema, description }) =>
      isFreeText(schema) &&
      !READS_ONLY.test(openingOf(description)) &&
      (SQL.test(name) || (speaksOfSql && STATEMENT.test(name))),
  )?.path;
}
