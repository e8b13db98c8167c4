import type { CallFacts } from './call-facts.ts';
import type { Objection } from './call-decision.ts';
import type { CompiledGrant, ToolGrants } from './compile-grants.ts';
import { canBeAsked } from './endorsement.ts';
import { objectionsOf, standing } from './examine-grant.ts';

/** That a grant does not cover a call, and how far it is from that. */
export interface Refusal {
  readonly one: CompiledGrant;
  readonly objections: readonly Objection[];
  /** 0 where all can be asked about, 1 where other arguments would do, 2 where nothing would. */
  readonly rank: number;
}

/**
 * Most grants whose objections a denial weighs. Which of thousands comes closest helps nobody, and whoever is denied
 * could make the gateway work it out again and again.
 */
const MOST_WEIGHED = 8;

export function refusalOf(one: CompiledGrant, objections: readonly Objection[]): Refusal {
  return { one, objections, rank: rankOf(objections, one) };
}

/** The closer of two; of two that are as close, the one that was there before. */
export function closer(before: Refusal | undefined, one: Refusal): Refusal {
  if (before === undefined || one.rank < before.rank) return one;
  return one.rank === before.rank && one.objections.length < before.objections.length ? one : before;
}

/**
 * The closest of the grants that nobody is asked about, or what was closer before. Looks first at grants that allow the
 * values of the call (`lists`): what those have against it is what whoever calls wants to know.
 */
export function closestOf(
  { all }: ToolGrants,
  lists: readonly (readonly CompiledGrant[])[],
  facts: CallFacts,
  before: Refusal | undefined,
): Refusal | undefined {
  let [best, left] = [before, MOST_WEIGHED];
  for (const list of lists.includes(all) ? lists : [...lists, all]) {
    for (const one of list) {
      if (left === 0 || (best !== undefined && isClosest(best))) return best;
      // What does not stand comes last, and none of those before another.
      if (one.asks || (best !== undefined && standing(one, facts.profile, facts.circumstances.now) !== undefined))
        continue;
      const most = best === undefined || best.rank > 1 ? Infinity : best.objections.length;
      best = closer(best, refusalOf(one, objectionsOf(one, facts, most)));
      left -= 1;
    }
  }
  return best;
}

/** True where no grant that never asks can be closer. */
function isClosest({ rank, objections }: Refusal): boolean {
  return rank < 2 && objections.length < 2;
}

function rankOf(objections: readonly Objection[], { grant }: CompiledGrant): number {
  let rank = 0;
  for (const objection of objections) {
    if (canBeAsked(objection, grant)) continue;
    if (!isAboutTheCall.has(objection.code)) return 2;
    rank = 1;
  }
  return rank;
}

const isAboutTheCall: ReadonlySet<Objection['code']> = new Set<Objection['code']>([
  'argument',
  'integrity',
  'budget',
  'always_ask',
  'malformed',
]);
