import type { Vocabulary } from './vocabulary.ts';

/** Folders that hold what was seen. */
export interface Folders {
  readonly subpath: readonly string[];
  /** Numbers of the calls whose folder only their own voice had. */
  readonly lonely: readonly number[];
  /** Good–Turing share of new places, 0 to 1. */
  readonly missing: number;
}

/**
 * The deepest folders that hold all paths that more than one voice went to: one for each first step from the root. The
 * root itself is never one.
 */
export function commonFolders({ items, crowdedOut }: Vocabulary<string>, voices: number): Folders {
  const places = new Map<string, Place>();
  let once = crowdedOut;
  for (const [folder, seen] of items) {
    const steps = folder.split('/').filter((step) => step !== '');
    const [first] = steps;
    if (first === undefined) once += 1;
    else {
      const place = places.get(first) ?? { steps, visitors: new Set(), calls: [] };
      place.steps = shared(place.steps, steps);
      for (const voice of seen.voices.known) if (place.visitors.size < 2) place.visitors.add(voice);
      place.calls.push(...seen.calls);
      places.set(first, place);
    }
  }
  const [common, alone] = [[...places.values()].filter(isCommon), [...places.values()].filter((one) => !isCommon(one))];
  return {
    subpath: common.map(({ steps }) => `/${steps.join('/')}`).toSorted(),
    lonely: alone.flatMap(({ calls }) => calls),
    missing: voices === 0 ? 1 : Math.min(1, (once + alone.length) / voices),
  };
}

interface Place {
  steps: readonly string[];
  /** Whose paths lie there, at most two. */
  readonly visitors: Set<number>;
  readonly calls: number[];
}

function isCommon({ visitors }: Place): boolean {
  return visitors.size > 1;
}

function shared(one: readonly string[], other: readonly string[]): readonly string[] {
  const end = one.findIndex((step, index) => step !== other[index]);
  return end === -1 ? one : one.slice(0, end);
}
