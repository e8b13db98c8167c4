import { cpus, loadavg } from 'node:os';

/** What a result must be read with: figures of one machine say little about another, ratios more. */
export interface Machine {
  readonly cpu: string;
  readonly cores: number;
  readonly node: string;
  readonly loadBefore: readonly number[];
  readonly loadAfter: readonly number[];
}

/** Load averages over 1, 5 and 15 minutes, to two places. */
export function loadNow(): number[] {
  return loadavg().map((load) => Math.round(load * 100) / 100);
}

/** Describes this machine; `loadBefore` is {@link loadNow} from before the run. */
export function describeMachine(loadBefore: readonly number[]): Machine {
  const cores = cpus();
  const cpu = cores[0]?.model.trim() ?? 'unknown';
  return { cpu, cores: cores.length, node: process.version, loadBefore, loadAfter: loadNow() };
}
