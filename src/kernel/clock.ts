/** A day, ms. */
export const DAY_MS = 86_400_000;

/** Time as an argument, so that tests turn the hands themselves. */
export interface Clock {
  /** Milliseconds since the Unix epoch. */
  now(): number;
  /** Calls `run` every `ms` milliseconds until the returned function is called. Never keeps the process alive. */
  every(ms: number, run: () => void): () => void;
  /** Calls `run` once after `ms` milliseconds unless the returned function is called before. */
  after(ms: number, run: () => void): () => void;
}

/** The machine's clock. */
export const systemClock: Clock = {
  now: () => Date.now(),
  every(ms, run) {
    const timer = setInterval(run, ms);
    timer.unref();
    return () => clearInterval(timer);
  },
  after(ms, run) {
    const timer = setTimeout(run, ms);
    timer.unref();
    return () => clearTimeout(timer);
  },
};

/** A clock for tests: it moves only when told to, and runs what falls due on the way, in order. */
export interface FakeClock extends Clock {
  advance(ms: number): void;
}

/** Makes a {@link FakeClock} that starts at `start` (default 2026-01-01T00:00:00Z). */
export function fakeClock(start: number = Date.UTC(2026, 0, 1)): FakeClock {
  let now = start;
  const timers = new Set<{ at: number; period: number | undefined; run: () => void }>();
  const add = (ms: number, period: number | undefined, run: () => void): (() => void) => {
    const timer = { at: now + ms, period, run };
    timers.add(timer);
    return () => timers.delete(timer);
  };
  return {
    now: () => now,
    every: (ms, run) => add(ms, ms, run),
    after: (ms, run) => add(ms, undefined, run),
    advance(ms) {
      const end = now + ms;
      for (;;) {
        const due = [...timers].filter((timer) => timer.at <= end).sort((a, b) => a.at - b.at)[0];
        if (due === undefined) break;
        now = due.at;
        if (due.period === undefined) timers.delete(due);
        else due.at += due.period;
        due.run();
      }
      now = end;
    },
  };
}
