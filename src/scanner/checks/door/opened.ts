import type { Era } from '../../../kernel/mcp-eras.ts';
import type { DoorFacts, Exchange } from '../../facts/door.ts';
import { exchangeOf } from './by-era.ts';

/** Whether a well-formed request of ours was served. */
export function isOpened(facts: DoorFacts, era: Era): boolean {
  return 'saw' in facts.eras[era];
}

/**
 * Whether a refusal was for what was wrong with a probe. Where no well-formed request is served, it may be for the missing
 * credential instead, and then it says nothing; unless strangers who do nothing else wrong are refused in another way.
 */
export function isRefusedForIt(facts: DoorFacts, era: Era, { status }: Exchange): boolean {
  if (status < 400 || status >= 500 || status === 429) return false;
  if (isOpened(facts, era)) return true;
  const stranger = exchangeOf(facts, era, 'no-credential')?.status;
  return (status === 403 || status === 421) && stranger === 401;
}
