import type { Clock } from './clock.ts';

/** Time that never goes back, for what must end: a clock that is set back would make it live longer. */
export interface SteadyTime {
  /** Milliseconds since the epoch. */
  now(): number;
  stop(): void;
}

const TICK_MS = 1_000;

/**
 * Follows a clock forward. While the clock is behind what was seen of it, time goes on by a timer's second, which setting
 * the clock does not touch.
 * @param atLeast a time that is known to have been already, ms since the epoch
 */
export function steadyTime(clock: Clock, atLeast = 0): SteadyTime {
  let latest = Math.max(atLeast, clock.now());
  const stop = clock.every(TICK_MS, () => {
    latest = Math.max(clock.now(), clock.now() < latest ? latest + TICK_MS : latest);
  });
  return {
    now() {
      latest = Math.max(latest, clock.now());
      return latest;
    },
    stop,
  };
}
