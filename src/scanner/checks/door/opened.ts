import type { DoorFacts } from '../../facts/door.ts';
import type { Era } from './by-era.ts';

/**
 * Whether a well-formed request of ours was served. Without that, a refusal may be for the missing credential and says
 * nothing of what else was wrong with a probe.
 */
export function isOpened(facts: DoorFacts, era: Era): boolean {
  return 'saw' in facts.eras[era];
}
