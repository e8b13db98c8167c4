/** What a task costs a call: its grants, its budgets on the disk, and remembering what its tools returned. */
import type { Bench, BenchResult, Row } from '../bench.ts';
import { type CallCost, measureCalls } from '../gateway/calls.ts';
import { buildMerlon } from '../gateway/merlon-chain.ts';
import { byRole, type TaskChain, underBudgets, underGrants } from './chains.ts';
import { learnRows } from './learn.ts';

const ROUNDS = 2;

export const bench: Bench = {
  about: 'what a call costs more under a task: grants, budgets, where values come from',
  async run({ say, only }) {
    buildMerlon(say);
    const chains = [byRole, underGrants, underBudgets].filter(
      ({ name }) => only.length === 0 || only.some((part) => name.includes(part)),
    );
    const costs = new Map<TaskChain, CallCost[]>(chains.map((chain) => [chain, []]));
    for (let round = 1; round <= ROUNDS; round += 1) {
      for (const [chain, those] of costs) {
        say(`round ${round} of ${ROUNDS}: ${chain.name}`);
        const cost = await measureCalls(chain);
        if (typeof cost === 'string') throw new Error(cost);
        those.push(cost);
      }
    }
    const rows = rowsOf(costs);
    say('what tools return');
    return { rows: [...rows, ...learnRows()], headline: headlineOf(rows), failed: false };
  },
};

function rowsOf(costs: ReadonlyMap<TaskChain, readonly CallCost[]>): Row[] {
  const mean = (those: readonly CallCost[], field: keyof CallCost, places: number): number =>
    Number((those.reduce((sum, one) => sum + one[field], 0) / those.length).toFixed(places));
  const least = mean(costs.get(byRole) ?? [], 'gatewayCpu', 1);
  return [...costs].map(([{ name }, those]) => {
    const cpu = mean(those, 'gatewayCpu', 1);
    return {
      calls: name,
      'requests/s': mean(those, 'perSecond', 0),
      'p50 ms': mean(those, 'p50', 2),
      'p99 ms': mean(those, 'p99', 2),
      'gateway µs': cpu,
      '× without a task': Number((cpu / least).toFixed(2)),
    };
  });
}

function headlineOf(rows: readonly Row[]): BenchResult['headline'] {
  return `CPU of a call: ${rows.map((row) => `${row['calls']} ${row['gateway µs']} µs`).join(', ')}`;
}
