import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { Constraint } from '../src/policy/constraint/constraint.ts';
import type { Budget, TaskGrant } from '../src/policy/grant/task-grant.ts';
import type { Source } from '../src/policy/provenance/source.ts';
import { compareGrants } from '../src/policy/prove/compare-grants.ts';
import { encodeWider, words } from './oracle/encode-grants.ts';

const folder = join(import.meta.dirname, 'oracle');
const isThere = existsSync(join(folder, 'node_modules', 'z3-solver'));
if (!isThere) console.error('SKIPPED: no theorem prover in test/oracle; `npm test` installs it.');

/** What Z3 answers to each script. */
function solve(scripts: readonly string[]): readonly string[] {
  const { stdout, status } = spawnSync(process.execPath, [join(folder, 'solve.mjs')], {
    input: JSON.stringify(scripts),
    encoding: 'utf8',
    maxBuffer: 16_777_216,
  });
  expect(status).toBe(0);
  return JSON.parse(stdout);
}

const some = <T extends string>(...all: T[]) => fc.uniqueArray(fc.constantFrom(...all), { minLength: 1, maxLength: 3 });
const optional = { optional: fc.constant(true) };
const constraints: Readonly<Record<string, fc.Arbitrary<Constraint>>> = {
  to: fc.record({ oneOf: some(...words), ...optional }, { requiredKeys: ['oneOf'] }),
  amount: fc.record(
    { min: fc.constantFrom(-1, 0), max: fc.constantFrom(0, 0.5, 2), ...optional },
    { requiredKeys: [] },
  ),
  path: fc.record({ subpath: some('/', '/a', '/a/b', '/b', '/c'), ...optional }, { requiredKeys: ['subpath'] }),
};
const args: fc.Arbitrary<Record<string, Constraint>> = fc
  .record(constraints, { requiredKeys: [] })
  .map((made) => Object.fromEntries(Object.entries(made).flatMap(([key, one]) => (one ? [[key, one]] : []))));
const budget: fc.Arbitrary<Budget> = fc.oneof(
  fc.record({ kind: fc.constant('count' as const), max: fc.nat(3) }),
  fc.record({ kind: fc.constant('sum' as const), argument: fc.constant('amount'), max: fc.constantFrom(0, 1, 2.5) }),
);
const small: fc.Arbitrary<TaskGrant> = fc.record(
  {
    id: fc.constant('g'),
    tool: fc.constant('m/t'),
    effects: some('read', 'write', 'egress'),
    definition: fc.constantFrom(...words),
    args,
    otherArgs: fc.constantFrom('any', 'plain', 'none'),
    integrity: fc.record({ to: some<Source>('user', 'trusted', 'unknown') }),
    uses: fc.integer({ min: 1, max: 3 }),
    budgets: fc.array(budget, { maxLength: 1 }),
    expiresAt: fc.constantFrom(10, 20),
    onDeny: fc.constantFrom('deny', 'ask'),
    alwaysAsk: fc.constant(true),
  },
  { requiredKeys: ['id', 'tool', 'effects'] },
);

/** A grant like another one but for a field or two. */
const like = (grant: TaskGrant): fc.Arbitrary<TaskGrant> =>
  fc.tuple(small, fc.shuffledSubarray(Object.keys(grant), { maxLength: 1 })).map(([other, drop]) => {
    const kept = Object.entries(grant).filter(([key]) => key === 'id' || key === 'tool' || !drop.includes(key));
    const inner = { ...grant.args, ...other.args };
    const merged = { ...other, ...Object.fromEntries(kept), ...(grant.args === undefined ? {} : { args: inner }) };
    return askedOnce({ ...merged, effects: grant.effects });
  });

/**
 * Where everything is asked about, the prover sees no difference between grants; the proof does, as what was approved for the
 * one may not do for the other.
 */
function askedOnce({ alwaysAsk, ...grant }: TaskGrant): TaskGrant {
  return alwaysAsk === true && grant.onDeny !== 'ask' ? { ...grant, alwaysAsk } : grant;
}

/** One grant against one, and one against two; what was used of budgets is told apart for one alone. */
const pairs = small.map(askedOnce).chain((grant) =>
  fc.tuple(like(grant), fc.option(like(grant))).map(([other, third]) => {
    if (third === null) return { before: [grant], after: [other] };
    return { before: [grant, { ...third, id: 'h' }].map(unbounded), after: [unbounded(other)] };
  }),
);

function unbounded({ uses: _uses, budgets: _budgets, ...grant }: TaskGrant): TaskGrant {
  return grant;
}

it.skipIf(!isThere)('never calls grants narrower that a theorem prover finds wider, and the other way round', () => {
  const cases = fc.sample(pairs, { numRuns: 600, seed: 20_261_122 });
  const answers = solve(cases.map(({ before, after }) => encodeWider(before, after)));
  const counts = new Map<string, number>();
  for (const [at, { before, after }] of cases.entries()) {
    const ours = compareGrants(before, after, { budgets: 'fresh' }).narrower;
    const pair = `${ours} ${answers[at]}`;
    counts.set(pair, (counts.get(pair) ?? 0) + 1);
    if (ours === true) expect(answers[at], JSON.stringify({ before, after })).toBe('unsat');
    if (ours === false) expect(answers[at], JSON.stringify({ before, after })).toBe('sat');
  }
  const of = (pair: string): number => counts.get(pair) ?? 0;
  if (process.env['MERLON_COUNTS'] !== undefined) console.log(counts);
  expect(of('true unsat')).toBeGreaterThan(100);
  expect(of('false sat')).toBeGreaterThan(100);
  // What is narrower and not recognised as such costs a question, no more; still it should be rare.
  expect(of('unknown unsat')).toBeLessThan(of('true unsat') / 5);
});
