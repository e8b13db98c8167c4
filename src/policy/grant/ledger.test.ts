import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Sources } from '../provenance/source.ts';
import type { ToolProfile } from '../tool/tool-profile.ts';
import { compileGrants } from './compile-grants.ts';
import { decideCall } from './decide-call.ts';
import { keepsBudgets } from './keeps-budgets.ts';
import { createLedger } from './ledger.ts';
import { isLedgerState } from './ledger-state.ts';
import type { Charge, TaskGrant } from './task-grant.ts';

const start = Date.UTC(2026, 10, 22);

function charge(amount: number, parts: Partial<Charge> = {}): Charge {
  return { grant: 'g', budget: 0, at: start, amount, ...parts };
}

describe('what was used', () => {
  it('adds up by grant and budget, as decimals', () => {
    const ledger = createLedger();
    expect(ledger.used('g', 0, start, undefined)).toBe(0);
    ledger.charge([charge(0.1), charge(0.2), charge(5, { budget: 1 }), charge(7, { grant: '__proto__' })]);
    expect(ledger.used('g', 0, start, undefined)).toBe(0.3);
    expect(ledger.used('g', 1, start, undefined)).toBe(5);
    expect(ledger.used('__proto__', 0, start, undefined)).toBe(7);
    expect(ledger.used('constructor', 0, start, undefined)).toBe(0);
  });

  it('is read rounded up where a double cannot say it', () => {
    const ledger = createLedger();
    ledger.charge([charge(1e17), charge(1)]);
    expect(ledger.used('g', 0, start, undefined)).toBeGreaterThan(1e17);
  });

  it('within a span comes back when the span is over, and not a millisecond before', () => {
    const ledger = createLedger();
    ledger.charge([charge(3, { perSeconds: 60 }), charge(4, { at: start + 10_000, perSeconds: 60 })]);
    expect(ledger.used('g', 0, start + 59_999, 60)).toBe(7);
    expect(ledger.used('g', 0, start + 60_000, 60)).toBe(4);
    expect(ledger.used('g', 0, start + 70_000, 60)).toBe(0);
  });

  it('is not given back by a clock that jumps back', () => {
    const ledger = createLedger();
    ledger.charge([charge(3, { perSeconds: 60 })]);
    expect(ledger.used('g', 0, start - 86_400_000, 60)).toBe(3);
    ledger.charge([charge(2, { at: start - 86_400_000, perSeconds: 60 })]);
    expect(ledger.used('g', 0, start - 86_400_000, 60)).toBe(5);
    expect(ledger.used('g', 0, start, 60)).toBe(3);
  });

  it('is not given back by a budget that has another span now', () => {
    const ledger = createLedger();
    ledger.charge([charge(3), charge(2, { perSeconds: 60 })]);
    expect(ledger.used('g', 0, start + 3_600_000, 60)).toBe(3);
    expect(ledger.used('g', 0, start + 59_000, 1)).toBe(5);
    expect(ledger.used('g', 0, start + 50_000, 3_600)).toBe(5);
  });

  it('at a time that is no number is never given back', () => {
    const ledger = createLedger();
    ledger.charge([charge(3, { at: Number.NaN, perSeconds: 60 })]);
    expect(ledger.used('g', 0, start * 2, 60)).toBe(3);
    expect(isLedgerState(JSON.parse(JSON.stringify(ledger.state())))).toBe(true);
  });

  it('of different values is each value once', () => {
    const ledger = createLedger();
    ledger.charge([charge(2, { values: ['a', 'b'] }), charge(1, { values: ['b'] })]);
    expect([...ledger.values('g', 0)]).toEqual(['a', 'b']);
    expect(ledger.values('toString', 0).size).toBe(0);
  });
});

describe('the state', () => {
  it('holds what is within the span, and no more than 1,024 times, which gives nothing back early', () => {
    const ledger = createLedger();
    for (let index = 0; index < 5_000; index++) ledger.charge([charge(1, { at: start + index, perSeconds: 60 })]);
    expect(ledger.used('g', 0, start + 5_000, 60)).toBe(5_000);
    for (let later = 0; later <= 5_000; later += 100) {
      const left = ledger.used('g', 0, start + 60_000 + later, 60);
      expect(left).toBeGreaterThanOrEqual(Math.max(0, 4_999 - later));
    }
    expect(ledger.used('g', 0, start + 65_000, 60)).toBe(0);
    expect(ledger.state()[0]?.recent?.length).toBeLessThanOrEqual(1_024);
    ledger.charge([charge(1, { at: start + 200_000, perSeconds: 60 })]);
    expect(ledger.state()[0]?.recent).toHaveLength(1);
  });

  it('holds at most 10,000 values', () => {
    const ledger = createLedger();
    const values = Array.from({ length: 20_000 }, (_, index) => `${index}`);
    ledger.charge([charge(20_000, { values })]);
    expect(ledger.state()[0]?.values).toHaveLength(10_000);
  });

  it('from a file is looked at first', () => {
    const entry = { grant: 'g', budget: 0, total: '1e0' };
    expect(isLedgerState([entry])).toBe(true);
    const wrong: unknown[] = [
      null,
      {},
      [null],
      [{ ...entry, budget: '0' }],
      [{ ...entry, total: 1 }],
      [{ ...entry, total: '-5e0' }],
      [{ ...entry, total: '1e9999' }],
      [{ ...entry, recent: [{ at: null, amount: '1e0', perSeconds: 60 }] }],
      [{ ...entry, recent: [{ at: 1, amount: '1e0', perSeconds: 0 }] }],
      [{ ...entry, values: [1] }],
    ];
    expect(wrong.filter(isLedgerState)).toEqual([]);
  });
});

const someCharge: fc.Arbitrary<Charge> = fc
  .record({
    grant: fc.constantFrom('g', 'h', '__proto__'),
    budget: fc.integer({ min: -1, max: 2 }),
    at: fc.integer({ min: start - 200_000, max: start + 200_000 }),
    amount: fc.oneof(fc.nat(100), fc.double({ min: 0, max: 1e6, noNaN: true })),
    perSeconds: fc.constantFrom(undefined, 1, 60),
    values: fc.constantFrom(undefined, ['a'], ['b', 'c']),
  })
  .map(({ perSeconds, values, ...rest }) => ({
    ...rest,
    ...(perSeconds === undefined ? {} : { perSeconds }),
    ...(values === undefined ? {} : { values }),
  }));

it('a restart changes nothing, now or later', () => {
  fc.assert(
    fc.property(fc.array(someCharge, { maxLength: 40 }), fc.array(someCharge, { maxLength: 10 }), (before, after) => {
      const whole = createLedger();
      whole.charge(before);
      const state: unknown = JSON.parse(JSON.stringify(whole.state()));
      if (!isLedgerState(state)) throw new Error('no state');
      const again = createLedger(state);
      for (const ledger of [whole, again]) ledger.charge(after);
      expect(again.state()).toEqual(whole.state());
      for (const { grant, budget, at, perSeconds } of [...before, ...after]) {
        expect(again.used(grant, budget, at + 30_000, perSeconds)).toBe(
          whole.used(grant, budget, at + 30_000, perSeconds),
        );
        expect(again.values(grant, budget)).toEqual(whole.values(grant, budget));
      }
    }),
  );
});

const tool = 'bank/pay';
const profile: ToolProfile = { tool, hash: 'aa', effects: ['egress'], sinks: {}, output: 'trusted', sandboxed: false };
const sources: Sources = { sourceOf: () => 'user', exposed: false };
const grant: TaskGrant = {
  id: 'g',
  tool,
  effects: ['egress'],
  uses: 12,
  budgets: [
    { kind: 'sum', argument: 'amount', max: 2.5 },
    { kind: 'count', max: 3, perSeconds: 10 },
    { kind: 'distinct', argument: 'to', max: 2 },
    { kind: 'sum', argument: 'amount', max: 1, perSeconds: 20 },
  ],
};

it('no budget is ever exceeded, however calls, pauses and restarts follow each other', () => {
  const grants = compileGrants([grant]);
  const step = fc.record({
    cents: fc.integer({ min: 0, max: 60 }),
    to: fc.array(fc.constantFrom('a', 'b', 'c'), { maxLength: 2 }),
    pause: fc.integer({ min: 0, max: 8_000 }),
    restart: fc.boolean(),
  });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      let ledger = createLedger();
      let now = start;
      const made: { at: number; cents: number; to: readonly string[] }[] = [];
      for (const { cents, to, pause, restart } of steps) {
        now += pause;
        if (restart) ledger = createLedger(ledger.state());
        const circumstances = { now, profile, spent: ledger, sources };
        const decision = decideCall(grants, { tool, args: { amount: cents / 100, to } }, circumstances);
        if (decision.outcome !== 'allow') continue;
        ledger.charge(decision.charges);
        made.push({ at: now, cents, to });
      }
      // Counted in cents and independently of the ledger.
      const centsOf = (list: typeof made): number => list.reduce((sum, one) => sum + one.cents, 0);
      expect(made.length).toBeLessThanOrEqual(12);
      expect(centsOf(made)).toBeLessThanOrEqual(250);
      expect(new Set(made.flatMap(({ to }) => to)).size).toBeLessThanOrEqual(2);
      for (const { at } of made) {
        expect(made.filter((one) => one.at <= at && one.at > at - 10_000).length).toBeLessThanOrEqual(3);
        expect(centsOf(made.filter((one) => one.at <= at && one.at > at - 20_000))).toBeLessThanOrEqual(100);
      }
    }),
  );
});

describe('other grants', () => {
  it('keep budgets where ids, tools and what is counted stay', () => {
    expect(keepsBudgets([grant], [grant])).toBe(true);
    expect(keepsBudgets([grant], [])).toBe(true);
    expect(
      keepsBudgets([grant], [{ ...grant, uses: 3, budgets: [...(grant.budgets ?? []), { kind: 'count', max: 1 }] }]),
    ).toBe(true);
    expect(
      keepsBudgets([grant], [{ ...grant, budgets: (grant.budgets ?? []).map((one) => ({ ...one, max: 1 })) }]),
    ).toBe(true);
  });

  it('do not where a budget would start anew', () => {
    const budgets = grant.budgets ?? [];
    const { uses: _uses, ...endless } = grant;
    expect(keepsBudgets([grant], [{ ...grant, id: 'h' }])).toBe(false);
    expect(keepsBudgets([grant], [{ ...grant, tool: 'bank/other' }])).toBe(false);
    expect(keepsBudgets([grant], [{ ...grant, budgets: budgets.toReversed() }])).toBe(false);
    expect(keepsBudgets([grant], [{ ...grant, budgets: budgets.slice(1) }])).toBe(false);
    expect(keepsBudgets([grant], [endless])).toBe(false);
    expect(keepsBudgets([grant], [{ ...grant, budgets: budgets.map((one) => ({ ...one, perSeconds: 1 })) }])).toBe(
      false,
    );
  });
});
