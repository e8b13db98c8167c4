import { expect, it } from 'vitest';
import type { Sources } from '../provenance/source.ts';
import type { ToolProfile } from '../tool/tool-profile.ts';
import type { CallDecision, Endorsed } from './call-decision.ts';
import { compileGrants } from './compile-grants.ts';
import { type ChainLink, decideChain } from './decide-chain.ts';
import { argsHash, endorsableValues } from './endorsement.ts';
import { createLedger } from './ledger.ts';
import { type TaskGrant, USES } from './task-grant.ts';

const now = 1_000_000;
const tool = 'bank/pay';
const profile: ToolProfile = { tool, hash: 'aa', effects: ['egress'], sinks: {}, output: 'trusted', sandboxed: false };
const sources: Sources = { sourceOf: () => 'unknown', exposed: false };

function link(task: string, parts: Partial<TaskGrant>): ChainLink {
  const grants = compileGrants([{ id: `${task}-g`, tool, effects: ['egress'], ...parts }]);
  return { task, grants, spent: createLedger() };
}

function decide(chain: readonly ChainLink[], amount: number, endorsed?: Endorsed): CallDecision {
  return decideChain(chain, { tool, args: { amount } }, { now, profile, sources, endorsed });
}

const child = link('child', { args: { amount: { max: 10 } }, uses: 1 });

it('without a task nothing is allowed', () => {
  expect(decide([], 1)).toMatchObject({ outcome: 'deny', because: [{ code: 'tool' }] });
});

it('a call is charged to the task and to each that it is a part of', () => {
  const root = link('root', { budgets: [{ kind: 'sum', argument: 'amount', max: 20, perSeconds: 60 }] });
  expect(decide([child, root], 7)).toMatchObject({
    outcome: 'allow',
    grant: { id: 'child-g' },
    charges: [
      { task: 'child', grant: 'child-g', budget: USES, amount: 1 },
      { task: 'root', grant: 'root-g', budget: 0, amount: 7 },
    ],
  });
});

it('what an ancestor denies is denied, whatever the task itself may do', () => {
  const root = link('root', { args: { amount: { max: 5 } } });
  const decision = decide([child, link('middle', {}), root], 7);
  expect(decision).toMatchObject({
    outcome: 'deny',
    because: [{ code: 'delegation', task: 'root', because: [{ code: 'argument', path: 'amount' }] }],
  });
  expect(decide([link('child', { onDeny: 'ask', uses: 0 }), root], 7)).toMatchObject({
    outcome: 'deny',
    because: [{ code: 'budget' }, { code: 'delegation' }],
  });
});

it('what the task itself denies is denied, whatever its ancestors may do', () => {
  expect(decide([child, link('root', {})], 11)).toMatchObject({ outcome: 'deny', because: [{ code: 'argument' }] });
});

it('a person is asked where any of them asks and none denies', () => {
  const asking = link('root', { args: { amount: { max: 5 } }, onDeny: 'ask', secondFactor: true });
  const decision = decide([child, asking], 7);
  expect(decision).toMatchObject({ outcome: 'ask', because: [{ code: 'delegation', task: 'root' }] });
  // A second factor that an ancestor wants is not lost.
  expect(decision).toMatchObject({ grant: { id: 'child-g', secondFactor: true } });
});

it('what a person endorsed counts for the whole chain', () => {
  const asking = link('root', { args: { amount: { max: 5 } }, onDeny: 'ask' });
  const args = { amount: 7 };
  const asked = decide([child, asking], 7);
  const values = endorsableValues({ tool, args }, asked.outcome === 'ask' ? asked.because : []);
  expect(values).toHaveLength(1);
  const endorsed: Endorsed = {
    value: (_tool, path, hash) => values.some((one) => one.path === path && one.valueHash === hash),
    call: () => false,
  };
  expect(decide([child, asking], 7, endorsed)).toMatchObject({ outcome: 'allow', usesEndorsement: true });
  expect(decide([child, asking], 8, endorsed)).toMatchObject({ outcome: 'ask' });
  const whole: Endorsed = { value: () => false, call: (_tool, hash) => hash === argsHash(args) };
  expect(decide([child, asking], 7, whole)).toMatchObject({ outcome: 'allow', usesEndorsement: true });
});

it('two tasks of one parent cannot use more together than the parent may', () => {
  const root = link('root', { budgets: [{ kind: 'sum', argument: 'amount', max: 10 }] });
  const ledger = createLedger();
  const parent = { ...root, spent: ledger };
  const [one, other] = [link('one', {}), link('other', {})];
  const decision = decide([one, parent], 6);
  if (decision.outcome === 'allow') ledger.charge(decision.charges.filter(({ task }) => task === 'root'));
  expect(decide([other, parent], 6)).toMatchObject({ outcome: 'deny', because: [{ code: 'delegation' }] });
  expect(decide([other, parent], 4)).toMatchObject({ outcome: 'allow' });
});
