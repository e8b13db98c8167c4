import { describe, expect, it } from 'vitest';
import { defineCheck, pass, fail, type AnyCheck } from './check.ts';
import { evaluate, type Judging } from './evaluate.ts';
import { blind, saw } from './look.ts';
import type { Target } from './target.ts';
import { defaultThresholds } from './thresholds.ts';

const tools = { server: 'a', instructions: undefined, tools: [], prompts: [], isCut: false };
const texts = { title: { en: 'It holds.', zh: '成立。' }, remedy: { en: 'Mend it.', zh: '修复。' } };

function check(ask: Parameters<typeof defineCheck<'tools'>>[0]['ask'], id = 'some-check'): AnyCheck {
  return defineCheck({ id, control: 'C14', part: 'tools', severity: 'medium', ...texts, ask });
}

function target(parts: Target['parts'] = { tools: saw(tools) }, id = 'tools:a'): Target {
  return { id, kind: 'tools', name: id, parts };
}

function judge(checks: readonly AnyCheck[], targets: readonly Target[] = [target()], more: Partial<Judging> = {}) {
  return evaluate(targets, { checks, now: 0, thresholds: defaultThresholds, ...more });
}

describe('evaluating', () => {
  it('makes what could not be seen unknown, and what does not exist not applicable', () => {
    const never = check(() => pass('never asked'));
    const dark = target({ tools: blind('timeout', 'It did not answer.', '没有回应。') });
    const none = target({ tools: blind('not-offered', 'It has none.', '没有。') }, 'tools:b');
    expect(judge([never], [dark]).map(({ outcome }) => outcome)).toEqual(['unknown']);
    expect(judge([never], [none]).map(({ outcome }) => outcome)).toEqual(['not-applicable']);
    expect(judge([never], [target({})])).toEqual([]);
  });

  it('never takes a check that throws, or says nothing, for a pass', () => {
    const throws = check(() => {
      throw new TypeError('defect');
    });
    const silent = check(() => [], 'silent-check');
    expect(judge([throws, silent]).map(({ outcome }) => outcome)).toEqual(['unknown', 'unknown']);
  });

  it('gives the same fingerprint to the same thing, and another to anything else', () => {
    const two = check(() => [fail('x', { subject: 'one' }), fail('y', { subject: 'two' })]);
    const [one, other] = judge([two]).map(({ fingerprint }) => fingerprint);
    expect(one).toMatch(/^[0-9a-f]{16}$/);
    expect(one).not.toBe(other);
    const reworded = check(() => [fail('other words', { subject: 'one' }), pass('y', { subject: 'two' })]);
    expect(judge([reworded]).find(({ subject }) => subject === 'one')?.fingerprint).toBe(one);
    expect(judge([two], [target({ tools: saw(tools) }, 'tools:b')])[0]?.fingerprint).not.toBe(one);
  });

  it('keeps two answers of one subject apart', () => {
    const twice = check(() => [fail('x', { subject: 'one' }), fail('y', { subject: 'one' })]);
    expect(new Set(judge([twice]).map(({ fingerprint }) => fingerprint)).size).toBe(2);
  });

  it('makes what a target says printable, short and free of secrets', () => {
    const token = `ghp_${'a1'.repeat(18)}`;
    const evil = check(() => fail(`\u001b[2J ${token} ${'x'.repeat(5_000)}`, { subject: '\u202eevil\u0007' }));
    const [found] = judge([evil]);
    const seen = found?.evidence[0]?.seen.en ?? '';
    expect(seen).not.toMatch(/\p{Cc}/u);
    expect(seen).not.toContain(token);
    expect(seen.length).toBeLessThan(1_000);
    expect(found?.subject).toBe('\\u202eevil\\u0007');
  });

  it('bounds the answers of a check and keeps the worst', () => {
    const many = check(() => [
      ...Array.from({ length: 3_000 }, (_, index) => pass('fine', { subject: `${index}` })),
      fail('bad', { subject: 'last' }),
    ]);
    const found = judge([many]);
    expect(found).toHaveLength(1_000);
    expect(found[0]?.subject).toBe('last');
  });

  it("follows a baseline's severities", () => {
    const bad = check(() => fail('x', { severity: 'low' }));
    const severities = new Map([['some-check', 'critical' as const]]);
    expect(judge([bad], undefined, { severities })[0]?.severity).toBe('critical');
    expect(judge([bad])[0]?.severity).toBe('low');
    expect(judge([bad], undefined, { severities: new Map([['some-check', 'off' as const]]) })).toEqual([]);
  });
});
