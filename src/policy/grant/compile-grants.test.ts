import { expect, it } from 'vitest';
import { compileGrants } from './compile-grants.ts';
import type { TaskGrant } from './task-grant.ts';

const good: TaskGrant = { id: 'g', tool: 'mail/send', effects: ['egress'] };

const bad: readonly (readonly [string, Record<string, unknown>])[] = [
  ['an empty id', { id: '' }],
  ['an id that is no text', { id: 7 }],
  ['a tool without upstream', { tool: 'send' }],
  ['a tool without name', { tool: 'mail/' }],
  ['every tool of an upstream', { tool: 'mail/*' }],
  ['every tool', { tool: '*' }],
  ['effects that are none', { effects: ['fly'] }],
  ['effects that are no list', { effects: 'read' }],
  ['a path that is none', { args: { 'a..b': {} } }],
  ['a path of the integrity that is none', { integrity: { '[]': ['user'] } }],
  ['a constraint that cannot be meant', { args: { a: { min: 2, max: 1 } } }],
  ['a source that is none', { integrity: { a: ['god'] } }],
  ['sources that are no list', { integrity: { a: 'user' } }],
  ['negative uses', { uses: -1 }],
  ['half a use', { uses: 0.5 }],
  ['uses that are no number', { uses: Number.NaN }],
  ['an end that is no time', { expiresAt: Number.NaN }],
  ['an unknown rule for others', { otherArgs: 'some' }],
  ['an unknown answer', { onDeny: 'maybe' }],
  ['an unknown budget', { budgets: [{ kind: 'weight', max: 1 }] }],
  ['a negative count', { budgets: [{ kind: 'count', max: -1 }] }],
  ['a negative sum', { budgets: [{ kind: 'sum', argument: 'a', max: -0.1 }] }],
  ['an endless sum', { budgets: [{ kind: 'sum', argument: 'a', max: Number.POSITIVE_INFINITY }] }],
  ['a sum of a path that is none', { budgets: [{ kind: 'sum', argument: '', max: 1 }] }],
  ['a budget without a bound', { budgets: [{ kind: 'count' }] }],
  ['a bound as text', { budgets: [{ kind: 'count', max: '5' }] }],
  ['more values than are remembered', { budgets: [{ kind: 'distinct', argument: 'a', max: 10_001 }] }],
  ['no span of time', { budgets: [{ kind: 'count', max: 1, perSeconds: 0 }] }],
  ['an endless span', { budgets: [{ kind: 'count', max: 1, perSeconds: Number.POSITIVE_INFINITY }] }],
];

it.each(bad)('%s is refused', (_what, parts) => {
  const grant = { ...good, ...parts } as unknown as TaskGrant;
  expect(() => compileGrants([grant])).toThrow(expect.objectContaining({ code: 'CONFIG_INVALID' }));
});

it('two grants of one id are refused, also where the id is a word of the prototype', () => {
  for (const id of ['g', '__proto__']) {
    const twice = [
      { ...good, id },
      { ...good, id, tool: 'mail/read' },
    ];
    expect(() => compileGrants(twice)).toThrow(expect.objectContaining({ code: 'CONFIG_INVALID' }));
  }
});

it('grants are indexed by tool in their order, and what was compiled can no longer be changed', () => {
  const grants: TaskGrant[] = [good, { ...good, id: 'h' }, { ...good, id: 'i', tool: '__proto__/x' }];
  const compiled = compileGrants(grants);
  expect(compiled.byTool.get('mail/send')?.all.map(({ grant }) => grant.id)).toEqual(['g', 'h']);
  expect(compiled.byTool.get('__proto__/x')?.all).toHaveLength(1);
  grants.pop();
  expect(compiled.grants).toHaveLength(3);
  expect(() => Object.assign(good, { effects: ['read'] })).toThrow(TypeError);
});

it('names with slashes and colons are names', () => {
  const tools = ['a/b/c', 'a/b:c', 'a/ü'];
  expect([...compileGrants(tools.map((tool, id) => ({ ...good, id: `${id}`, tool }))).byTool.keys()]).toEqual(tools);
});
