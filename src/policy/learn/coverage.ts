/** What share of the future the evidence leaves open, after Good and Turing: what was seen once tells what was not seen. */
export interface Missing {
  /** How many were seen in one trace alone. */
  readonly seenOnce: number;
  /** Of how many. */
  readonly of: number;
  /** `seenOnce` of `of`: the share that is to be expected anew, 0 to 1; 1 where there is nothing to go by. */
  readonly share: number;
  /** Upper end of its 95 % interval (Wilson), 0 to 1: with few traces nothing seen once proves little. */
  readonly atMost: number;
}

/** The Good–Turing estimate of what is missing. */
export function missingMass(seenOnce: number, of: number): Missing {
  if (of === 0) return { seenOnce, of, share: 1, atMost: 1 };
  const share = Math.min(1, seenOnce / of);
  return { seenOnce, of, share, atMost: wilson(share, of) };
}

/** Two-sided 95 %. */
const Z = 1.96;

function wilson(share: number, of: number): number {
  const z2 = (Z * Z) / of;
  const spread = Z * Math.sqrt((share * (1 - share)) / of + z2 / (4 * of));
  return Math.min(1, (share + z2 / 2 + spread) / (1 + z2));
}
