import fc from 'fast-check';
import type { Json } from '../src/kernel/jsonrpc.ts';
import type { Constraint } from '../src/policy/constraint/constraint.ts';
import type { ToolCall } from '../src/policy/grant/call-decision.ts';
import type { Budget, TaskGrant } from '../src/policy/grant/task-grant.ts';
import type { Source } from '../src/policy/provenance/source.ts';
import type { ToolProfile } from '../src/policy/tool/tool-profile.ts';

// Small vocabularies, so that grants and calls meet often.
const paths = fc.constantFrom('to', 'amount', 'a.b', 'items[].id', 'items', '__proto__', 'toString');
const source = fc.constantFrom<Source>('user', 'approved', 'trusted', 'unknown', 'untrusted');
const texts = (...all: string[]) => fc.uniqueArray(fc.constantFrom(...all), { minLength: 1, maxLength: 3 });
const constraint: fc.Arbitrary<Constraint> = fc
  .record(
    {
      oneOf: fc.uniqueArray(fc.constantFrom('a', 'b', '/tmp', '/tmp/a', 'x@a.com', 1, 2, null), {
        minLength: 1,
        maxLength: 4,
      }),
      min: fc.constantFrom(0, 1),
      max: fc.constantFrom(1, 2, 3),
      maxLength: fc.constantFrom(1, 4, 9),
      subpath: texts('/tmp', '/tmp/a', '/'),
      host: texts('a.com', '*.a.com', 'b.a.com'),
      emailDomain: texts('a.com', 'b.com'),
      each: fc.constantFrom<Constraint>({ oneOf: ['a'] }, { oneOf: ['a', 'b'] }, { max: 2 }, {}),
      optional: fc.boolean(),
    },
    { requiredKeys: [] },
  )
  .chain((whole) => {
    const keys = Object.keys(whole).filter((key) => key !== 'optional');
    // One or two demands: more are never met.
    return fc.shuffledSubarray(keys, { maxLength: Math.min(2, keys.length) }).map((some) => {
      const kept = Object.entries(whole).filter(([key]) => key === 'optional' || some.includes(key));
      const made: Constraint = Object.fromEntries(kept);
      return made;
    });
  });
const budget: fc.Arbitrary<Budget> = fc.oneof(
  fc.record({ kind: fc.constant('count' as const), max: fc.nat(4) }),
  fc.record({ kind: fc.constant('count' as const), max: fc.nat(4), perSeconds: fc.constantFrom(1, 2) }),
  fc.record({ kind: fc.constant('sum' as const), argument: fc.constant('amount'), max: fc.constantFrom(0, 0.3, 2, 5) }),
  fc.record({ kind: fc.constant('distinct' as const), argument: fc.constantFrom('to', 'items'), max: fc.nat(3) }),
);
const byPath = <T>(value: fc.Arbitrary<T>) => fc.dictionary(paths, value, { maxKeys: 2, noNullPrototype: true });

/** A grant for one of two tools, with any of its bounds. */
export const taskGrant: fc.Arbitrary<TaskGrant> = fc.record(
  {
    id: fc.constantFrom('g1', 'g2'),
    tool: fc.constantFrom('m/t', 'm/t', 'm/t', 'm/u'),
    effects: fc.constantFrom<TaskGrant['effects'][]>(['read'], ['read', 'write'], ['read', 'write', 'egress']),
    definition: fc.constantFrom('h1', 'h2'),
    args: byPath(constraint),
    otherArgs: fc.constantFrom('any', 'plain', 'none'),
    integrity: byPath(fc.uniqueArray(source, { maxLength: 3 })),
    uses: fc.nat(4),
    budgets: fc.array(budget, { maxLength: 2 }),
    expiresAt: fc.constantFrom(1_000, 2_000),
    onDeny: fc.constantFrom('deny', 'ask'),
    alwaysAsk: fc.boolean(),
    secondFactor: fc.boolean(),
  },
  { requiredKeys: ['id', 'tool', 'effects'] },
);

/** The grants of a task: ids that differ. */
export const taskGrants = (maxLength: number): fc.Arbitrary<TaskGrant[]> =>
  fc.uniqueArray(taskGrant, { maxLength, selector: ({ id }) => id });

/** A grant made of another by replacing, adding or dropping a few of its bounds. */
export function related(grant: TaskGrant): fc.Arbitrary<TaskGrant> {
  return fc.tuple(taskGrant, fc.uniqueArray(fc.constantFrom(...fields), { maxLength: 2 })).map(([other, some]) => {
    const changed = { ...grant } as Record<string, unknown>;
    for (const field of some) {
      if (other[field] === undefined) delete changed[field];
      else changed[field] = mixed(grant[field], other[field]);
    }
    return changed as unknown as TaskGrant;
  });
}

const fields = [
  'tool',
  'effects',
  'definition',
  'args',
  'otherArgs',
  'integrity',
  'uses',
  'budgets',
  'expiresAt',
  'onDeny',
  'alwaysAsk',
  'secondFactor',
] as const satisfies (keyof TaskGrant)[];

function mixed(one: unknown, other: unknown): unknown {
  const isRecord = (value: unknown) => typeof value === 'object' && !Array.isArray(value);
  return isRecord(one) && isRecord(other) ? { ...(one as object), ...(other as object) } : other;
}

const scalar: fc.Arbitrary<Json> = fc.constantFrom<Json[]>(
  'a',
  'b',
  'c',
  '/tmp',
  '/tmp/a',
  '/tmp/../a',
  '/etc',
  'x@a.com',
  'x@b.com',
  'b.a.com',
  'a.com',
  'https://a.com/',
  0,
  1,
  2,
  0.1,
  0.2,
  3,
  -1,
  null,
  true,
);
const value: fc.Arbitrary<Json> = fc.oneof(
  { weight: 5, arbitrary: scalar },
  fc.array(scalar, { maxLength: 3 }),
  fc.array(fc.record({ id: scalar, more: scalar }, { requiredKeys: [] }), { maxLength: 2 }),
  fc.record({ b: scalar, c: scalar }, { requiredKeys: [] }),
);

/** A call of one of the tools. */
export const toolCall: fc.Arbitrary<ToolCall> = fc.record({
  tool: fc.constantFrom('m/t', 'm/t', 'm/t', 'm/u'),
  args: fc.dictionary(fc.constantFrom('to', 'amount', 'a', 'items', 'other', '__proto__', 'toString'), value, {
    maxKeys: 3,
    noNullPrototype: true,
  }),
});

/** A tool as it may be defined. */
export function toolProfile(tool: string): fc.Arbitrary<ToolProfile> {
  return fc.record({
    tool: fc.constant(tool),
    hash: fc.constantFrom('h1', 'h2'),
    effects: fc.constantFrom<ToolProfile['effects'][]>(['read'], ['read', 'write'], ['read', 'write', 'egress']),
    sinks: fc.dictionary(fc.constantFrom('to', 'items[].id', 'a.b', 'other'), fc.constant('target' as const), {
      maxKeys: 2,
    }),
    output: fc.constant('untrusted' as const),
    sandboxed: fc.constant(false),
  });
}
