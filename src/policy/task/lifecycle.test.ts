import { describe, expect, test } from 'vitest';
import { parseJson } from '../../kernel/jsonrpc.ts';
import type { CallDecision, ToolCall } from '../grant/call-decision.ts';
import { createLedger } from '../grant/ledger.ts';
import type { TaskGrant } from '../grant/task-grant.ts';
import type { ToolProfile } from '../tool/tool-profile.ts';
import { adjustForCall } from './adjust-for-call.ts';
import { narrow, revokeAll } from './change-task.ts';
import type { Task } from './task.ts';
import { validateCall } from './validate-call.ts';

const NOW = 1_000_000;
const profile: ToolProfile = {
  tool: 'fs/read',
  hash: 'h1',
  effects: ['read'],
  sinks: { path: 'path' },
  output: 'untrusted',
  sandboxed: false,
};
const grant: TaskGrant = {
  id: 'g1',
  tool: 'fs/read',
  definition: 'h1',
  effects: ['read'],
  args: { path: { subpath: ['/tmp'] } },
};
const cause = { by: 'somebody', why: 'done' };

function task(changes: Partial<Task> = {}): Task {
  return {
    id: 't1',
    type: 'work',
    principal: 'p',
    role: 'user',
    openedAt: NOW,
    expiresAt: NOW + 1_000,
    epoch: 1,
    status: 'open',
    grants: [grant],
    ...changes,
  };
}

const read = (path: string): ToolCall => ({ tool: 'fs/read', args: { path } });

function validate(call: ToolCall, chain: readonly Task[] = [task()], now = NOW): CallDecision {
  const sources = { sourceOf: () => 'unknown' as const, exposed: false };
  const underWay = chain.map((one) => ({ task: one, spent: createLedger() }));
  return validateCall(underWay, call, { now, profile, sources, endorsed: undefined });
}

function adjust(call: ToolCall, options: Partial<Parameters<typeof adjustForCall>[3]> = {}, of = task()) {
  const decision = validate(call, [of]);
  return adjustForCall(of, call, decision, { profile, mayUse: () => true, now: NOW, newId: () => 'g9', ...options });
}

describe('a call', () => {
  test('is validated by what paths mean, not by how they begin', () => {
    const paths = ['/tmp/a', '/tmp/../etc/passwd', '/tmpx', '/tmp/%2e%2e/etc'];
    expect(paths.map((path) => validate(read(path)).outcome)).toEqual(['allow', 'deny', 'deny', 'deny']);
  });

  test('never widens what its own task may do', () => {
    const one = task();
    const before = structuredClone(one);
    const asked = adjust(read('/etc/passwd'), {}, one);
    expect(asked.outcome).toBe('proposal');
    expect(one).toEqual(before);
    expect(validate(read('/etc/passwd'), [one]).outcome).toBe('deny');
  });

  test('that is allowed needs nothing', () => {
    expect(adjust(read('/tmp/a'))).toEqual({ outcome: 'covered' });
  });

  test('that is not has one grant proposed, for these values and once', () => {
    const asked = adjust(read('/srv/a'));
    const proposed = {
      id: 'g9',
      tool: 'fs/read',
      definition: 'h1',
      effects: ['read'],
      args: { path: { oneOf: ['/srv/a'] } },
      otherArgs: 'none',
      uses: 1,
    };
    expect(asked).toMatchObject({ outcome: 'proposal', grant: proposed, to: ['t1'], because: [{ code: 'argument' }] });
    const widened = task({ grants: [grant, proposed as TaskGrant] });
    expect(validate(read('/srv/a'), [widened]).outcome).toBe('allow');
    expect(validate(read('/srv/b'), [widened]).outcome).toBe('deny');
    expect(validate({ tool: 'fs/read', args: { path: '/srv/a', more: true } }, [widened]).outcome).toBe('deny');
  });

  test.each([
    ['its task has ended', {}, { status: 'closed' as const }, 'ended'],
    ['its task is over', { now: NOW + 1_000 }, {}, 'ended'],
    ['its role may not use the tool', { mayUse: () => false }, {}, 'role'],
    [
      'its role may never do what the tool does',
      { profile: { ...profile, effects: ['write' as const] } },
      { role: 'guest' },
      'role',
    ],
    ['the tool is known to nobody', { profile: undefined }, {}, 'role'],
    ['the tool is another one', { profile: { ...profile, tool: 'fs/write' } }, {}, 'role'],
  ])('has nothing proposed where %s', (_what, options, changes, why) => {
    expect(adjust(read('/srv/a'), options, task(changes))).toEqual({ outcome: 'none', why });
  });

  test('has nothing proposed where the organisation forbids it', () => {
    const because = [
      { code: 'delegation' as const, task: 't0', because: [{ code: 'guardrail' as const, policy: 'x' }] },
    ];
    const options = { profile, mayUse: () => true, now: NOW, newId: () => 'g9' };
    expect(adjustForCall(task(), read('/srv/a'), { outcome: 'deny', because }, options)).toEqual({
      outcome: 'none',
      why: 'forbidden',
    });
  });

  test.each([
    [
      'a list of objects, whose fields could be mixed',
      {
        path: '/a',
        to: [
          { who: 'a', much: 1 },
          { who: 'b', much: 2 },
        ],
      },
    ],
    ['a list of lists', { path: [['/a']] }],
    ['a number that no double holds', parseJson('{"path": "/a", "amount": 12345678901234567890}')],
    ['a key that is a path itself', { 'path.of': '/a' }],
    ['a key with brackets', { 'path[]': '/a' }],
    ['more than a grant should hold', { path: 'a'.repeat(20_000) }],
    ['too many arguments', Object.fromEntries(Array.from({ length: 101 }, (_, index) => [`a${index}`, 1]))],
  ])('has nothing proposed that cannot be bound to %s', (_what, args) => {
    expect(adjust({ tool: 'fs/read', args: args as ToolCall['args'] })).toEqual({ outcome: 'none', why: 'arguments' });
  });

  test('has a proposal bound to lists, objects, nothing, and the keys that every object has', () => {
    const args = parseJson(
      '{"path": ["/a", "/b", "/a"], "o": {"deep": {"x": null}}, "e": [], "__proto__": "p", "constructor": true}',
    );
    const call: ToolCall = { tool: 'fs/read', args: args as ToolCall['args'] };
    const asked = adjust(call);
    expect(asked.outcome).toBe('proposal');
    if (asked.outcome !== 'proposal') return;
    const widened = [task({ grants: [asked.grant] })];
    expect(validate(call, widened).outcome).toBe('allow');
    const changed = (more: object): ToolCall => ({ tool: 'fs/read', args: { ...call.args, ...more } });
    const others: readonly object[] = [
      { path: ['/a', '/c'] },
      { o: { deep: { x: 1 } } },
      { e: [1] },
      { constructor: false },
      { toString: 'x' },
    ];
    expect(others.map((other) => validate(changed(other), widened).outcome)).toEqual(others.map(() => 'deny'));
  });
});

describe('a part of a task', () => {
  test('may do nothing once a task above it has ended, is over, or is not known', () => {
    const part = task({ id: 't2', parent: 't1' });
    const outcomes = [
      [part, task()],
      [part, task({ status: 'revoked' })],
      [part, task({ expiresAt: NOW })],
      [part],
    ].map((chain) => validate(read('/tmp/a'), chain).outcome);
    expect(outcomes).toEqual(['allow', 'deny', 'deny', 'deny']);
  });

  test('has proposals for the tasks that object, itself and those above', () => {
    const part = task({ id: 't2', parent: 't1', grants: [{ ...grant, args: { path: { subpath: ['/'] } } }] });
    const call = read('/srv/a');
    const decision = validate(call, [part, task()]);
    const options = { profile, mayUse: () => true, now: NOW, newId: () => 'g9' };
    expect(adjustForCall(part, call, decision, options)).toMatchObject({ outcome: 'proposal', to: ['t1'] });
  });

  test('without a chain nothing is allowed', () => expect(validate(read('/tmp/a'), []).outcome).toBe('deny'));
});

describe('narrowing', () => {
  const narrower: TaskGrant = { ...grant, args: { path: { subpath: ['/tmp/a'] } } };

  test('applies at once, as a new task of a higher epoch, with what was before and after', () => {
    const before = task();
    const answer = narrow(before, [narrower], cause, [profile]);
    expect(answer).toMatchObject({
      outcome: 'narrowed',
      task: { epoch: 2, grants: [narrower], status: 'open' },
      change: { event: 'narrowed', task: 't1', epoch: 2, before: [grant], after: [narrower], cause },
    });
    expect(before.epoch).toBe(1);
  });

  test('is no way to widen: what is not proven narrower is named and nothing changes', () => {
    const wider: TaskGrant = { ...grant, id: 'g2', args: { path: { subpath: ['/'] } } };
    expect(narrow(task(), [narrower, wider], cause, [profile])).toEqual({ outcome: 'wider', grants: [wider] });
    expect(narrow(task({ status: 'closed' }), [narrower], cause, [profile])).toMatchObject({ outcome: 'wider' });
    expect(narrow(task({ status: 'closed' }), [], cause, [profile])).toMatchObject({ outcome: 'wider' });
  });

  test('refuses grants that nobody could decide with', () => {
    const nonsense: TaskGrant = { ...grant, args: { path: { subpath: ['tmp'] } } };
    expect(() => narrow(task(), [nonsense], cause)).toThrow(expect.objectContaining({ code: 'CONFIG_INVALID' }));
  });
});

describe('revoking', () => {
  test('leaves no grants, and a record whose sides are values of their own', () => {
    const before = task({ grants: [structuredClone(grant)] });
    const revoked = revokeAll(before, cause);
    expect(revoked).toMatchObject({
      task: { status: 'revoked', grants: [], epoch: 2 },
      change: { event: 'revoked', before: [grant], after: [], epoch: 2 },
    });
    const [was] = revoked?.change.before ?? [];
    expect(was).not.toBe(before.grants[0]);
    expect(() => Object.assign(was?.args?.['path'] ?? {}, { subpath: ['/'] })).toThrow(TypeError);
    Object.assign(before.grants[0]?.args?.['path'] ?? {}, { subpath: ['/'] });
    expect(was).toEqual(grant);
  });

  test('ends a task once', () => {
    const closed = revokeAll(task(), cause, 'closed');
    expect(closed?.change.event).toBe('closed');
    expect(closed && revokeAll(closed.task, cause)).toBeUndefined();
    expect(closed && validate(read('/tmp/a'), [closed.task]).outcome).toBe('deny');
  });
});
