import { DAY_MS } from '../../kernel/clock.ts';

/** Midnight UTC, ms since 1970, at which a day `YYYY-MM-DD` begins; undefined for what is no such day. */
export function startOf(day: string): number | undefined {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(day)) return undefined;
  const start = Date.parse(`${day}T00:00:00Z`);
  return Number.isNaN(start) || dayOf(start) !== day ? undefined : start;
}

/** The day in UTC on which a moment lies, `YYYY-MM-DD`. */
export function dayOf(time: number): string {
  return new Date(time).toISOString().slice(0, 10);
}

/** True once the last moment of the day has passed; what is no day has always passed. */
export function hasPassed(day: string, now: number): boolean {
  const start = startOf(day);
  return start === undefined || now >= start + DAY_MS;
}
