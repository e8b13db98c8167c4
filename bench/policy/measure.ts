import { performance } from 'node:perf_hooks';
import type { Judge } from './judges.ts';

/** How fast a judge decides: single decisions in µs (with what reading the clock takes), and decisions in a row. */
export interface Measured {
  readonly engine: string;
  readonly p50: number;
  readonly p99: number;
  readonly perSecond: number;
}

/** What is asked of each judge in each round, at most; a slow one stops after the time. */
const ROUNDS = 20;
const MOST_CALLS = 4_000;
const MOST_MS = 40;

/** Measures judges in turn, round after round, so that what else happens on the machine meets all of them. */
export function measure(judges: readonly Judge[], calls: number): Measured[] {
  const found = judges.map(() => ({ times: [] as number[], decisions: 0, ms: 0 }));
  // The rounds before the first let the compiler see the code.
  for (let round = -3; round < ROUNDS; round++) {
    for (const [index, judge] of judges.entries()) {
      const { times, decisions, ms } = round % 2 === 0 ? single(judge, calls, round) : inARow(judge, calls, round);
      const one = found[index];
      if (one === undefined || round < 0) continue;
      one.times.push(...times);
      one.decisions += decisions;
      one.ms += ms;
    }
  }
  return judges.map(({ engine }, index) => {
    const { times = [], decisions = 0, ms = 0 } = found[index] ?? {};
    const sorted = Float64Array.from(times).sort();
    const at = (share: number): number => (sorted[Math.floor(sorted.length * share)] ?? Number.NaN) * 1_000;
    return { engine, p50: at(0.5), p99: at(0.99), perSecond: Math.round(decisions / (ms / 1_000)) };
  });
}

interface Round {
  readonly times: readonly number[];
  readonly decisions: number;
  readonly ms: number;
}

/** The judge before has filled the caches of the machine with its own; nobody is charged for that. */
function warm(decide: Judge['decide'], calls: number): void {
  const end = performance.now() + MOST_MS;
  for (let index = 0; index < calls && performance.now() < end; index++) decide(index);
}

function single({ decide }: Judge, calls: number, round: number): Round {
  const times: number[] = [];
  warm(decide, calls);
  const end = performance.now() + MOST_MS;
  for (let count = 0; count < MOST_CALLS; count++) {
    const index = (count + round * 997 + 997 * 3) % calls;
    const start = performance.now();
    decide(index);
    const stop = performance.now();
    times.push(stop - start);
    if (stop > end) break;
  }
  return { times, decisions: 0, ms: 0 };
}

function inARow({ decide }: Judge, calls: number, round: number): Round {
  warm(decide, calls);
  const start = performance.now();
  let decisions = 0;
  while (decisions < MOST_CALLS) {
    for (let chunk = 0; chunk < 10; chunk++) decide((decisions++ + round * 997 + 997 * 3) % calls);
    if (performance.now() - start > MOST_MS) break;
  }
  return { times: [], decisions, ms: performance.now() - start };
}
