import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../../kernel/jsonrpc.ts';
import { parseJson } from '../../kernel/jsonrpc.ts';
import type { Source } from '../provenance/source.ts';
import type { ToolProfile } from '../tool/tool-profile.ts';
import { type LearnOptions, learnGrants } from './learn-grants.ts';
import type { LearnedGrant, LearnedGroup } from './learned.ts';
import type { Trace, TraceCall } from './trace.ts';

const call = (tool: string, args: JsonObject | undefined, more: Partial<TraceCall> = {}): TraceCall => ({
  tool,
  args,
  exposed: false,
  outcome: 'ok',
  ...more,
});
const trace = (...calls: TraceCall[]): Trace => ({ taskType: 'support', role: 'agent', calls });
const times = <T>(count: number, make: (index: number) => T): T[] => Array.from({ length: count }, (_, i) => make(i));
const profile = (tool: string, more: Partial<ToolProfile> = {}): ToolProfile => ({
  tool,
  hash: 'a'.repeat(64),
  effects: ['write'],
  sinks: {},
  output: 'trusted',
  sandboxed: false,
  ...more,
});
const profiles = (...all: ToolProfile[]): Map<string, ToolProfile> => new Map(all.map((one) => [one.tool, one]));

function only(traces: readonly Trace[], options?: LearnOptions): LearnedGroup {
  const [group, ...others] = learnGrants(traces, options);
  if (group === undefined || others.length > 0) throw new Error('one group was expected');
  return group;
}
function grantOf(traces: readonly Trace[], options?: LearnOptions): LearnedGrant {
  const [grant, ...others] = only(traces, options).grants;
  if (grant === undefined || others.length > 0) throw new Error('one grant was expected');
  return grant;
}
const constraintOf = (values: readonly JsonObject[string][], options?: LearnOptions) =>
  grantOf(
    values.map((value) => trace(call('crm/do', { x: value }))),
    options,
  ).template.args?.['x'];

describe('what does not teach', () => {
  it('calls after the task had seen text of strangers, whatever later calls of it say', () => {
    const poisoned = times(20, () =>
      trace(call('crm/read', {}), call('mail/send', { to: 'a@evil.net' }, { exposed: true }), call('bank/pay', {})),
    );
    const group = only(poisoned);
    expect(group.grants.map(({ template }) => template.tool)).toEqual(['crm/read']);
    expect(group.leftOut).toEqual([{ why: 'exposed', calls: 40, traces: 20, tools: ['bank/pay', 'mail/send'] }]);
  });

  it('on demand exposed calls do: of tools that only read, or all', () => {
    const traces = times(20, () => trace(call('crm/read', {}, { exposed: true }), call('bank/pay', {})));
    const known = profiles(profile('crm/read', { effects: ['read'] }), profile('bank/pay'));
    const tools = (options: LearnOptions) => only(traces, options).grants.map(({ template }) => template.tool);
    expect(tools({ includeExposed: 'reads', profiles: known })).toEqual(['crm/read']);
    expect(tools({ includeExposed: 'all' })).toEqual(['bank/pay', 'crm/read']);
    expect(tools({ includeExposed: 'reads' })).toEqual([]); // what an unknown tool does is unknown
  });

  it('calls that were refused, failed or never ended', () => {
    const bad = (['refused', 'failed', 'unfinished'] as const).map((outcome) => call('bank/pay', {}, { outcome }));
    const group = only(times(20, () => trace(call('crm/read', {}), ...bad)));
    expect(group.grants.map(({ template }) => template.tool)).toEqual(['crm/read']);
    expect(group.leftOut.map(({ why, calls }) => [why, calls])).toEqual([
      ['failed', 20],
      ['refused', 20],
      ['unfinished', 20],
    ]);
  });

  it('too few traces: nothing is proposed, and it is said', () => {
    const group = only(times(9, () => trace(call('crm/read', {}))));
    expect(group).toMatchObject({ grants: [], tooFew: 10, traces: 9 });
    expect(
      only(
        times(9, () => trace(call('crm/read', {}))),
        { minTraces: 9 },
      ).tooFew,
    ).toBeUndefined();
  });

  it('a tool that one trace alone used is proposed with a person in between', () => {
    const traces = [...times(20, () => trace(call('crm/read', {}))), trace(call('bank/pay', {}), call('bank/pay', {}))];
    const pay = only(traces).grants.find(({ template }) => template.tool === 'bank/pay');
    expect(pay).toMatchObject({ asksBecause: 'seen_once', template: { alwaysAsk: true } });
  });

  it('values that were masked: not a letter of them, and a sink of that kind is asked for', () => {
    const send = (to: string) => trace(call('mail/send', { to }, { hidden: ['to'] }));
    const traces = times(30, () => send('[masked:field]'));
    const grant = grantOf(traces, { profiles: profiles(profile('mail/send', { sinks: { to: 'recipient' } })) });
    expect(JSON.stringify(grant)).not.toContain('masked:');
    expect(grant).toMatchObject({ asksBecause: 'wide_sink', template: { alwaysAsk: true } });
  });

  it('arguments that are not in the record whole', () => {
    const traces = times(30, () => trace(call('mail/send', undefined)));
    expect(grantOf(traces).asksBecause).toBe('arguments_unread');
  });
});

describe('how an argument is generalised', () => {
  it('a few values that come again and again become a choice', () => {
    expect(constraintOf(times(40, (i) => (i % 2 === 0 ? 'economy' : 'business')))).toEqual({
      oneOf: ['business', 'economy'],
      optional: true,
    });
  });

  it('too little evidence makes no choice, a value of one trace alone neither', () => {
    expect(constraintOf(times(19, () => 'economy'))?.oneOf).toBeUndefined();
    expect(constraintOf([...times(60, () => 'economy'), 'first'])?.oneOf).toBeUndefined();
    expect(constraintOf([...times(200, () => 'economy'), 'first'])?.oneOf).toEqual(['economy']); // a slip, below 1 %
  });

  it('one trace that repeats itself is one piece of evidence', () => {
    const chatty = trace(...times(100, () => call('crm/do', { x: 'evil' })));
    const traces = [...times(30, (i) => trace(call('crm/do', { x: i % 2 === 0 ? 'a' : 'b' }))), chatty];
    const constraint = grantOf(traces).template.args?.['x'];
    expect(JSON.stringify(constraint)).not.toContain('evil');
  });

  it.each([
    ['ids', times(20, (i) => `#W${1_234_567 + i * 31}`), '#W[0-9]{7}'],
    ['codes', times(20, (i) => `HAT${100 + i}`), 'HAT[0-9]{3}'],
    [
      'dates, whose digits are never taken literally',
      times(20, (i) => `2024-05-${10 + i}`),
      '[0-9]{4}-[0-9]{2}-[0-9]{2}',
    ],
    [
      'user names',
      times(20, (i) => `${'mia_li raj_brown'.split(' ')[i % 2]}_${1000 + i}`),
      '[a-z]{1,6}_[a-z]{1,10}_[0-9]{4}',
    ],
    [
      'two makes',
      times(20, (i) => `${i % 2 === 0 ? 'paypal' : 'gift_card'}_${1000 + i}`),
      '(?:gift_card_[0-9]{4}|paypal_[0-9]{4})',
    ],
  ])('%s become a shape', (_name, values, pattern) => {
    expect(constraintOf(values)).toEqual({ pattern, optional: true });
  });

  it('addresses become origins, files folders, mail domains, as programs read them', () => {
    expect(constraintOf(times(20, (i) => `https://api.example.com/v1/${i}`))?.origin).toEqual([
      'https://api.example.com',
    ]);
    expect(constraintOf(times(20, (i) => `/srv/data/${i % 5}/${i}.csv`))?.subpath).toEqual(['/srv/data']);
    expect(constraintOf(times(20, (i) => `user${i}@example.com`))?.emailDomain).toEqual(['example.com']);
  });

  it('one stray path does not make the root a folder, a climbing one makes none', () => {
    const files = times(200, (i) => `/srv/data/${i}.csv`);
    expect(constraintOf([...files, '/etc/passwd'])?.subpath).toEqual(['/srv/data']);
    expect(constraintOf([...files, '/srv/data/../../etc/passwd'])?.subpath).toBeUndefined();
    expect(constraintOf(times(20, (i) => `/${i}`))?.subpath).toBeUndefined();
  });

  it('an address with a user name in it makes no origin', () => {
    expect(constraintOf(times(20, () => 'https://api.example.com@evil.net/'))?.origin).toBeUndefined();
  });

  it('numbers become a range with room, names of things that are numbers do not', () => {
    expect(constraintOf(times(20, (i) => i * 10))).toEqual({ min: 0, max: 439, optional: true });
    expect(constraintOf(times(20, (i) => i - 10))).toEqual({ min: -24, max: 21, optional: true });
    const target = { profiles: profiles(profile('crm/do', { sinks: { x: 'target' } })) };
    expect(
      constraintOf(
        times(20, (i) => i * 10),
        target,
      ),
    ).toEqual({ optional: true });
  });

  it('lists are judged by item, lists of objects by field', () => {
    expect(constraintOf(times(20, (i) => [`A${100 + i}`, `A${200 + i}`]))).toEqual({
      maxLength: 4,
      each: { pattern: 'A[0-9]{3}' },
      optional: true,
    });
    const flights = times(20, (i) => trace(call('crm/do', { flights: [{ id: `H${100 + i}` }] })));
    expect(grantOf(flights).template.args).toEqual({ 'flights[].id': { pattern: 'H[0-9]{3}', optional: true } });
  });

  it('free text is bounded in length alone', () => {
    const words = ['the user', 'wants to know, now', 'a person!', 'is angry; call', 'why? who knows', 'no (really)'];
    expect(constraintOf(times(60, (i) => words[i % 6] + '.'.repeat(i)))).toEqual({ maxLength: 292, optional: true });
  });

  it('a number that a double cannot hold teaches nothing', () => {
    const big = parseJson('12345678901234567890') as JsonObject[string];
    expect(constraintOf(times(20, () => big))).toBeUndefined();
  });
});

describe('what counts as evidence', () => {
  it('is one voice for each group of traces, wherever they stand', () => {
    const told = times(60, (i) => ({ ...trace(call('crm/do', { x: `id-${i % 3}` })), group: `story ${i % 3}` }));
    expect(only(told)).toMatchObject({ tooFew: 10, traces: 60 });
    const [grant] = only(told, { minTraces: 3 }).grants;
    expect(grant).toMatchObject({ traces: 3, calls: 60 });
    expect(JSON.stringify(grant?.template)).not.toContain('id-');
  });

  it('makes a choice only of values that three voices had', () => {
    const rare = times(60, (i) => (i < 2 ? 'first' : 'economy'));
    expect(constraintOf(rare)).toEqual({ pattern: '[A-Za-z0-9_\\-]{1,32}', optional: true });
    expect(constraintOf(times(60, (i) => (i < 3 ? 'first' : 'economy')))?.oneOf).toEqual(['economy', 'first']);
  });

  it('leaves a sink out that one trace alone used, so that the grant refuses it', () => {
    const known = { profiles: profiles(profile('crm/do', { sinks: { id: 'target', bcc: 'recipient' } })) };
    const traces = times(20, (i) =>
      trace(call('crm/do', { id: `A${100 + i}`, ...(i === 7 ? { bcc: 'x@evil.net' } : {}) })),
    );
    const grant = grantOf(traces, known);
    expect(Object.keys(grant.template.args ?? {})).toEqual(['id']);
    expect(grant).toMatchObject({ asksBecause: undefined, template: { otherArgs: 'plain' } });
    expect(grant.arguments.find(({ path }) => path === 'bcc')?.rung).toBe('none');
  });

  it('says nothing of the keys of an object that is a sink as a whole', () => {
    const known = { profiles: profiles(profile('web/get', { effects: ['egress'], sinks: { headers: 'url' } })) };
    const traces = times(20, (i) => trace(call('web/get', { headers: { [`x-${i}`]: 'v', accept: 'a' } })));
    const grant = grantOf(traces, known);
    expect(Object.keys(grant.template.args ?? {})).toEqual(['headers']);
    expect(grant.asksBecause).toBe('wide_sink');
  });
});

describe('where values come from', () => {
  const sinks = profiles(profile('crm/do', { sinks: { x: 'target' } }));
  const withSource = (source: (index: number) => Source | undefined) =>
    times(20, (i) => {
      const from = source(i);
      return trace(call('crm/do', { x: `v${i}` }, from === undefined ? {} : { sources: new Map([['x', from]]) }));
    });

  it('becomes a rule where every value was vouched for', () => {
    const { template } = grantOf(
      withSource((i) => (i % 2 === 0 ? 'user' : 'linked')),
      { profiles: sinks },
    );
    expect(template.integrity).toEqual({ x: ['user', 'trusted', 'linked'] });
  });

  it('becomes none where one was not, where nobody took note, and for what is no sink', () => {
    expect(
      grantOf(
        withSource((i) => (i === 0 ? 'unknown' : 'user')),
        { profiles: sinks },
      ).template.integrity,
    ).toBeUndefined();
    expect(
      grantOf(
        withSource((i) => (i === 0 ? undefined : 'user')),
        { profiles: sinks },
      ).template.integrity,
    ).toBeUndefined();
    expect(grantOf(withSource(() => 'user')).template.integrity).toBeUndefined();
  });
});

describe('what a task may use up', () => {
  it('is the most that a task used with room above, and at least three', () => {
    const traces = times(20, (i) => trace(...times(1 + (i % 4), () => call('crm/do', {}))));
    expect(grantOf(traces).template.uses).toBe(10);
    expect(grantOf(times(20, () => trace(call('crm/do', {})))).template.uses).toBe(3);
  });

  it('sums are those of amounts that every call has', () => {
    const pay = profiles(profile('bank/pay', { sinks: { amount: 'amount', fee: 'amount' } }));
    const traces = times(20, (i) =>
      trace(
        call('bank/pay', { amount: 10.1, ...(i === 3 ? {} : { fee: 1 }) }),
        call('bank/pay', { amount: 5, fee: 1 }),
      ),
    );
    expect(grantOf(traces, { profiles: pay }).template.budgets).toEqual([
      { kind: 'sum', argument: 'amount', max: 34.82 },
    ]);
  });
});

describe('what the evidence leaves open', () => {
  it('is what was seen once, by tool and by call', () => {
    const traces = [
      ...times(38, (i) => trace(call('crm/read', { id: `A${100 + i}` }))),
      trace(call('crm/read', { id: 'something else' }), call('bank/pay', {})),
      trace(call('bank/refund', {})),
    ];
    const { coverage } = only(traces);
    expect(coverage.tools).toMatchObject({ seenOnce: 2, of: 40, share: 0.05 });
    expect(coverage.tools.atMost).toBeGreaterThan(0.05);
    expect(coverage.calls).toMatchObject({ seenOnce: 2, of: 41 });
  });

  it('is never said to be nothing on the strength of a few', () => {
    const { tools } = only(times(40, () => trace(call('crm/read', {})))).coverage;
    expect(tools.share).toBe(0);
    expect(tools.atMost).toBeCloseTo(0.0876, 3);
  });

  it('is all, where there is nothing to go by', () => {
    expect(only([trace(call('crm/read', {}, { outcome: 'failed' }))]).coverage.tools.share).toBe(1);
  });
});

describe('learning', () => {
  it('keeps task types and roles apart', () => {
    const as = (taskType: string, role: string): Trace[] =>
      times(10, () => ({ taskType, role, calls: [call(`${taskType}/${role}`, {})] }));
    const groups = learnGrants([...as('a', 'x'), ...as('b', 'x'), ...as('a', 'y')]);
    expect(groups.map(({ grants }) => grants.map(({ template }) => template.tool))).toEqual([
      ['a/x'],
      ['a/y'],
      ['b/x'],
    ]);
  });

  it('is the same whatever the order of the traces', () => {
    const traces = times(60, (i) =>
      trace(call('crm/do', { x: i % 3, y: `v${i}`, z: ['a', 'b'][i % 2] ?? '' }), call('crm/read', {})),
    );
    const plain = (some: readonly Trace[]) => learnGrants(some).map(({ grants }) => grants);
    expect(plain(traces.toReversed())).toEqual(plain(traces));
  });

  it('survives whatever arguments look like, and proposes only paths that it saw', () => {
    fc.assert(
      fc.property(fc.array(fc.dictionary(fc.string(), fc.jsonValue()), { minLength: 12, maxLength: 30 }), (all) => {
        const traces = all.map((args) => trace(call('crm/do', args as JsonObject)));
        for (const { grants } of learnGrants(traces)) {
          for (const path of Object.keys(grants[0]?.template.args ?? {})) {
            const [key = ''] = path.split(/[.[]/);
            expect(all.some((args) => Object.hasOwn(args, key))).toBe(true);
          }
        }
      }),
    );
  });

  it('takes names of prototypes for names', () => {
    const args = JSON.parse('{"__proto__":"a1","constructor":"b2","toString":"c3"}') as JsonObject;
    const { template } = grantOf(times(20, () => trace(call('crm/do', args))));
    expect(Object.keys(template.args ?? {}).toSorted()).toEqual(['__proto__', 'constructor', 'toString']);
  });
});
