import { describe, expect, it } from 'vitest';
import { type JsonObject, parseJson } from '../../kernel/jsonrpc.ts';
import type { Source, Sources } from '../provenance/source.ts';
import type { ToolProfile } from '../tool/tool-profile.ts';
import type { CallDecision, Circumstances, Endorsed } from './call-decision.ts';
import { compileGrants } from './compile-grants.ts';
import { decideCall } from './decide-call.ts';
import { argsHash, endorsableValues } from './endorsement.ts';
import { createLedger } from './ledger.ts';
import { type TaskGrant, USES } from './task-grant.ts';

const now = Date.UTC(2026, 10, 22);
const tool = 'mail/send';

const profile: ToolProfile = {
  tool,
  hash: 'aa',
  effects: ['egress'],
  sinks: { recipients: 'recipient', 'attachments[].file_id': 'target' },
  output: 'trusted',
  sandboxed: false,
};

/** Knows a source for each value; whatever else is unknown. */
function sourcesOf(known: Readonly<Record<string, Source>>): Sources {
  const map = new Map(Object.entries(known));
  return { sourceOf: (value) => map.get(String(value)) ?? 'unknown', exposed: false };
}

function grantOf(parts: Partial<TaskGrant> = {}): TaskGrant {
  return { id: 'g1', tool, effects: ['egress'], ...parts };
}

function decide(
  grants: TaskGrant | readonly TaskGrant[],
  args: unknown,
  circumstances: Partial<Circumstances> = {},
): CallDecision {
  const list = 'id' in grants ? [grants] : grants;
  const base: Circumstances = { now, profile, sources: sourcesOf({}), spent: createLedger() };
  return decideCall(compileGrants(list), { tool, args: args as JsonObject }, { ...base, ...circumstances });
}

/** The outcome with the codes of what spoke against it: `deny argument effect`. */
function inShort(decision: CallDecision): string {
  return decision.outcome === 'allow'
    ? `allow ${decision.grant.id}`
    : [decision.outcome, ...decision.because.map(({ code }) => code)].join(' ');
}

/** Somebody approved everything at these places of a call. */
function endorse(values: readonly { path: string; valueHash: string }[], calls: readonly string[] = []): Endorsed {
  return {
    value: (_tool, path, valueHash) => values.some((one) => one.path === path && one.valueHash === valueHash),
    call: (_tool, hash) => calls.includes(hash),
  };
}

describe('a call', () => {
  it('is denied unless a grant covers it', () => {
    expect(inShort(decide([], {}))).toBe('deny tool');
    expect(inShort(decide(grantOf({ tool: 'mail/read' }), {}))).toBe('deny tool');
    expect(inShort(decide(grantOf(), {}))).toBe('allow g1');
  });

  it.each(['__proto__', 'constructor', 'toString', 'mail/constructor'])('of a tool named %s is denied', (name) => {
    const call = { tool: name, args: {} };
    const base = { now, profile: { ...profile, tool: name }, sources: sourcesOf({}), spent: createLedger() };
    expect(inShort(decideCall(compileGrants([grantOf()]), call, base))).toBe('deny tool');
  });

  it('of a tool that nobody has defined, or of another one, is denied', () => {
    expect(inShort(decide(grantOf(), {}, { profile: undefined }))).toBe('deny tool_unknown');
    expect(inShort(decide(grantOf(), {}, { profile: { ...profile, tool: 'mail/read' } }))).toBe('deny tool_unknown');
  });

  it('of a tool that is not granted does not tell whether there is such a tool', () => {
    const grant = grantOf({ tool: 'mail/read' });
    expect(decide(grant, {}, { profile: undefined })).toEqual(decide(grant, {}));
  });

  it.each([undefined, null, 'text', 7, [], JSON.parse('[1]')])('with %j as arguments is denied', (args) => {
    expect(inShort(decide(grantOf(), args))).toBe('deny malformed');
  });
});

describe('what nobody can approve', () => {
  const ask = { onDeny: 'ask' } as const;
  const all = endorse([], [argsHash({})]);

  it('is a definition that changed', () => {
    expect(inShort(decide(grantOf({ definition: 'aa' }), {}))).toBe('allow g1');
    expect(inShort(decide(grantOf({ definition: 'bb', ...ask }), {}, { endorsed: all }))).toBe(
      'deny definition_changed',
    );
  });

  it('is a tool that can do more than the grant says, or does not say what it can do', () => {
    const wide: ToolProfile = { ...profile, effects: ['read', 'write', 'egress'] };
    const decision = decide(grantOf(ask), {}, { profile: wide, endorsed: all });
    expect(decision).toMatchObject({ outcome: 'deny', because: [{ code: 'effect', missing: ['read', 'write'] }] });
    expect(inShort(decide(grantOf(ask), {}, { profile: { ...profile, effects: [] } }))).toBe('deny effect');
  });

  it.each([now, now - 1])('is a grant that ended at %d', (expiresAt) => {
    expect(inShort(decide(grantOf({ expiresAt, ...ask }), {}, { endorsed: all }))).toBe('deny expired');
    expect(inShort(decide(grantOf({ expiresAt: now + 1, ...ask }), {}))).toBe('allow g1');
  });

  it('is a time that is no number', () => {
    expect(inShort(decide(grantOf({ expiresAt: now + 1 }), {}, { now: Number.NaN }))).toBe('deny expired');
  });
});

describe('arguments', () => {
  const grant = grantOf({ args: { recipients: { each: { oneOf: ['a@x.example'] } } } });

  it('have to be what the grant says', () => {
    expect(inShort(decide(grant, { recipients: ['a@x.example'] }))).toBe('allow g1');
    const decision = decide(grant, { recipients: ['a@x.example', 'b@y.example'] });
    expect(decision).toMatchObject({ outcome: 'deny', because: [{ code: 'argument', path: 'recipients' }] });
    expect(inShort(decide(grant, {}))).toBe('deny argument');
    expect(inShort(decide(grantOf({ args: { cc: { optional: true } } }), {}))).toBe('allow g1');
  });

  it('in each item of a list count, and what is no list there cannot be judged', () => {
    const items = grantOf({ args: { 'attachments[].file_id': { oneOf: ['1'] } }, onDeny: 'ask' });
    expect(inShort(decide(items, { attachments: [{ file_id: '1' }, { file_id: '1' }] }))).toBe('allow g1');
    expect(inShort(decide(items, { attachments: [{ file_id: '1' }, { file_id: '2' }] }))).toBe('ask argument');
    expect(inShort(decide(items, { attachments: [{ file_id: '1' }, {}] }))).toBe('ask argument');
    expect(inShort(decide(items, { attachments: { file_id: '1' } }))).toBe('deny malformed');
  });

  it('that are named like parts of the prototype are the caller’s own or absent', () => {
    const named = grantOf({ args: { toString: { oneOf: ['x'] } }, otherArgs: 'any' });
    expect(inShort(decide(named, {}))).toBe('deny argument');
    const hidden = parseJson('{"__proto__":{"toString":"x"}}');
    expect(inShort(decide(named, hidden))).toBe('deny argument');
    expect(inShort(decide(named, { toString: 'x' }))).toBe('allow g1');
  });
});

describe('arguments that the grant does not name', () => {
  const args = { subject: { maxLength: 20 } };

  it('may be there unless the profile calls them sinks', () => {
    const grant = grantOf({ args });
    expect(inShort(decide(grant, { subject: 'Hi', body: 'text' }))).toBe('allow g1');
    const decision = decide(grant, { subject: 'Hi', recipients: ['x', 'y'] });
    expect(decision).toMatchObject({ because: [{ code: 'argument', path: 'recipients[]', must: 'absent' }] });
  });

  it.each([
    { recipients: 'x' },
    { recipients: { to: 'x' } },
    { recipients: [[{ to: 'x' }]] },
    { recipients: true },
    { attachments: 'file' },
    { attachments: ['file'] },
    { attachments: [{ name: 'a' }, { file_id: 7 }] },
    { attachments: [{ file_id: parseJson('12345678901234567890') }] },
  ])('are found however they are wrapped: %j', (others) => {
    expect(inShort(decide(grantOf({ args }), { subject: 'Hi', ...others }))).toBe('deny argument');
  });

  it.each([{ recipients: null }, { recipients: [] }, { attachments: [{}] }, { to: 'x' }])(
    'may say nothing: %j',
    (others) => {
      expect(inShort(decide(grantOf({ args }), { subject: 'Hi', ...others }))).toBe('allow g1');
    },
  );

  it('are refused with none and free with any', () => {
    expect(inShort(decide(grantOf({ args, otherArgs: 'none' }), { subject: 'Hi', body: 'text' }))).toBe(
      'deny argument',
    );
    expect(inShort(decide(grantOf({ args, otherArgs: 'any' }), { subject: 'Hi', recipients: 'x' }))).toBe('allow g1');
    expect(inShort(decide(grantOf(), { recipients: 'x' }))).toBe('allow g1');
  });

  it('are told by structure: a name with dots is not a path', () => {
    const grant = grantOf({ args: { 'to.address': { oneOf: ['a'] } }, otherArgs: 'none' });
    expect(inShort(decide(grant, { to: { address: 'a' } }))).toBe('allow g1');
    expect(inShort(decide(grant, { to: { address: 'a' }, 'to.address': 'evil' }))).toBe('deny argument');
    const dotted: ToolProfile = { ...profile, sinks: { 'to.address': 'recipient' } };
    expect(inShort(decide(grantOf({ args }), { subject: 'a', 'to.address': 'evil' }, { profile: dotted }))).toBe(
      'deny argument',
    );
  });

  it('cannot borrow the approval of a path by a name with dots', () => {
    const grant = grantOf({ args, otherArgs: 'none', onDeny: 'ask' });
    const first = { subject: 'a', to: { address: 'good' } };
    const asked = decide(grant, first);
    const endorsed = endorse(asked.outcome === 'ask' ? endorsableValues({ tool, args: first }, asked.because) : []);
    expect(inShort(decide(grant, first, { endorsed }))).toBe('allow g1');
    expect(inShort(decide(grant, { ...first, 'to.address': 'evil' }, { endorsed }))).toBe('ask argument');
  });
});

describe('integrity', () => {
  const grant = grantOf({ integrity: { recipients: ['user', 'trusted'] } });
  const sources = sourcesOf({ a: 'user', b: 'trusted', c: 'untrusted', d: 'approved', 7: 'user' });

  it('asks for the source of every scalar under a path', () => {
    expect(inShort(decide(grant, { recipients: ['a', { x: 'b' }, 7] }, { sources }))).toBe('allow g1');
    expect(decide(grant, { recipients: ['a', { x: 'c' }] }, { sources })).toMatchObject({
      because: [{ code: 'integrity', path: 'recipients', source: 'untrusted', must: ['user', 'trusted'] }],
    });
    expect(inShort(decide(grant, { recipients: ['z'] }, { sources }))).toBe('deny integrity');
  });

  it('is always satisfied by what was approved, and by nothing at all', () => {
    expect(inShort(decide(grant, { recipients: ['d'] }, { sources }))).toBe('allow g1');
    expect(inShort(decide(grant, { recipients: [null] }, { sources }))).toBe('allow g1');
    expect(inShort(decide(grant, {}, { sources }))).toBe('allow g1');
  });

  it('tells the kind of sink that a value is used as', () => {
    const kinds: unknown[] = [];
    const spying: Sources = { exposed: false, sourceOf: (value, kind) => (kinds.push([value, kind]), 'user') };
    decide(grant, { recipients: ['a', { x: 1 }] }, { sources: spying });
    expect(kinds).toEqual([
      ['a', 'recipient'],
      [1, 'recipient'],
    ]);
  });

  it('knows a number by its value, and none that a double cannot say', () => {
    expect(inShort(decide(grant, parseJson('{"recipients":[7.000000000000000]}'), { sources }))).toBe('allow g1');
    const wide = parseJson('{"recipients":[12345678901234567890]}');
    const all: Sources = { exposed: false, sourceOf: () => 'user' };
    expect(inShort(decide(grant, wide, { sources: all }))).toBe('deny integrity');
  });

  it('names its arguments, so others stay plain', () => {
    expect(inShort(decide(grant, { recipients: ['a'], body: 'z' }, { sources }))).toBe('allow g1');
    expect(inShort(decide(grant, { recipients: ['a'], attachments: ['a'] }, { sources }))).toBe('deny argument');
  });
});

describe('budgets', () => {
  const sum = grantOf({ budgets: [{ kind: 'sum', argument: 'amount', max: 0.3 }] });

  it('say what a call takes from them, in order, uses last', () => {
    const grant = grantOf({
      uses: 3,
      budgets: [
        { kind: 'sum', argument: 'items[].amount', max: 100, perSeconds: 60 },
        { kind: 'distinct', argument: 'to', max: 2 },
      ],
    });
    const decision = decide(grant, { items: [{ amount: 0.1 }, { amount: 0.2 }], to: ['x', 'x', 'y'] });
    expect(decision).toMatchObject({
      outcome: 'allow',
      usesEndorsement: false,
      charges: [
        { grant: 'g1', budget: 0, at: now, amount: 0.3, perSeconds: 60 },
        { grant: 'g1', budget: 1, at: now, amount: 2, values: [expect.any(String), expect.any(String)] },
        { grant: 'g1', budget: USES, at: now, amount: 1 },
      ],
    });
  });

  it('have no surprises of binary fractions', () => {
    const spent = createLedger();
    for (const amount of [0.1, 0.2]) {
      const decision = decide(sum, { amount }, { spent });
      expect(inShort(decision)).toBe('allow g1');
      if (decision.outcome === 'allow') spent.charge(decision.charges);
    }
    expect(inShort(decide(sum, { amount: Number.MIN_VALUE }, { spent }))).toBe('deny budget');
    expect(inShort(decide(sum, { amount: 0 }, { spent }))).toBe('allow g1');
  });

  it.each([
    '-1',
    '-0.0001',
    '"1"',
    'null',
    'true',
    '[1]',
    '{}',
    '1e400',
    '12345678901234567890',
    '0.12345678901234567890',
  ])('refuse the amount %s, and nobody is asked', (amount) => {
    const grant = { ...sum, onDeny: 'ask' } as const;
    const args = parseJson(`{"amount":${amount}}`) as JsonObject;
    const endorsed = endorse([], [argsHash(args)]);
    expect(inShort(decide(grant, args, { endorsed }))).toBe('deny malformed');
  });

  it.each([Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, undefined])(
    'refuse the amount %d',
    (amount) => {
      expect(inShort(decide(sum, { amount }))).toBe('deny malformed');
    },
  );

  it('refuse an amount that is absent, or hidden in an empty list', () => {
    expect(inShort(decide(sum, {}))).toBe('deny malformed');
    const items = grantOf({ budgets: [{ kind: 'sum', argument: 'items[].amount', max: 1 }] });
    expect(inShort(decide(items, { items: [] }))).toBe('deny malformed');
    expect(inShort(decide(items, { items: [{ amount: 1 }, {}] }))).toBe('deny malformed');
  });

  it('take an amount that the parser kept as text, where a double says the same', () => {
    expect(inShort(decide(sum, parseJson('{"amount":2e-1}')))).toBe('allow g1');
  });

  it('leave what they say is left', () => {
    const spent = { used: () => 90, values: () => new Set(['a']) };
    const one = decide(grantOf({ budgets: [{ kind: 'sum', argument: 'n', max: 100 }] }), { n: 11 }, { spent });
    expect(one).toMatchObject({ because: [{ code: 'budget', left: 10 }] });
    const other = decide(grantOf({ budgets: [{ kind: 'distinct', argument: 'n', max: 2 }] }), { n: [1, 2] }, { spent });
    expect(other).toMatchObject({ because: [{ code: 'budget', left: 1 }] });
  });

  it.each([Number.NaN, Number.POSITIVE_INFINITY, -5])('are used up when what was used is %d', (used) => {
    const spent = { used: () => used, values: () => new Set<string>() };
    expect(inShort(decide(grantOf({ uses: 5 }), {}, { spent }))).toBe('deny budget');
  });
});

describe('a person', () => {
  const grant = grantOf({
    args: { recipients: { each: { emailDomain: ['x.example'] } } },
    integrity: { recipients: ['user'] },
    onDeny: 'ask',
  });
  const args = { recipients: ['a@y.example', 'b@y.example'] };

  it('is asked where the grant says so', () => {
    expect(inShort(decide(grant, args))).toBe('ask argument integrity');
    expect(inShort(decide({ ...grant, onDeny: 'deny' }, args))).toBe('deny argument integrity');
  });

  it('who endorsed the value at that place makes both good, for that value alone', () => {
    const decision = decide(grant, args);
    if (decision.outcome !== 'ask') throw new Error(decision.outcome);
    const values = endorsableValues({ tool, args }, decision.because);
    expect(values.map(({ path }) => path)).toEqual(['recipients']);
    const endorsed = endorse(values);
    expect(decide(grant, args, { endorsed })).toMatchObject({ outcome: 'allow', usesEndorsement: true });
    expect(inShort(decide(grant, { recipients: ['a@y.example'] }, { endorsed }))).toBe('ask argument integrity');
    expect(inShort(decide(grant, { ...args, attachments: ['a'] }, { endorsed }))).toBe('ask argument');
  });

  it('who endorsed the whole call makes good all that can be asked', () => {
    const strict = { ...grant, uses: 0, alwaysAsk: true };
    expect(inShort(decide(strict, args))).toBe('ask argument integrity budget always_ask');
    const endorsed = endorse([], [argsHash(args)]);
    const decision = decide(strict, args, { endorsed });
    expect(decision).toMatchObject({ outcome: 'allow', usesEndorsement: true, charges: [{ budget: USES, amount: 1 }] });
    expect(inShort(decide(strict, { recipients: [] }, { endorsed }))).toBe('ask budget always_ask');
  });

  it('who endorsed a value has not approved a budget or a call that is always asked about', () => {
    const decision = decide(grant, args);
    const endorsed = endorse(decision.outcome === 'ask' ? endorsableValues({ tool, args }, decision.because) : []);
    expect(inShort(decide({ ...grant, uses: 0 }, args, { endorsed }))).toBe('ask budget');
    expect(inShort(decide({ ...grant, alwaysAsk: true }, args, { endorsed }))).toBe('ask always_ask');
  });

  it('is always asked where the grant says so, even if it asks about nothing else', () => {
    expect(inShort(decide(grantOf({ alwaysAsk: true }), {}))).toBe('ask always_ask');
    expect(inShort(decide(grantOf({ alwaysAsk: true, uses: 0 }), {}))).toBe('deny budget always_ask');
    const endorsed = endorse([], [argsHash({})]);
    expect(inShort(decide(grantOf({ alwaysAsk: true }), {}, { endorsed }))).toBe('allow g1');
  });

  it('does not help a grant that never asks', () => {
    const endorsed = endorse([], [argsHash(args)]);
    expect(inShort(decide({ ...grant, onDeny: 'deny' }, args, { endorsed }))).toBe('deny argument integrity');
  });

  it('cannot approve by value what is absent', () => {
    const needs = grantOf({ args: { 'list[].id': { oneOf: [1] } }, onDeny: 'ask' });
    const endorsed: Endorsed = { value: () => true, call: () => false };
    expect(inShort(decide(needs, { list: [{ id: 1 }, {}] }, { endorsed }))).toBe('ask argument');
    expect(inShort(decide(needs, {}, { endorsed }))).toBe('ask argument');
  });
});

describe('several grants for a tool', () => {
  const strict = grantOf({ id: 'strict', args: { n: { max: 1 } } });
  const wide = grantOf({ id: 'wide', args: { n: { max: 5 } } });
  const asking = grantOf({ id: 'asking', args: { n: { max: 7 } }, onDeny: 'ask' });

  it('allow when one does, and the first that does is charged', () => {
    expect(inShort(decide([strict, wide, asking], { n: 1 }))).toBe('allow strict');
    expect(inShort(decide([strict, wide, asking], { n: 3 }))).toBe('allow wide');
    expect(inShort(decide([strict, asking, wide], { n: 6 }))).toBe('allow asking');
  });

  it('use no endorsement where one of them allows without', () => {
    const endorsed = endorse([], [argsHash({ n: 3 })]);
    const decision = decide([{ ...asking, alwaysAsk: true }, wide], { n: 3 }, { endorsed });
    expect(decision).toMatchObject({ outcome: 'allow', usesEndorsement: false, grant: { id: 'wide' } });
  });

  it('ask rather than deny, about the fewest things', () => {
    const many = { ...asking, id: 'many', uses: 0 };
    const decision = decide([strict, many, asking, wide], { n: 9 });
    expect(decision).toMatchObject({ outcome: 'ask', grant: { id: 'asking' } });
  });

  it('deny with what the closest has against it', () => {
    const expired = grantOf({ id: 'expired', expiresAt: 1 });
    const far = { ...strict, id: 'far', uses: 0 };
    expect(inShort(decide([expired, far, wide], { n: 9 }))).toBe('deny argument');
    expect(inShort(decide([expired], { n: 9 }))).toBe('deny expired');
  });
});

describe('hostile arguments', () => {
  const grant = grantOf({
    args: { a: { optional: true } },
    integrity: { b: ['user'] },
    budgets: [{ kind: 'distinct', argument: 'b', max: 3 }],
    onDeny: 'ask',
  });

  function nested(depth: number): unknown {
    let value: unknown = 'x';
    for (let level = 0; level < depth; level += 1) value = level % 2 === 0 ? { b: value } : [value];
    return value;
  }

  it.each([200, 20_000])('that nest %d levels deep are denied', (depth) => {
    expect(inShort(decide(grant, { b: nested(depth) }))).toBe('deny malformed');
    expect(inShort(decide(grant, { c: nested(depth) }))).toBe('deny malformed');
  });

  it('that contain themselves, throw or are no JSON are denied', () => {
    const circle: Record<string, unknown> = {};
    circle['b'] = circle;
    expect(inShort(decide(grant, circle))).toBe('deny malformed');
    const trap = Object.defineProperty({}, 'b', {
      enumerable: true,
      get: () => {
        throw new Error('no');
      },
    });
    expect(inShort(decide(grant, trap))).toBe('deny malformed');
    expect(inShort(decide(grant, { b: 5n }))).toContain('deny');
  });

  it('that are many are answered with a short list', () => {
    const args = Object.fromEntries(Array.from({ length: 5_000 }, (_, index) => [`k${index}`, index]));
    const decision = decide({ ...grant, otherArgs: 'none' }, args);
    expect(decision.outcome === 'allow' ? 0 : decision.because.length).toBe(32);
    const endorsed: Endorsed = { value: (_tool, path) => path !== 'k4000', call: () => false };
    expect(inShort(decide({ ...grant, otherArgs: 'none' }, args, { endorsed }))).toBe('ask argument');
  });
});
