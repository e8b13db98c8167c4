import * as cedar from '@cedar-policy/cedar-wasm/nodejs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MerlonError } from '../../kernel/errors.ts';
import { type JsonObject, parseJson } from '../../kernel/jsonrpc.ts';
import type { ToolProfile } from '../tool/tool-profile.ts';
import { createGuardrail, type GuardedCall } from './create-guardrail.ts';

const profile: ToolProfile = {
  tool: 'bank/pay',
  hash: '',
  effects: ['write', 'egress'],
  sinks: {},
  output: 'trusted',
  sandboxed: false,
};
const guardrail = (policies: string, schema?: string) =>
  createGuardrail({ policies, file: 'org.cedar', schema, cedar });
const verdict = (policies: string, args: unknown, more: Partial<GuardedCall> = {}): string => {
  const call = { principal: 'ann', role: 'clerk', taskType: 'refund', profile, args: args as JsonObject, ...more };
  const found = guardrail(policies).check(call);
  return found.allowed ? 'allowed' : found.policy;
};
const problemOf = (policies: string, schema?: string): MerlonError => {
  try {
    guardrail(policies, schema);
  } catch (error) {
    if (error instanceof MerlonError) return error;
  }
  throw new Error('it was accepted');
};
const forbid = (condition: string): string => `@id("rule") forbid(principal, action, resource) ${condition};`;

describe('a guardrail', () => {
  it('forbids what a policy forbids, and lets all else through', () => {
    const policy = forbid('when { context.args.amount > 100 }');
    expect(verdict(policy, { amount: 100 })).toBe('allowed');
    expect(verdict(policy, { amount: 101 })).toBe('rule');
    expect(verdict('', { amount: 101 })).toBe('allowed');
  });

  it('speaks of roles, tools, upstreams, effects and tasks', () => {
    const scope = (text: string): string => verdict(`@id("rule") forbid(${text});`, {});
    expect(scope('principal in Role::"clerk", action, resource')).toBe('rule');
    expect(scope('principal in Role::"boss", action, resource')).toBe('allowed');
    expect(scope('principal == User::"ann", action == Action::"call", resource == Tool::"bank/pay"')).toBe('rule');
    expect(scope('principal, action, resource == Tool::"bank/read"')).toBe('allowed');
    expect(scope('principal, action, resource in Upstream::"bank"')).toBe('rule');
    expect(scope('principal, action, resource in Upstream::"mail"')).toBe('allowed');
    expect(verdict(forbid('when { resource.effects.contains("egress") && principal.role == "clerk" }'), {})).toBe(
      'rule',
    );
    expect(verdict(forbid('unless { context.task.type == "refund" }'), {})).toBe('allowed');
    expect(verdict(forbid('unless { context.task.type == "refund" }'), {}, { taskType: undefined })).toBe('rule');
  });

  it('compares arguments with what is known of caller, tool and task', () => {
    const own = forbid('unless { context.args.team == principal.role }');
    expect(verdict(own, { team: 'clerk' })).toBe('allowed');
    expect(verdict(own, { team: 'boss' })).toBe('rule');
    expect(verdict(own, { team: 5 })).toBe('unjudgeable');
  });

  it('is not asked about tools that no policy speaks of, whatever their arguments are', () => {
    const policy = '@id("rule") forbid(principal, action, resource == Tool::"bank/wipe") when { context.args.x > 1 };';
    expect(verdict(policy, { x: '\ud800' })).toBe('allowed');
  });
});

describe('what would slip past Cedar', () => {
  const limit = forbid('when { context.args.amount > 100 }');

  it('an absent or null argument: the forbid that reads it is not skipped', () => {
    expect(verdict(limit, {})).toBe('rule');
    expect(verdict(limit, { amount: null })).toBe('rule');
    expect(verdict(forbid('when { context.args has amount && context.args.amount > 100 }'), {})).toBe('allowed');
  });

  it('another type: a text never equals a number, so the forbid would not apply', () => {
    const blocked = forbid('when { context.args.account == 666 }');
    expect(verdict(blocked, { account: 666 })).toBe('rule');
    expect(verdict(blocked, { account: 1 })).toBe('allowed');
    for (const account of ['666', 666.5, true, { n: 666 }, ['666']])
      expect(verdict(blocked, { account })).not.toBe('allowed');
    expect(verdict(forbid('when { ["a", "b"].contains(context.args.to) }'), { to: 1 })).toBe('unjudgeable');
    expect(verdict(forbid('when { context.args.to.contains("a") }'), { to: ['b', 1] })).toBe('unjudgeable');
    expect(verdict(forbid('when { context.args.to.contains("a") }'), { to: ['b'] })).toBe('allowed');
  });

  it('a list in the place of one value, and one value in the place of a list', () => {
    const one = forbid('when { context.args.to == "evil" }');
    expect(verdict(one, { to: 'evil' })).toBe('rule');
    expect(verdict(one, { to: ['evil'] })).toBe('unjudgeable');
    expect(verdict(one, { to: [] })).toBe('unjudgeable');
    const member = forbid('when { ["evil"].contains(context.args.to) }');
    expect(verdict(member, { to: ['evil'] })).toBe('unjudgeable');
    const list = forbid('when { context.args.to.contains("evil") }');
    expect(verdict(list, { to: ['ann', 'evil'] })).toBe('rule');
    expect(verdict(list, { to: 'evil' })).not.toBe('allowed');
    const whole = forbid('when { context.args.to == ["evil"] }');
    expect(verdict(whole, { to: ['evil'] })).toBe('rule');
    expect(verdict(whole, { to: 'evil' })).toBe('unjudgeable');
    expect(verdict(whole, { to: ['ann'] })).toBe('allowed');
  });

  it('entities and values of Cedar within arguments', () => {
    const named = forbid('unless { context.args.owner.type == "User" }');
    expect(verdict(named, { owner: { __entity: { type: 'User', id: 'ann' } } })).toBe('rule');
    const limited = forbid('unless { context.args.amount.lessThan(decimal("10.0")) }');
    expect(verdict(limited, { amount: { __extn: { fn: 'decimal', arg: '1.0' } } })).not.toBe('allowed');
    const wildcard = forbid('when { context.args has amount }');
    expect(verdict(wildcard, { __extn: { fn: 'decimal', arg: '1.0' } })).toBe('allowed');
    expect(verdict(wildcard, { __proto__: null, amount: 1 })).toBe('rule');
  });

  it('paths: by normalised path alone, and only where it can be read in one way', () => {
    const files = forbid('unless { context.paths.file like "/srv/a/*" }');
    expect(verdict(files, { file: '/srv/a/b' })).toBe('allowed');
    for (const file of [
      '/srv/a/../../etc/passwd',
      '/srv/a/%2e%2e/x',
      'srv/a/b',
      '\\srv\\a',
      '/srv/ab',
      5,
      null,
      ['/srv/a/b'],
    ]) {
      expect(verdict(files, { file })).toBe('rule');
    }
  });

  it('addresses: by origin and host alone', () => {
    const sites = forbid('unless { context.urls.url.origin == "https://api.example.com" }');
    expect(verdict(sites, { url: 'HTTPS://API.example.com:443/x?y' })).toBe('allowed');
    for (const url of [
      'https://api.example.com@evil.net/',
      'https://api.example.com.evil.net',
      'http://api.example.com',
      'x',
    ]) {
      expect(verdict(sites, { url })).toBe('rule');
    }
  });

  it('numbers that are none of Cedar’s: halves are decimals, what is too large or too exact is a text', () => {
    const exact = forbid('when { context.args.amount.greaterThan(decimal("100.0")) }');
    expect(verdict(exact, { amount: 100 })).toBe('allowed');
    expect(verdict(exact, { amount: 99.5 })).toBe('allowed');
    expect(verdict(exact, { amount: 100.5 })).toBe('rule');
    expect(verdict(exact, { amount: 0.000001 })).not.toBe('allowed');
    expect(verdict(exact, { amount: 1e300 })).not.toBe('allowed');
    expect(verdict(limit, { amount: 100.5 })).not.toBe('allowed');
    expect(verdict(limit, parseJson('{"amount":99999999999999999999}'))).not.toBe('allowed');
  });

  it('text that is no Unicode, and more values than are looked at', () => {
    const policy = forbid('when { context.args.x == "a" }');
    expect(verdict(policy, { x: 'b', y: '\ud800' })).toBe('unjudgeable');
    expect(verdict(policy, { x: 'b', '\ud800': 1 })).toBe('unjudgeable');
    expect(verdict(policy, { x: 'b', many: Array.from({ length: 10_001 }, () => 1) })).toBe('unjudgeable');
  });

  it('no two keys become one', () => {
    const policy = forbid('when { context.args has ___entity && context.args has ____entity }');
    expect(verdict(policy, { __entity: 1, ___entity: 2 })).toBe('rule');
  });
});

describe('policies that could not do what they say are refused', () => {
  it.each([
    ['permit(principal, action, resource);'],
    ['forbid(principal == Usr::"ann", action, resource);'],
    ['forbid(principal == Tool::"ann", action, resource);'],
    ['forbid(principal, action == Action::"read", resource);'],
    ['forbid(principal is Tool, action, resource);'],
    [forbid('when { principal.rol == "clerk" }')],
    [forbid('when { context.arguments.x == 1 }')],
    [forbid('when { context.task.name == "x" }')],
    [forbid('when { context.args.owner == Person::"ann" }')],
    [forbid('unless { context.args.owner == principal }')],
    [forbid('when { context.args.from == context.args.to }')],
    [forbid('when { context.args.x == {"a": 1} }')],
    [forbid('when { context.args.x == (if context.args has y then "a" else "b") }')],
    [forbid('when { (if context has args then context.args else context.args).x == "a" }')],
    [forbid('when { principal.hasTag("vip") }')],
    [forbid('unless { context.args.file like "/srv/*" }')],
    [forbid('unless { context.args.url like "https://api.example.com*" }')],
    [forbid('when { context.args.n > 1 && context.args.n.lessThan(decimal("2.0")) }')],
    [`${forbid('when { true }')} ${forbid('when { true }')}`],
    ['forbid(principal == ?principal, action, resource);'],
    ['forbid(principal'],
  ])('%s', (policies) => {
    expect(problemOf(policies).code).toBe('GUARDRAIL_INVALID');
  });

  it('with line and column, also behind letters of several bytes', () => {
    expect(problemOf('// é ü\n// 😀\n  forbid(principal, action, resource) when { foo.bar };').place).toEqual({
      file: 'org.cedar',
      line: 3,
      column: 46,
    });
    expect(problemOf(`// é\n${forbid('when { true }')}\n\n  permit(principal, action, resource);`).place).toEqual({
      file: 'org.cedar',
      line: 4,
      column: 3,
    });
  });

  it('by a schema, where there is one', () => {
    const schema = `
      entity Role; entity Upstream; entity User in [Role] { role: String };
      entity Tool in [Upstream] { name: String, upstream: String, effects: Set<String>, output: String, sandboxed: Bool };
      action call appliesTo { principal: User, resource: Tool, context: {
        args: { amount?: Long }, paths: {}, urls: {}, task: { type?: String } } };`;
    expect(guardrail(forbid('when { context.args has amount && context.args.amount > 1 }'), schema).size).toBe(1);
    expect(problemOf(forbid('when { context.args.amount > 1 }'), schema).code).toBe('GUARDRAIL_INVALID');
    expect(problemOf(forbid('when { true }'), 'entity {').code).toBe('GUARDRAIL_INVALID');
  });
});

describe('whatever arguments are', () => {
  it('a forbid that always applies does, and nothing throws', () => {
    const rail = guardrail(forbid('when { true }'));
    fc.assert(
      fc.property(fc.dictionary(fc.string({ unit: 'binary' }), fc.jsonValue({ stringUnit: 'binary' })), (args) => {
        const call = { principal: 'a', role: 'b', taskType: 'c', profile, args: args as JsonObject };
        expect(rail.check(call).allowed).toBe(false);
      }),
    );
  });

  it('a text is allowed exactly where it is the one that is named', () => {
    const rail = guardrail(forbid('unless { context.args.to == "ann" }'));
    fc.assert(
      fc.property(fc.oneof(fc.constant('ann'), fc.jsonValue()), (to) => {
        const call = { principal: 'a', role: 'b', taskType: 'c', profile, args: { to } as JsonObject };
        expect(rail.check(call).allowed).toBe(to === 'ann');
      }),
    );
  });
});
