import { type Clock, DAY_MS } from '../../kernel/clock.ts';
import { type SteadyTime, steadyTime } from '../../kernel/steady-time.ts';

/** A journal that is ahead of the clock by more was written by a clock that was wrong. */
export const MAX_AHEAD_MS: number = DAY_MS;

/**
 * A time that does not go back behind what a journal says, so that nothing that was over begins to count again.
 * @param latest the latest time that a record of it names, ms since the epoch; where that cannot be right it is not heeded
 */
export function timeAfter(latest: number, clock: Clock): SteadyTime {
  return steadyTime(clock, latest > clock.now() + MAX_AHEAD_MS ? 0 : latest);
}
