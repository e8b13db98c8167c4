import { expect, it } from 'vitest';
import type { Objection } from './call-decision.ts';
import { explainDecision, explainObjections, objectionData } from './explain.ts';
import type { TaskGrant } from './task-grant.ts';

const one: TaskGrant = { id: 'g', tool: 'a/b', effects: ['read'] };
const objections: readonly Objection[] = [
  { code: 'tool' },
  { code: 'tool_unknown' },
  { code: 'definition_changed' },
  { code: 'effect', missing: ['write', 'egress'] },
  { code: 'expired' },
  { code: 'malformed', path: 'amount' },
  { code: 'malformed', path: '' },
  { code: 'argument', path: 'to', must: { emailDomain: ['x.example'] } },
  { code: 'argument', path: 'cc', must: 'absent' },
  { code: 'integrity', path: 'to', source: 'untrusted', must: ['user'] },
  { code: 'budget', budget: { kind: 'count', max: 3, perSeconds: 60 }, left: 0 },
  { code: 'budget', budget: { kind: 'sum', argument: 'amount', max: 250 }, left: 10 },
  { code: 'budget', budget: { kind: 'distinct', argument: 'to', max: 2 }, left: 1 },
  { code: 'always_ask' },
  { code: 'guardrail', policy: 'no-mail-on-sundays' },
  { code: 'delegation', task: 't1', because: [{ code: 'expired' }] },
];

it('says one sentence for each objection, all different', () => {
  const sentences = explainObjections(objections);
  expect(new Set(sentences).size).toBe(objections.length);
  for (const sentence of sentences) expect(sentence).toMatch(/^[A-Z].*\.$/);
  expect(explainDecision({ outcome: 'deny', because: objections })).toEqual(sentences);
  expect(explainDecision({ outcome: 'allow', grant: one, charges: [], usesEndorsement: false })).toEqual([]);
});

it('names the rule, the path and what would do', () => {
  expect(explainObjections(objections.slice(7, 8))[0]).toContain('x.example');
  expect(explainObjections(objections.slice(11, 12))[0]).toMatch(/amount.*250.*10/);
});

it('is JSON with the code, for each objection', () => {
  const data = objections.map(objectionData);
  expect(data.map(({ code }) => code)).toEqual(objections.map(({ code }) => code));
  expect(JSON.parse(JSON.stringify(data))).toEqual(data);
});

it('is bounded and printable, whatever a caller calls its arguments', () => {
  const path = `\u001b[31m\u202e${'x'.repeat(100_000)}`;
  const because: Objection[] = Array.from({ length: 500 }, () => ({ code: 'argument', path, must: 'absent' }));
  const hostile: Objection = { code: 'delegation', task: path, because };
  for (const text of [explainObjections([hostile]).join(' '), JSON.stringify(objectionData(hostile))]) {
    expect(text.length).toBeLessThan(5_000);
    expect(text).not.toMatch(/[\p{Cc}\p{Cf}]|\\u001b/u);
  }
});
