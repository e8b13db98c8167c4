import type { CallDecision, Circumstances, Spent, ToolCall } from '../grant/call-decision.ts';
import type { CompiledGrants } from '../grant/compile-grants.ts';
import { decideCall } from '../grant/decide-call.ts';
import { createLedger } from '../grant/ledger.ts';

/** Calls to be tried one after another, and what is true of the tool and of the values meanwhile. */
export interface Trial {
  /** The last one is the question; all before it are made if both sides allow them. */
  readonly calls: readonly ToolCall[];
  readonly circumstances: Omit<Circumstances, 'spent' | 'endorsed'>;
}

/** A call that one side lets pass further than the other, as the engine decided. */
export interface Difference {
  readonly trial: Trial;
  /** How many calls were made before it. */
  readonly earlier: number;
  readonly after: CallDecision;
  readonly before: CallDecision;
}

/** The first call of a trial that `after` lets pass further than `before`, decided by the engine itself. */
export function tryCalls(after: CompiledGrants, before: CompiledGrants, trial: Trial): Difference | undefined {
  const [mine, theirs] = [createLedger(), createLedger()];
  for (const [earlier, call] of trial.calls.entries()) {
    const ours = decideCall(after, call, at(trial, mine));
    const old = decideCall(before, call, at(trial, theirs));
    if (reach(ours) > reach(old)) return { trial, earlier, after: ours, before: old };
    if (ours.outcome !== 'allow' || old.outcome !== 'allow') return undefined;
    mine.charge(ours.charges);
    theirs.charge(old.charges);
  }
  return undefined;
}

function at({ circumstances }: Trial, spent: Spent): Circumstances {
  return { ...circumstances, spent };
}

/** How far a call gets: not at all, to a person with a second factor, to a person, through. */
export function reach(decision: CallDecision): number {
  if (decision.outcome === 'deny') return 0;
  if (decision.outcome === 'allow') return 3;
  return decision.grant.secondFactor === true ? 1 : 2;
}
