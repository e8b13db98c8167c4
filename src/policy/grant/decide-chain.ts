import type { CallDecision, Circumstances, Objection, Spent, ToolCall } from './call-decision.ts';
import type { CompiledGrants } from './compile-grants.ts';
import { decideCall } from './decide-call.ts';
import type { Charge, TaskGrant } from './task-grant.ts';

/** A task of a chain: what it may do, and what it has used. */
export interface ChainLink {
  readonly task: string;
  readonly grants: CompiledGrants;
  readonly spent: Spent;
}

/** The circumstances of a chain; each link brings what it has spent. */
export type ChainCircumstances = Omit<Circumstances, 'spent'>;

/**
 * May the first task of a chain make this call? Its own grants and those of all that it is a part of (its parent next,
 * and so on) have to cover it; the strictest answer counts, deny before ask before allow. What speaks against it
 * further up is a `delegation` objection. Charges name their task.
 */
export function decideChain(
  chain: readonly ChainLink[],
  call: ToolCall,
  circumstances: ChainCircumstances,
): CallDecision {
  const [first] = chain;
  if (first === undefined) return { outcome: 'deny', because: [{ code: 'tool' }] };
  const decisions = chain.map(({ grants, spent }) => decideCall(grants, call, { ...circumstances, spent }));
  const because = decisions.flatMap((decision, index): readonly Objection[] => {
    if (decision.outcome === 'allow') return [];
    const { task } = chain[index] ?? first;
    return index === 0 ? decision.because : [{ code: 'delegation', task, because: decision.because }];
  });
  if (decisions.some(({ outcome }) => outcome === 'deny')) return { outcome: 'deny', because };
  const [own] = decisions;
  if (own === undefined || own.outcome === 'deny') return { outcome: 'deny', because };
  if (because.length > 0) return { outcome: 'ask', grant: askedGrant(own.grant, decisions), because };
  const allowed = decisions.filter((decision) => decision.outcome === 'allow');
  return {
    outcome: 'allow',
    grant: own.grant,
    charges: allowed.flatMap(({ charges }, index) => charges.map((one) => chargeOf(chain[index] ?? first, one))),
    usesEndorsement: allowed.some(({ usesEndorsement }) => usesEndorsement),
  };
}

/** The task's own grant; whoever up the chain asks for a second factor gets it. */
function askedGrant(own: TaskGrant, decisions: readonly CallDecision[]): TaskGrant {
  const isSecondFactor = decisions.some((one) => one.outcome === 'ask' && one.grant.secondFactor === true);
  return isSecondFactor && own.secondFactor !== true ? { ...own, secondFactor: true } : own;
}

function chargeOf({ task }: ChainLink, charge: Charge): Charge {
  return { task, ...charge };
}
