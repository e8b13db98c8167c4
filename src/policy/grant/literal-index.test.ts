import { describe, expect, it } from 'vitest';
import { type Json, type JsonObject, parseJson } from '../../kernel/jsonrpc.ts';
import type { Sources } from '../provenance/source.ts';
import type { ToolProfile } from '../tool/tool-profile.ts';
import type { CallDecision } from './call-decision.ts';
import { compileGrants } from './compile-grants.ts';
import { decideCall } from './decide-call.ts';
import { createLedger } from './ledger.ts';
import type { TaskGrant } from './task-grant.ts';

const profile: ToolProfile = {
  tool: 'bank/pay',
  hash: 'a1',
  effects: ['egress'],
  sinks: {},
  output: 'untrusted',
  sandboxed: false,
};

type Part = Omit<TaskGrant, 'id' | 'tool' | 'effects'>;

function decide(parts: readonly Part[], args: JsonObject): CallDecision {
  const grants = parts.map(
    (part, index): TaskGrant => ({ id: `g${index}`, tool: 'bank/pay', effects: ['egress'], ...part }),
  );
  const sources: Sources = { sourceOf: () => 'user', exposed: false };
  return decideCall(
    compileGrants(grants),
    { tool: 'bank/pay', args },
    { now: 0, profile, sources, spent: createLedger() },
  );
}

function idOf(decision: CallDecision): string {
  return decision.outcome === 'allow' ? decision.grant.id : decision.outcome;
}

const to = (...values: (string | number | boolean | null)[]): Part => ({ args: { to: { oneOf: values } } });
const other = to('x', 'y');
// The parser keeps such a number as text.
const exact = parseJson('7.000000000000000000') as Json;

describe('grants that bind an argument to values', () => {
  it.each<[string, readonly Part[], Json, string]>([
    ['the value of one', [other, to('ann'), to('ben')], 'ben', 'g2'],
    ['a value of several: the first', [other, to('ann'), to('ben', 'ann')], 'ann', 'g1'],
    ['a value of none', [other, to('ann'), to('ben')], 'eve', 'deny'],
    ['a word of the prototype', [other, to('ann')], '__proto__', 'deny'],
    ['a word of the prototype that one names', [other, to('__proto__')], '__proto__', 'g1'],
    ['one without values that stands before', [{ args: { to: {} } }, other, to('ann')], 'ann', 'g0'],
    ['one without values that stands after', [other, to('ann'), { args: { to: {} } }], 'ann', 'g1'],
    ['one that names no argument at all', [other, to('ann'), {}], 'eve', 'g2'],
    ['null, which is a value', [other, to('ann'), to(null)], null, 'g2'],
    ['null, which is as good as absent', [other, { args: { to: { oneOf: ['ann'], optional: true } } }], null, 'g1'],
    ['a number', [other, to(7), to('7')], 7, 'g1'],
    ['a text of digits', [other, to(7), to('7')], '7', 'g2'],
    ['a number as it was written', [other, to(7), to('7')], exact, 'g1'],
    ['a list where a value belongs', [other, to('ann')], ['ann'], 'deny'],
    ['a list of values', [other, { args: { to: { each: { oneOf: ['ann', 'ben'] } } } }], ['ben', 'ann'], 'g1'],
    ['a list with a stranger', [other, { args: { to: { each: { oneOf: ['ann', 'ben'] } } } }], ['ann', 'eve'], 'deny'],
    ['a list by its items', [other, { args: { 'to[]': { oneOf: ['ann'] } } }], ['ann'], 'g1'],
    ['an empty list', [other, { args: { 'to[]': { oneOf: ['ann'] } } }], [], 'g1'],
    ['a value where a list belongs', [other, { args: { 'to[]': { oneOf: ['ann'] } } }], 'ann', 'deny'],
    ['an object', [other, to('ann')], { ann: 'ann' }, 'deny'],
  ])('decide on %s', (_, parts, value, answer) => {
    expect(idOf(decide(parts, { to: value }))).toBe(answer);
  });

  it('decide on an argument that is not there, and on one that is inherited', () => {
    const optional: Part = { args: { to: { oneOf: ['ann'], optional: true } } };
    expect(idOf(decide([other, optional], {}))).toBe('g1');
    expect(idOf(decide([other, to('ann')], Object.create({ to: 'ann' }) as JsonObject))).toBe('deny');
  });

  it('are the ones that a denial speaks of, however many stand before', () => {
    const many = Array.from({ length: 100 }, (_, index) => to(`person-${index}`));
    const small: Part = { args: { to: { oneOf: ['ann'] }, amount: { max: 10 } } };
    const decision = decide([...many, small], { to: 'ann', amount: 11 });
    expect(decision).toEqual({ outcome: 'deny', because: [{ code: 'argument', path: 'amount', must: { max: 10 } }] });
  });

  it('ask for a person, however many stand before that do not', () => {
    const many = Array.from({ length: 100 }, (_, index) => to(`person-${index}`));
    expect(idOf(decide([...many, { ...to('ann'), onDeny: 'ask' }], { to: 'eve' }))).toBe('ask');
  });
});

it('a denial speaks of a grant that still counts, however many have ended', () => {
  const ended = Array.from({ length: 100 }, (): Part => ({ args: { to: { maxLength: 1 } }, expiresAt: -1 }));
  const decision = decide([...ended, { args: { to: { maxLength: 2 } } }], { to: 'eve' });
  expect(decision).toMatchObject({ outcome: 'deny', because: [{ code: 'argument', path: 'to' }] });
});
