import { describe, expect, it } from 'vitest';
import type { Budget, TaskGrant } from '../grant/task-grant.ts';
import type { Source } from '../provenance/source.ts';
import type { ToolProfile } from '../tool/tool-profile.ts';
import { isNarrower } from './is-narrower.ts';

const mail: TaskGrant = { id: 'g1', tool: 'mail/send', effects: ['egress'] };
const fresh = { budgets: 'fresh' } as const;
const holds = (after: Partial<TaskGrant>, before: Partial<TaskGrant>): boolean =>
  isNarrower([{ ...mail, ...after }], [{ ...mail, ...before }]);

describe('isNarrower', () => {
  it('knows that the same is no wider, and that nothing is narrower than anything', () => {
    expect(isNarrower([mail], [mail])).toBe(true);
    expect(isNarrower([], [])).toBe(true);
    expect(isNarrower([], [mail])).toBe(true);
    expect(isNarrower([mail], [])).toBe(false);
  });

  it('never takes an added allow-all rule for a narrowing', () => {
    const bound: TaskGrant = { ...mail, args: { to: { oneOf: ['a@x.com'] } } };
    expect(isNarrower([bound, { ...mail, id: 'g2' }], [bound])).toBe(false);
    expect(isNarrower([{ ...bound, args: {} }], [bound])).toBe(false);
  });

  it('compares tool, definition, effects and expiry', () => {
    expect(holds({ tool: 'mail/read' }, {})).toBe(false);
    expect(holds({ tool: 'mail/send2' }, { tool: 'mail/send' })).toBe(false);
    expect(holds({ definition: 'a' }, {})).toBe(true);
    expect(holds({}, { definition: 'a' })).toBe(false);
    expect(holds({ definition: 'b' }, { definition: 'a' })).toBe(false);
    expect(holds({ effects: ['read', 'egress'] }, {})).toBe(false);
    expect(holds({}, { effects: ['read', 'egress'] })).toBe(true);
    expect(holds({ expiresAt: 5 }, {})).toBe(true);
    expect(holds({ expiresAt: 5 }, { expiresAt: 5 })).toBe(true);
    expect(holds({ expiresAt: 6 }, { expiresAt: 5 })).toBe(false);
    expect(holds({}, { expiresAt: 5 })).toBe(false);
    expect(holds({ expiresAt: Number.NaN }, { expiresAt: 5 })).toBe(false);
  });

  it('takes what a person must see for less than what goes by itself', () => {
    expect(holds({ alwaysAsk: true }, {})).toBe(true);
    expect(holds({}, { alwaysAsk: true })).toBe(false);
    expect(holds({ onDeny: 'ask' }, { onDeny: 'deny', uses: 1 })).toBe(false);
    expect(holds({ onDeny: 'deny' }, { onDeny: 'ask' })).toBe(true);
    expect(holds({ onDeny: 'ask', args: { a: { max: 1 } } }, { onDeny: 'ask', args: { a: { max: 2 } } })).toBe(true);
    // Whatever is asked for here was allowed before without a question.
    expect(holds({ onDeny: 'ask', args: { a: { max: 1 } } }, {})).toBe(true);
  });

  it('does not let a question lose its second factor', () => {
    const ask = { alwaysAsk: true } as const;
    expect(holds(ask, { ...ask, secondFactor: true })).toBe(false);
    expect(holds({ ...ask, secondFactor: true }, ask)).toBe(true);
    expect(isNarrower([{ ...mail, ...ask }], [mail, { ...mail, id: 'g2', ...ask, secondFactor: true }])).toBe(false);
  });

  it('compares what arguments must be', () => {
    const args = (to: NonNullable<TaskGrant['args']>[string]) => ({ args: { to } });
    expect(holds(args({ oneOf: ['a'] }), args({ oneOf: ['a', 'b'] }))).toBe(true);
    expect(holds(args({ oneOf: ['a', 'c'] }), args({ oneOf: ['a', 'b'] }))).toBe(false);
    expect(holds(args({ oneOf: [] }), args({ oneOf: ['b'] }))).toBe(true);
    expect(holds(args({ oneOf: ['a'] }), args({ oneOf: [] }))).toBe(false);
    expect(holds(args({ oneOf: ['1'] }), args({ oneOf: [1] }))).toBe(false);
    expect(holds(args({ min: 2, max: 3 }), args({ min: 1, max: 3 }))).toBe(true);
    expect(holds(args({ min: 0, max: 3 }), args({ min: 1, max: 3 }))).toBe(false);
    expect(holds(args({ max: Number.NaN }), args({ max: 3 }))).toBe(false);
    expect(holds(args({ max: 3 }), args({ max: Number.NaN }))).toBe(false);
    expect(holds(args({ max: 3, optional: true }), args({ max: 3 }))).toBe(false);
    expect(holds(args({ max: 3 }), args({ max: 3, optional: true }))).toBe(true);
    expect(holds(args({ maxLength: 3 }), args({ maxLength: 4 }))).toBe(true);
    expect(holds(args({ maxLength: 5 }), args({ maxLength: 4 }))).toBe(false);
    expect(holds(args({ pattern: '^a$' }), args({ pattern: '^a$' }))).toBe(true);
    expect(holds(args({}), args({ pattern: '^a$' }))).toBe(false);
    expect(holds(args({ each: { max: 1 } }), args({ each: { max: 2 } }))).toBe(true);
    expect(holds(args({ each: { max: 3 } }), args({ each: { max: 2 } }))).toBe(false);
    expect(holds({}, args({ each: { max: 2 } }))).toBe(false);
  });

  it('knows nothing of a bound that it does not know', () => {
    const strange = { ...mail, args: { to: { never: true } } } as unknown as TaskGrant;
    expect(isNarrower([{ ...mail, args: { to: {} } }], [strange])).toBe(false);
    expect(isNarrower([mail], [{ ...mail, onlyAtNoon: true } as TaskGrant])).toBe(false);
    expect(isNarrower([strange], [strange])).toBe(true);
  });

  it('compares what is not named', () => {
    expect(holds({ otherArgs: 'none' }, { otherArgs: 'plain' })).toBe(true);
    expect(holds({ otherArgs: 'any' }, { otherArgs: 'plain' })).toBe(false);
    expect(holds({}, { otherArgs: 'plain' })).toBe(false);
    expect(holds({ args: { a: { max: 1 } } }, { otherArgs: 'plain' })).toBe(false);
    expect(holds({ args: { a: { max: 1 } } }, {})).toBe(true);
    expect(holds({ otherArgs: 'none' }, { args: { a: { max: 1, optional: true } }, otherArgs: 'none' })).toBe(true);
    expect(holds({ otherArgs: 'none' }, { args: { a: { max: 1 } }, otherArgs: 'none' })).toBe(false);
    expect(holds({ args: { 'a.b': {} }, otherArgs: 'none' }, { args: { 'a.c': { max: 1, optional: true } } })).toBe(
      false,
    );
  });

  it('trusts the absence of an argument only where nobody can be asked for it', () => {
    const before: TaskGrant = { ...mail, args: { q: { max: 1, optional: true } }, onDeny: 'ask', otherArgs: 'none' };
    expect(isNarrower([{ ...mail, otherArgs: 'none' }], [before])).toBe(true);
    // Approved under the path `q.x`, a value would pass here, and there still be asked about under the path `q`.
    expect(isNarrower([{ ...mail, otherArgs: 'none', onDeny: 'ask' }], [before])).toBe(false);
  });

  it('knows that a path with [] wants a list, whatever it demands of the items', () => {
    const before: TaskGrant = { ...mail, args: { 'items[].id': { optional: true } }, otherArgs: 'any' };
    expect(isNarrower([mail], [before])).toBe(false);
    expect(holds({}, { args: { items: { optional: true } }, otherArgs: 'any' })).toBe(true);
    const id = (...oneOf: string[]) => ({ args: { 'items[].id': { oneOf } } });
    const parts: TaskGrant[] = [
      { ...mail, ...id('a') },
      { ...mail, id: 'g2', ...id('b') },
    ];
    expect(isNarrower([{ ...mail, ...id('a', 'b') }], parts)).toBe(false);
  });

  it('uses what is known of a tool only for grants that are bound to this definition of it', () => {
    const profile: ToolProfile = {
      tool: mail.tool,
      hash: 'h1',
      effects: ['egress'],
      output: 'trusted',
      sandboxed: false,
      sinks: { to: 'recipient', 'cc[]': 'recipient' },
    };
    const with1 = (after: Partial<TaskGrant>, before: Partial<TaskGrant>) =>
      isNarrower([{ ...mail, ...after }], [{ ...mail, ...before }], { profiles: [profile] });
    const plain = { otherArgs: 'plain' } as const;
    expect(with1({ definition: 'h1', args: { body: {} } }, plain)).toBe(true);
    expect(with1({ args: { body: {} } }, plain)).toBe(false);
    expect(with1({ definition: 'h2', args: { body: {} } }, plain)).toBe(false);
    expect(with1({ definition: 'h1', args: { to: {} } }, plain)).toBe(false);
    expect(with1({ definition: 'h1', args: { cc: {} } }, plain)).toBe(false);
    expect(with1({ definition: 'h1', ...plain }, { integrity: { to: ['user'] }, ...plain })).toBe(true);
    expect(with1(plain, { integrity: { to: ['user'] }, ...plain })).toBe(false);
    // `cc: {}` carries nothing and passes there; here it is no list.
    expect(with1({ definition: 'h1', ...plain }, { integrity: { 'cc[]': ['user'] }, ...plain })).toBe(false);
  });

  it('is not deceived by names of prototypes', () => {
    const user: readonly Source[] = ['user'];
    const evil = (constraint: string): TaskGrant => ({ ...mail, args: JSON.parse(`{"__proto__":${constraint}}`) });
    expect(isNarrower([evil('{"max":9}')], [evil('{"max":1}')])).toBe(false);
    expect(holds({ args: {}, otherArgs: 'plain' }, { args: { toString: { max: 1 } }, otherArgs: 'plain' })).toBe(false);
    expect(holds({ args: {}, otherArgs: 'plain' }, { integrity: { constructor: user }, otherArgs: 'plain' })).toBe(
      false,
    );
  });

  it('compares where values come from', () => {
    expect(holds({ integrity: { to: ['user'] } }, { integrity: { to: ['user', 'trusted'] } })).toBe(true);
    expect(holds({ integrity: { to: ['user', 'approved'] } }, { integrity: { to: ['user'] } })).toBe(true);
    expect(holds({ integrity: { to: ['unknown'] } }, { integrity: { to: ['user'] } })).toBe(false);
    expect(holds({ integrity: { cc: ['user'] } }, { integrity: { to: ['user'] } })).toBe(false);
    expect(holds({ integrity: {} }, { integrity: { to: ['user'] } })).toBe(false);
  });

  it('lets several grants together cover one, value by value', () => {
    const to = (...oneOf: string[]) => ({ args: { to: { oneOf } } });
    const before: TaskGrant[] = [
      { ...mail, ...to('a', 'b') },
      { ...mail, id: 'g2', ...to('c') },
    ];
    expect(isNarrower([{ ...mail, ...to('a', 'c') }], before)).toBe(true);
    expect(isNarrower([{ ...mail, ...to('a', 'd') }], before)).toBe(false);
  });
});

describe('isNarrower with budgets', () => {
  it('takes a missing bound for an infinite one', () => {
    expect(holds({ uses: 3 }, {})).toBe(true);
    expect(holds({}, { uses: 3 })).toBe(false);
    expect(holds({ uses: 2 }, { uses: 3 })).toBe(true);
    expect(holds({ uses: 4 }, { uses: 3 })).toBe(false);
  });

  it('compares only what measures the same', () => {
    const with1 = (budget: Budget) => ({ budgets: [budget] });
    const count: Budget = { kind: 'count', max: 3 };
    const rate: Budget = { kind: 'count', max: 3, perSeconds: 60 };
    expect(holds(with1(count), with1(rate))).toBe(false);
    expect(isNarrower([{ ...mail, ...with1(count) }], [{ ...mail, ...with1(rate) }], fresh)).toBe(true);
    expect(holds(with1(rate), with1(count))).toBe(false);
    expect(holds(with1({ ...rate, perSeconds: 30 }), with1(rate))).toBe(false);
    const sum: Budget = { kind: 'sum', argument: 'amount', max: 100 };
    expect(holds(with1({ ...sum, max: 50 }), with1(sum))).toBe(true);
    expect(holds(with1({ ...sum, argument: 'tip' }), with1(sum))).toBe(false);
    expect(holds(with1(count), with1(sum))).toBe(false);
    const distinct: Budget = { kind: 'distinct', argument: 'to', max: 2 };
    expect(holds(with1({ ...distinct, max: 1 }), with1(distinct))).toBe(true);
    expect(holds(with1({ ...distinct, argument: 'cc' }), with1(distinct))).toBe(false);
  });

  it('does not let a budget start anew under another id, nor at another place', () => {
    const before: TaskGrant = { ...mail, uses: 3 };
    expect(isNarrower([{ ...before, id: 'g2' }], [before])).toBe(false);
    expect(isNarrower([{ ...before, id: 'g2' }], [before], fresh)).toBe(true);
    expect(isNarrower([{ ...mail, budgets: [{ kind: 'count', max: 3 }] }], [before])).toBe(false);
    const sum: Budget = { kind: 'sum', argument: 'amount', max: 9 };
    const count: Budget = { kind: 'count', max: 3 };
    expect(isNarrower([{ ...mail, budgets: [count, sum] }], [{ ...mail, budgets: [sum, count] }])).toBe(false);
    expect(isNarrower([{ ...mail, budgets: [sum, count] }], [{ ...mail, budgets: [sum] }])).toBe(true);
    expect(isNarrower([before, { ...before, id: 'g2' }], [before])).toBe(false);
    expect(
      isNarrower(
        [
          { ...before, uses: 1 },
          { ...before, id: 'g2', uses: 2 },
        ],
        [before],
      ),
    ).toBe(false);
  });

  it('counts what several grants take together where nothing was used yet', () => {
    const uses = (id: string, count: number): TaskGrant => ({ ...mail, id, uses: count });
    expect(isNarrower([uses('a', 1), uses('b', 2)], [uses('c', 3)], fresh)).toBe(true);
    expect(isNarrower([uses('a', 2), uses('b', 2)], [uses('c', 3)], fresh)).toBe(false);
    expect(isNarrower([uses('a', 3), uses('b', 3)], [uses('c', 3), uses('d', 3)], fresh)).toBe(true);
    expect(isNarrower([uses('a', -5), uses('b', 8)], [uses('c', 3)], fresh)).toBe(false);
    expect(isNarrower([uses('a', Number.NaN)], [uses('c', 3)], fresh)).toBe(false);
  });
});
