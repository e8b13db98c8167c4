import { describe, expect, it } from 'vitest';
import type { TaskGrant } from '../grant/task-grant.ts';
import { compareGrants } from './compare-grants.ts';

const mail: TaskGrant = { id: 'g1', tool: 'mail/send', effects: ['egress'] };
const fresh = { budgets: 'fresh' } as const;

/** The call that shows that `after` is wider. */
function shown(before: Partial<TaskGrant>, after: Partial<TaskGrant>) {
  const found = compareGrants([{ ...mail, ...before }], [{ ...mail, ...after }], fresh);
  expect(found.narrower).toBe(false);
  if (found.narrower !== false) throw new TypeError('It is not wider.');
  return found.counterexample;
}

describe('compareGrants', () => {
  it('shows an argument that fits only now', () => {
    const wide = { args: { path: { subpath: ['/tmp', '/srv'] } } };
    const { call, after, before } = shown({ args: { path: { subpath: ['/tmp'] } } }, wide);
    expect([after, before]).toEqual(['allow', 'deny']);
    expect(call.args['path']).toMatch(/^\/srv/);
    expect(
      shown({ args: { host: { host: ['example.com'] } } }, { args: { host: { host: ['*.example.com'] } } }).call.args,
    ).toEqual({ host: 'x0.example.com' });
    expect(shown({ args: { n: { max: 5 } } }, { args: { n: { max: 6 } } }).call.args).toEqual({ n: 6 });
  });

  it('shows an argument that was refused, left out, or had to come from somewhere', () => {
    expect(shown({ otherArgs: 'none' }, {}).call.args).toHaveProperty('extra');
    expect(shown({ args: { to: {} } }, { args: { to: { optional: true } } }).call.args).not.toHaveProperty('to');
    expect(
      shown({ integrity: { to: ['user'] } }, { integrity: { to: ['user', 'untrusted'] } }).call.args,
    ).toHaveProperty('to');
  });

  it('shows what went by way of a person, and what was refused outright', () => {
    expect(shown({ alwaysAsk: true }, {})).toMatchObject({ after: 'allow', before: 'ask' });
    expect(shown({ args: { to: { max: 1 } } }, { args: { to: { max: 1 } }, onDeny: 'ask' })).toMatchObject({
      after: 'ask',
      before: 'deny',
    });
    expect(shown({ alwaysAsk: true, secondFactor: true }, { alwaysAsk: true })).toMatchObject({
      after: 'ask',
      before: 'ask',
    });
  });

  it('shows the call that meets a budget, after those that do not', () => {
    expect(shown({ uses: 3 }, { uses: 4 }).earlier).toHaveLength(3);
    const sum = (max: number) => ({ budgets: [{ kind: 'sum' as const, argument: 'amount', max }] });
    expect(shown(sum(10), sum(11)).earlier.length).toBeGreaterThan(0);
    const distinct = (max: number) => ({
      args: { to: { emailDomain: ['example.com'] } },
      budgets: [{ kind: 'distinct' as const, argument: 'to', max }],
    });
    expect(shown(distinct(2), distinct(3)).earlier).toHaveLength(2);
  });

  it('shows calls of a tool that is new, defined otherwise, can do more, or may be called later', () => {
    expect(shown({}, { tool: 'mail/delete' }).call.tool).toBe('mail/delete');
    for (const [before, after] of [
      [{ definition: 'a' }, {}],
      [{ definition: 'a' }, { definition: 'b' }],
      [{}, { effects: ['egress', 'write'] }],
      [{ expiresAt: 5 }, { expiresAt: 6 }],
      [{ expiresAt: 5 }, {}],
    ] as const) {
      expect(shown(before, after)).toMatchObject({ after: 'allow', before: 'deny' });
    }
  });

  it('finds calls that none of several grants covers', () => {
    const bound = (args: NonNullable<TaskGrant['args']>, id: string): TaskGrant => ({
      ...mail,
      id,
      args,
      otherArgs: 'any',
    });
    const before = [bound({ a: { oneOf: [1] } }, 'g1'), bound({ b: { oneOf: [1] } }, 'g2')];
    const after = [bound({ a: { oneOf: [1, 2] }, b: { oneOf: [1, 2] } }, 'g1')];
    const found = compareGrants(before, after, fresh);
    expect(found).toMatchObject({ narrower: false, counterexample: { call: { args: { a: 2, b: 2 } } } });
  });

  it('says unknown where it has neither a proof nor a call', () => {
    const like = (pattern: string): TaskGrant => ({ ...mail, args: { to: { pattern } } });
    expect(compareGrants([like('[a-z]{40}[0-9]{7}')], [like('[a-y]{40}[0-9]{7}')])).toMatchObject({
      narrower: 'unknown',
    });
  });

  it('refuses grants that the engine would not take', () => {
    expect(() => compareGrants([{ ...mail, uses: -1 }], [mail])).toThrow(
      expect.objectContaining({ code: 'CONFIG_INVALID' }),
    );
    expect(() => compareGrants([mail, mail], [mail])).toThrow(expect.objectContaining({ code: 'CONFIG_INVALID' }));
    expect(() => compareGrants([mail], [{ ...mail, args: { to: { oneOf: [] } } }])).toThrow(
      expect.objectContaining({ code: 'CONFIG_INVALID' }),
    );
  });

  it('takes names of prototypes for names', () => {
    const named = (constraint: string): TaskGrant => ({ ...mail, args: JSON.parse(`{"__proto__":${constraint}}`) });
    const found = compareGrants([named('{"max":1}')], [named('{"max":2}')]);
    expect(found.narrower).toBe(false);
  });
});
