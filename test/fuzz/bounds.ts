/** How many times as long as usual: `MERLON_FUZZ=20 npx vitest run test/fuzz`. Then the seed is a new one. */
const TIMES = Number(process.env['MERLON_FUZZ'] ?? 1);

/** How long one test may take, in milliseconds. */
export const LONG_MS: number = 60_000 * Math.max(1, TIMES);

/** The bounds of one property of fast-check. */
export function bounds(numRuns: number): { numRuns: number; endOnFailure: true; seed?: number } {
  // Shrinking runs everything anew, at other times: what it finds may be another fault, or none.
  const longer = { numRuns: numRuns * TIMES, endOnFailure: true } as const;
  return TIMES === 1 ? { ...longer, seed: 20_260_728 } : longer;
}
