import { expect, it } from 'vitest';
import type { ToolProfile } from '../tool/tool-profile.ts';
import { compileGrants } from './compile-grants.ts';
import { createLedger } from './ledger.ts';
import { type TaskGrant, USES } from './task-grant.ts';
import { mayCallSomehow, visibleTools } from './visible-tools.ts';

const now = 1_000_000;
const tool = 'mail/send';
const profile: ToolProfile = { tool, hash: 'aa', effects: ['egress'], sinks: {}, output: 'trusted', sandboxed: false };
const good: TaskGrant = { id: 'g', tool, effects: ['egress', 'read'] };

function may(grants: readonly TaskGrant[], ledger = createLedger(), about: ToolProfile | undefined = profile): boolean {
  return mayCallSomehow(compileGrants(grants), tool, about, now, ledger);
}

it('a tool is shown where some call of it could be allowed or asked about', () => {
  expect(may([good])).toBe(true);
  expect(may([{ ...good, args: { a: { oneOf: ['x'] } }, alwaysAsk: true }])).toBe(true);
  expect(may([])).toBe(false);
});

it.each<Partial<TaskGrant>>([{ definition: 'bb' }, { effects: ['read'] }, { expiresAt: now }, { uses: 0 }])(
  'a tool is hidden where no call of it could: %j',
  (parts) => {
    expect(may([{ ...good, ...parts }])).toBe(false);
    expect(
      may([
        { ...good, ...parts },
        { ...good, id: 'other' },
      ]),
    ).toBe(true);
  },
);

it('a tool that is not defined, or defined under another name, is hidden', () => {
  const grants = compileGrants([good]);
  expect(mayCallSomehow(grants, tool, undefined, now, createLedger())).toBe(false);
  expect(may([good], createLedger(), { ...profile, tool: 'mail/read' })).toBe(false);
});

it('a count that is used up hides a tool, unless a person can be asked or it fills again by itself', () => {
  const ledger = createLedger();
  ledger.charge([{ grant: 'g', budget: USES, at: now, amount: 1 }]);
  ledger.charge([{ grant: 'g', budget: 0, at: now, amount: 1, perSeconds: 60 }]);
  expect(may([{ ...good, uses: 1 }], ledger)).toBe(false);
  expect(may([{ ...good, uses: 2 }], ledger)).toBe(true);
  expect(may([{ ...good, uses: 1, onDeny: 'ask' }], ledger)).toBe(true);
  expect(may([{ ...good, budgets: [{ kind: 'count', max: 1, perSeconds: 60 }] }], ledger)).toBe(true);
  expect(may([{ ...good, budgets: [{ kind: 'count', max: 0, perSeconds: 60 }] }], ledger)).toBe(false);
});

it('lists the tools that can be called', () => {
  const grants = compileGrants([
    good,
    { ...good, id: 'h', tool: 'mail/read' },
    { ...good, id: 'i', tool: 'mail/gone' },
  ]);
  const profileOf = (name: string): ToolProfile | undefined =>
    name === 'mail/gone' ? undefined : { ...profile, tool: name };
  expect([...visibleTools(grants, now, createLedger(), profileOf)]).toEqual([tool, 'mail/read']);
});
