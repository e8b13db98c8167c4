import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import type { JsonObject } from '../../kernel/jsonrpc.ts';
import type { Constraint } from '../constraint/constraint.ts';
import { sources as sourceNames, type Source } from '../provenance/source.ts';
import { effects, sinkKinds, type ToolProfile } from '../tool/tool-profile.ts';
import type { CallDecision, Circumstances, Endorsed } from './call-decision.ts';
import { compileGrants } from './compile-grants.ts';
import { decideCall } from './decide-call.ts';
import { argsHash } from './endorsement.ts';
import { explainDecision, objectionData } from './explain.ts';
import { createLedger } from './ledger.ts';
import { type Charge, type TaskGrant, USES } from './task-grant.ts';
import { mayCallSomehow } from './visible-tools.ts';

const now = 1_000_000;
const tools = ['a/x', 'a/y', '__proto__/x'];
const names = ['to', 'amount', 'path', '__proto__', 'toString', 'to.amount'];
const paths = ['to', 'amount', 'path', 'to[]', 'to.amount', 'to[].amount', '__proto__', 'toString'];

const scalar = fc.constantFrom(0, 1, 5, -1, 0.5, 'a', 'b', '/tmp/x', true, null, '');
const value = fc.oneof(
  { weight: 3, arbitrary: scalar },
  fc.array(scalar, { maxLength: 3 }),
  fc.dictionary(fc.constantFrom(...names), scalar, { maxKeys: 2 }),
  fc.array(fc.dictionary(fc.constantFrom(...names), scalar, { maxKeys: 2 }), { maxLength: 2 }),
);
const someArgs: fc.Arbitrary<JsonObject> = fc.dictionary(fc.constantFrom(...names), value, { maxKeys: 4 });

const constraint: fc.Arbitrary<Constraint> = fc.constantFrom<Constraint>(
  {},
  { optional: true },
  { max: 1 },
  { oneOf: ['a', 1, null] },
  { subpath: ['/tmp'], optional: true },
  { each: { oneOf: ['a', 'b'] } },
);
const somePath = fc.constantFrom(...paths);

type Present<T> = { [Key in keyof T]?: Exclude<T[Key], undefined> };

function presentOf<T extends object>(parts: T): Present<T> {
  return Object.fromEntries(Object.entries(parts).filter(([, part]) => part !== undefined)) as Present<T>;
}

const someGrant: fc.Arbitrary<Omit<TaskGrant, 'id'>> = fc
  .record({
    args: fc.option(fc.dictionary(somePath, constraint, { maxKeys: 2 }), { nil: undefined }),
    integrity: fc.option(fc.dictionary(somePath, fc.subarray([...sourceNames]), { maxKeys: 1 }), { nil: undefined }),
    otherArgs: fc.constantFrom(undefined, 'any', 'plain', 'none'),
    uses: fc.constantFrom(undefined, 0, 1, 3),
    budgets: fc.constantFrom<TaskGrant['budgets']>(
      undefined,
      [{ kind: 'sum', argument: 'amount', max: 4 }],
      [{ kind: 'distinct', argument: 'to', max: 1 }],
      [{ kind: 'count', max: 1, perSeconds: 5 }],
    ),
    onDeny: fc.constantFrom(undefined, 'deny', 'ask'),
    alwaysAsk: fc.constantFrom(undefined, false, true),
    expiresAt: fc.constantFrom(undefined, now - 1, now + 1),
    definition: fc.constantFrom(undefined, 'aa', 'bb'),
  })
  .chain((parts) =>
    fc
      .record({ tool: fc.constantFrom(...tools), effects: fc.subarray([...effects], { minLength: 1 }) })
      .map((rest) => ({
        ...presentOf(parts),
        ...rest,
      })),
  );

const someProfile: fc.Arbitrary<ToolProfile> = fc.record({
  tool: fc.constant('a/x'),
  hash: fc.constant('aa'),
  effects: fc.subarray([...effects], { minLength: 1, maxLength: 2 }),
  sinks: fc.dictionary(somePath, fc.constantFrom(...sinkKinds), { maxKeys: 3 }),
  output: fc.constant('untrusted'),
  sandboxed: fc.constant(false),
});

const someCharges: fc.Arbitrary<Charge[]> = fc.array(
  fc.record({
    grant: fc.constantFrom('g0', 'g1', 'g2'),
    budget: fc.constantFrom(0, USES),
    at: fc.constant(now - 1),
    amount: fc.constantFrom(1, 2),
  }),
  { maxLength: 3 },
);

interface Case {
  readonly grants: readonly TaskGrant[];
  readonly args: JsonObject;
  readonly circumstances: Circumstances;
}

const someCase: fc.Arbitrary<Case> = fc
  .record({
    grants: fc.array(someGrant, { maxLength: 4 }),
    args: someArgs,
    profile: fc.option(someProfile, { nil: undefined, freq: 10 }),
    charges: someCharges,
    trusted: fc.constantFrom<Source>(...sourceNames),
    endorsed: fc.constantFrom('nothing', 'values', 'call'),
  })
  .map(({ grants, args, profile, charges, trusted, endorsed }) => {
    const spent = createLedger();
    spent.charge(charges);
    const said: Endorsed = {
      value: () => endorsed === 'values',
      call: (_tool, hash) => endorsed === 'call' && hash === argsHash(args),
    };
    const sources = { sourceOf: (one: unknown) => (one === 'a' ? trusted : 'unknown'), exposed: false };
    return {
      grants: grants.map((grant, index) => ({ ...grant, id: `g${index}` })),
      args,
      circumstances: { now, profile, sources, spent, endorsed: endorsed === 'nothing' ? undefined : said },
    };
  });

function decide({ args, circumstances }: Case, grants: readonly TaskGrant[]): CallDecision {
  return decideCall(compileGrants(grants), { tool: 'a/x', args }, circumstances);
}

function rank({ outcome }: CallDecision): number {
  return ['deny', 'ask', 'allow'].indexOf(outcome);
}

const runs = { numRuns: 1_000 };

it('the cases hold all outcomes', () => {
  const outcomes = new Set(fc.sample(someCase, 2_000).map((one) => decide(one, one.grants).outcome));
  expect([...outcomes].toSorted()).toEqual(['allow', 'ask', 'deny']);
});

it('the same question has the same answer, and asking changes nothing', () => {
  fc.assert(
    fc.property(someCase, (one) => {
      const before = JSON.stringify([one.args, one.grants]);
      const grants = compileGrants(one.grants);
      const first = decideCall(grants, { tool: 'a/x', args: one.args }, one.circumstances);
      expect(decideCall(grants, { tool: 'a/x', args: one.args }, one.circumstances)).toEqual(first);
      expect(decide(one, one.grants)).toEqual(first);
      expect(JSON.stringify([one.args, one.grants])).toBe(before);
    }),
    runs,
  );
});

it('several grants answer as the best of them alone', () => {
  fc.assert(
    fc.property(someCase, (one) => {
      const whole = decide(one, one.grants);
      const alone = one.grants.filter(({ tool }) => tool === 'a/x').map((grant) => decide(one, [grant]));
      expect(rank(whole)).toBe(Math.max(0, ...alone.map(rank)));
      if (whole.outcome !== 'ask') return;
      const asked = alone.flatMap((each) => (each.outcome === 'ask' ? [each.because.length] : []));
      expect(whole.because.length).toBe(Math.min(...asked));
    }),
    runs,
  );
});

it('a denial names what the closest grant has against the call', () => {
  const isFinal = (code: string): boolean => ['definition_changed', 'effect', 'expired'].includes(code);
  fc.assert(
    fc.property(someCase, (one) => {
      const whole = decide(one, one.grants);
      const alone = one.grants
        .filter(({ tool }) => tool === 'a/x')
        .flatMap((grant) => {
          const each = decide(one, [grant]);
          return each.outcome === 'deny' ? [each.because] : [];
        });
      fc.pre(whole.outcome === 'deny' && one.circumstances.profile !== undefined && alone.length > 0);
      const because = whole.outcome === 'deny' ? whole.because : [];
      expect(alone).toContainEqual(because);
      const curable = alone.filter((each) => !each.some(({ code }) => isFinal(code)));
      if (curable.length > 0) expect(because.length).toBe(Math.min(...curable.map((each) => each.length)));
    }),
    runs,
  );
});

it('one more grant, wherever it stands, never makes an answer stricter', () => {
  fc.assert(
    fc.property(someCase, someGrant, fc.nat(4), (one, more, place) => {
      const grants = one.grants.toSpliced(place, 0, { ...more, id: 'more' });
      expect(rank(decide(one, grants))).toBeGreaterThanOrEqual(rank(decide(one, one.grants)));
    }),
    runs,
  );
});

it('a grant of less, of one that is there already, changes no outcome', () => {
  fc.assert(
    fc.property(someCase, fc.nat(3), (one, index) => {
      const grant = one.grants[index];
      fc.pre(grant !== undefined && grant.uses === undefined && grant.budgets === undefined);
      const less: TaskGrant = { ...grant, id: 'less', effects: grant.effects.slice(1), alwaysAsk: true };
      expect(decide(one, [...one.grants, less]).outcome).toBe(decide(one, one.grants).outcome);
    }),
    runs,
  );
});

// Not: leaving the path away. An argument that no path names falls under `otherArgs`, which may refuse it.
it('a constraint that demands less, its path still named, never makes an answer stricter', () => {
  fc.assert(
    fc.property(someCase, (one) => {
      const looser = one.grants.map((grant): TaskGrant => {
        if (grant.args === undefined) return grant;
        const args = Object.entries(grant.args).map(([path]) => [path, { optional: true }] as const);
        return { ...grant, args: Object.fromEntries(args) };
      });
      expect(rank(decide(one, looser))).toBeGreaterThanOrEqual(rank(decide(one, one.grants)));
    }),
    runs,
  );
});

it('with other arguments allowed, leaving constraints away never makes an answer stricter', () => {
  fc.assert(
    fc.property(someCase, (one) => {
      const open = one.grants.map((grant): TaskGrant => ({ ...grant, otherArgs: 'any' }));
      const without = open.map(({ args: _args, ...grant }): TaskGrant => grant);
      // What cannot be judged at a path is refused; without a rule for the path nobody has to judge it.
      expect(rank(decide(one, without))).toBeGreaterThanOrEqual(rank(decide(one, open)));
    }),
    runs,
  );
});

it('more time, uses and effects never make an answer stricter', () => {
  fc.assert(
    fc.property(someCase, (one) => {
      const wider = one.grants.map(
        ({ uses: _uses, expiresAt: _expiresAt, ...grant }): TaskGrant => ({ ...grant, effects }),
      );
      expect(rank(decide(one, wider))).toBeGreaterThanOrEqual(rank(decide(one, one.grants)));
    }),
    runs,
  );
});

it('an endorsement never makes an answer stricter, and never turns a denial around', () => {
  fc.assert(
    fc.property(someCase, (one) => {
      const alone = decide({ ...one, circumstances: { ...one.circumstances, endorsed: undefined } }, one.grants);
      const helped = decide(one, one.grants);
      expect(rank(helped)).toBeGreaterThanOrEqual(rank(alone));
      if (alone.outcome === 'deny') expect(helped.outcome).toBe('deny');
      if (helped.outcome === 'allow') expect(helped.usesEndorsement).toBe(alone.outcome !== 'allow');
    }),
    runs,
  );
});

it('a tool that can be called or asked about is shown', () => {
  fc.assert(
    fc.property(someCase, (one) => {
      const { profile, spent } = one.circumstances;
      const isShown = mayCallSomehow(compileGrants(one.grants), 'a/x', profile, now, spent);
      expect(isShown || decide(one, one.grants).outcome === 'deny').toBe(true);
    }),
    runs,
  );
});

it('arguments of any kind get an answer that can be explained', () => {
  fc.assert(
    fc.property(someCase, fc.anything({ withBigInt: true, withMap: true, withSparseArray: true }), (one, args) => {
      const decision = decide({ ...one, args: args as JsonObject }, one.grants);
      const because = decision.outcome === 'allow' ? [] : decision.because;
      expect(explainDecision(decision)).toHaveLength(because.length);
      expect(JSON.parse(JSON.stringify(because.map(objectionData)))).toHaveLength(because.length);
    }),
    runs,
  );
});
