import { showable } from '../detect/showable.ts';
import { MerlonError } from '../kernel/errors.ts';
import { compareGrants, type Counterexample } from '../policy/prove/compare-grants.ts';
import { compareTypes, type TypeComparison } from '../policy/prove/compare-types.ts';
import { readPolicy, type WrittenPolicy } from './read-policy.ts';

/** What {@link runPolicyDiff} is told by the command line. */
export interface PolicyDiffOptions {
  readonly format: 'text' | 'json';
}

/**
 * `merlon policy diff`: is what the second file gives tasks no more than what the first one gives?
 * @returns 0 where that is proven, 1 where something is wider, 3 where nobody knows
 */
export async function runPolicyDiff(
  before: string,
  after: string,
  { format }: PolicyDiffOptions,
  print: (line: string) => void,
): Promise<number> {
  const results = compare(await readPolicy(before), await readPolicy(after));
  if (format === 'json') print(JSON.stringify({ before, after, ...summaryOf(results), results: results.map(asData) }));
  else for (const line of results.flatMap(linesOf)) print(line);
  const { narrower } = summaryOf(results);
  if (format === 'text') print(verdicts[`${narrower}`]);
  return narrower === true ? 0 : narrower === false ? 1 : 3;
}

const verdicts = {
  true: 'Proven: the second gives no more than the first.',
  false: 'Wider: the second gives more than the first.',
  unknown: 'Unknown: it is not proven that the second gives no more than the first. Take it for wider.',
} as const;

function compare(before: WrittenPolicy, after: WrittenPolicy): readonly TypeComparison[] {
  if (before.kind === 'types' && after.kind === 'types') return compareTypes(before.types, after.types);
  if (before.kind === 'grants' && after.kind === 'grants') {
    return [{ subject: 'grants', result: compareGrants(before.grants, after.grants, { budgets: 'fresh' }) }];
  }
  throw new MerlonError('USAGE', 'One file has task types, the other grants of a running task.', {
    todo: 'Compare two of the same kind.',
  });
}

function summaryOf(results: readonly TypeComparison[]): { readonly narrower: boolean | 'unknown' } {
  const found = new Set(results.map(({ result }) => result.narrower));
  return { narrower: found.has(false) ? false : found.has('unknown') ? 'unknown' : true };
}

/** A call that is made many times is written once. */
function asData({ subject, result }: TypeComparison): unknown {
  if (!('counterexample' in result)) return { subject, ...result };
  const { earlier, ...rest } = result.counterexample;
  const calls = [...new Set(earlier)];
  return { subject, narrower: false, counterexample: { ...rest, earlier: { count: earlier.length, calls } } };
}

const words = { allow: 'allowed', ask: 'asked about', deny: 'denied' } as const;

function linesOf({ subject, result }: TypeComparison): string[] {
  const name = showable(subject);
  if (result.narrower === true) return [`${name}: no wider`];
  if (!('counterexample' in result)) {
    return [`${name}: ${result.narrower === false ? 'wider' : 'unknown'}`, `  ${showable(result.because)}`];
  }
  const { call, after, before, because } = result.counterexample;
  return [
    `${name}: wider`,
    `  ${showable(call.tool)} ${showable(JSON.stringify(call.args))}`,
    ...earlierLines(result.counterexample),
    `  first file: ${words[before]}${because === '' ? '' : `. ${showable(because)}`}`,
    `  second file: ${words[after]}`,
  ];
}

function earlierLines({ earlier }: Counterexample): string[] {
  if (earlier.length === 0) return [];
  const kinds = new Set(earlier).size === 1 ? 'the same call' : 'calls like it';
  return [`  after ${earlier.length} of ${kinds}, which both allow`];
}
