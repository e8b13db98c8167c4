import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { Circumstances, Endorsed, ToolCall } from '../src/policy/grant/call-decision.ts';
import { compileGrants } from '../src/policy/grant/compile-grants.ts';
import { decideCall } from '../src/policy/grant/decide-call.ts';
import { createLedger } from '../src/policy/grant/ledger.ts';
import type { TaskGrant } from '../src/policy/grant/task-grant.ts';
import { sources } from '../src/policy/provenance/source.ts';
import type { ToolProfile } from '../src/policy/tool/tool-profile.ts';
import { compareGrants } from '../src/policy/prove/compare-grants.ts';
import { isNarrower } from '../src/policy/prove/is-narrower.ts';
import { related, taskGrant, taskGrants, toolCall, toolProfile } from './random-grants.ts';
import { reach } from '../src/policy/prove/try-calls.ts';

const fresh = { budgets: 'fresh' } as const;

/** A set, and a set made of it. */
const pair = fc
  .tuple(taskGrants(2), fc.array(taskGrant, { maxLength: 1 }))
  .chain(([before, more]) =>
    fc
      .tuple(fc.constant(before), before.length === 0 ? fc.constant([]) : fc.tuple(...before.map(related)))
      .map(([old, changed]) => ({ before: old, after: differing([...changed, ...more]) })),
  );

function differing(grants: readonly TaskGrant[]): TaskGrant[] {
  return grants.filter(({ id }, at) => grants.findIndex((one) => one.id === id) === at);
}

const circumstances = fc.record({
  now: fc.constantFrom(0, 999, 1_000, 1_999, 5_000),
  /** Decides where values come from and what was approved: the same for the same value at the same place. */
  seed: fc.nat(),
  approves: fc.constantFrom('nothing', 'values', 'calls'),
});

function hash(...parts: unknown[]): number {
  let sum = 7;
  for (const char of JSON.stringify(parts)) sum = (Math.imul(sum, 31) + char.charCodeAt(0)) >>> 0;
  return sum;
}

function known(
  { now, seed, approves }: { now: number; seed: number; approves: string },
  profile: ToolProfile,
): Omit<Circumstances, 'spent'> {
  const endorsed: Endorsed = {
    value: (...asked) => approves === 'values' && hash(seed, asked) % 2 === 0,
    call: (...asked) => approves === 'calls' && hash(seed, asked) % 2 === 0,
  };
  const sourceOf = (value: unknown, kind: unknown) => sources[hash(seed, value, kind) % sources.length] ?? 'untrusted';
  return { now, profile, sources: { sourceOf, exposed: true }, endorsed };
}

it('never calls grants narrower that let a call pass further', () => {
  let proven = 0;
  fc.assert(
    fc.property(
      pair,
      fc.array(toolCall, { minLength: 6, maxLength: 6 }),
      circumstances,
      toolProfile('m/t'),
      (...all) => {
        const [{ before, after }, calls, chance, profile] = all;
        if (!isNarrower(after, before, { ...fresh, profiles: [profile] })) return;
        proven += 1;
        const [ours, theirs] = [compileGrants(after), compileGrants(before)];
        for (const call of calls) {
          const around = { ...known(chance, { ...profile, tool: call.tool }), spent: createLedger() };
          const [mine, old] = [decideCall(ours, call, around), decideCall(theirs, call, around)];
          expect(reach(mine), JSON.stringify({ call, mine, old })).toBeLessThanOrEqual(reach(old));
        }
      },
    ),
    { numRuns: 30_000 },
  );
  expect(proven).toBeGreaterThan(2_000);
});

const series = fc.array(fc.tuple(toolCall, fc.constantFrom(0, 400, 1_500)), { minLength: 8, maxLength: 14 });

function ledgerOf(grants: readonly TaskGrant[], calls: readonly (readonly [ToolCall, number])[], profile: ToolProfile) {
  const [compiled, ledger] = [compileGrants(grants), createLedger()];
  let now = 0;
  for (const [call, pause] of calls) {
    now += pause;
    const decision = decideCall(compiled, call, { ...facts(now, profile, call), spent: ledger });
    if (decision.outcome === 'allow') ledger.charge(decision.charges);
  }
  return ledger;
}

function facts(now: number, profile: ToolProfile, { tool }: ToolCall): Omit<Circumstances, 'spent'> {
  return { now, profile: { ...profile, tool }, sources: { sourceOf: () => 'user', exposed: false } };
}

/** Whether `before` allows all calls that `after` does, one after another, each side with its own ledger. */
function followsThrough(
  [after, ours]: readonly [readonly TaskGrant[], ReturnType<typeof createLedger>],
  [before, theirs]: readonly [readonly TaskGrant[], ReturnType<typeof createLedger>],
  calls: readonly (readonly [ToolCall, number])[],
  profile: ToolProfile,
): void {
  const [mine, old] = [compileGrants(after), compileGrants(before)];
  let now = 0;
  for (const [call, pause] of calls) {
    now += pause;
    const around = facts(now, profile, call);
    const decision = decideCall(mine, call, { ...around, spent: ours });
    if (decision.outcome !== 'allow') continue;
    const other = decideCall(old, call, { ...around, spent: theirs });
    expect(other.outcome, JSON.stringify({ call, other })).toBe('allow');
    ours.charge(decision.charges);
    if (other.outcome === 'allow') theirs.charge(other.charges);
  }
}

// One grant before: with several, the engine takes the first that covers a call, though another could have spared it.
const budgeted = taskGrant.chain((before) =>
  fc.array(related(before), { minLength: 1, maxLength: 2 }).map((after) => ({
    before: { ...before, id: 'g1' },
    after: after.map((one, at) => ({ ...one, id: `g${at + 1}` })),
  })),
);

it('never calls grants narrower that let more calls pass', () => {
  let proven = 0;
  fc.assert(
    fc.property(budgeted, series, toolProfile('m/t'), ({ before, after }, calls, profile) => {
      if (before.alwaysAsk === true || !isNarrower(after, [before], fresh)) return;
      proven += 1;
      followsThrough([after, createLedger()], [[before], createLedger()], calls, profile);
    }),
    { numRuns: 20_000 },
  );
  expect(proven).toBeGreaterThan(1_000);
});

it('never calls grants narrower that let more calls pass after some were made', () => {
  let proven = 0;
  fc.assert(
    fc.property(budgeted, series, series, toolProfile('m/t'), ({ before, after }, earlier, calls, profile) => {
      if (before.alwaysAsk === true || !isNarrower(after, [before])) return;
      proven += 1;
      const spent = ledgerOf([before], earlier, profile);
      const copy = createLedger(spent.state());
      followsThrough([after, spent], [[before], copy], calls, profile);
    }),
    { numRuns: 20_000 },
  );
  expect(proven).toBeGreaterThan(1_000);
});

it('says `wider` only with a call, and `unknown` seldom', () => {
  const counts = { true: 0, false: 0, unknown: 0 };
  fc.assert(
    fc.property(pair, ({ before, after }) => {
      const found = compareGrants(before, after, fresh);
      counts[`${found.narrower}`] += 1;
      if (found.narrower === false) expect(found.counterexample.because).not.toBe('');
    }),
    { numRuns: 1_000 },
  );
  if (process.env['MERLON_COUNTS'] !== undefined) console.log(counts);
  expect(counts.true).toBeGreaterThan(0);
  expect(counts.false).toBeGreaterThan(0);
  expect(counts.unknown).toBeLessThan(counts.false);
});
