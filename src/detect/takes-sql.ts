import { parametersOf, type ToolLike, wordsOf } from '../kernel/tool-like.ts';
import {
  isFreeText,
  openingOf,
  saysReadOnly,
  speaksOfSql,
  sqlParameter,
  statementParameter,
} from '../kernel/tool-words.ts';

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
  if (saysReadOnly.test(about)) return undefined;
  const isAboutSql = speaksOfSql.test(`${about} ${words.join(' ')}`);
  return parametersOf(tool).find(
    ({ name, schema, description }) =>
      isFreeText(schema) &&
      !saysReadOnly.test(openingOf(description)) &&
      (sqlParameter.test(name) || (isAboutSql && statementParameter.test(name))),
  )?.path;
}
