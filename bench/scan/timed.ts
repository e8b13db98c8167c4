import { spawnSync } from 'node:child_process';
import { performance } from 'node:perf_hooks';

/** A Node command to be timed; `codes` are the exit codes with which it has done its work. */
export interface Timing {
  readonly name: string;
  readonly args: readonly string[];
  readonly codes: readonly number[];
}

/** How long a command took, from start to exit, ms. */
export interface Timed {
  readonly name: string;
  readonly medianMs: number;
  readonly worstMs: number;
  readonly failed: boolean;
}

/** What commands are timed with. */
export interface TimingOptions {
  readonly rounds: number;
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  readonly say: (line: string) => void;
}

/** Runs the commands in turn, round after round, so that what else happens on the machine meets all of them. */
export function timed(commands: readonly Timing[], { rounds, cwd, env, say }: TimingOptions): Timed[] {
  const times = commands.map((): number[] => []);
  const failed = new Set<string>();
  // The round before the first fills the caches.
  for (let round = -1; round < rounds; round++) {
    say(`round ${round + 1} of ${rounds}`);
    for (const [index, { name, args, codes }] of commands.entries()) {
      const start = performance.now();
      const { status, stderr } = spawnSync(process.execPath, args, {
        cwd,
        env,
        encoding: 'utf8',
        timeout: 60_000,
        maxBuffer: 1 << 28,
      });
      const took = performance.now() - start;
      if (status === null || !codes.includes(status)) {
        if (!failed.has(name)) say(`${name}: exit ${status} ${stderr.slice(0, 300)}`);
        failed.add(name);
      }
      if (round >= 0) times[index]?.push(took);
    }
  }
  return commands.map(({ name }, index) => {
    const sorted = (times[index] ?? []).toSorted((one, next) => one - next);
    const medianMs = sorted[sorted.length >> 1] ?? Number.NaN;
    return { name, medianMs, worstMs: sorted.at(-1) ?? Number.NaN, failed: failed.has(name) };
  });
}
