import { isObject } from '../../kernel/jsonrpc.ts';
import type { CallDecision, Circumstances, Objection, ToolCall } from './call-decision.ts';
import { type CallFacts, factsOf } from './call-facts.ts';
import type { CompiledGrant, CompiledGrants, ToolGrants } from './compile-grants.ts';
import { notEndorsed } from './endorsement.ts';
import { coverBy, type Examination, examineGrant } from './examine-grant.ts';
import { couldCover } from './literal-index.ts';
import { closer, closestOf, type Refusal, refusalOf } from './refusal.ts';

/** Most objections that a decision names; a caller can provoke as many as it sends arguments. */
const MOST_OBJECTIONS = 32;

/**
 * May this call be made under these grants? Deny by default; the first grant that covers the call is the one that it
 * is charged to. A grant that covers it by itself goes before one that needs an endorsement, so none is used up in
 * vain. Where no grant covers it, the one with the fewest objections that a person can make good is asked about.
 *
 * Pure, and total: whatever the (attacker-controlled) arguments are, there is an answer, and what cannot be judged is
 * denied.
 */
export function decideCall(grants: CompiledGrants, call: ToolCall, circumstances: Circumstances): CallDecision {
  try {
    return decide(grants, call, circumstances);
  } catch {
    return deny([{ code: 'malformed', path: '' }]);
  }
}

function decide(grants: CompiledGrants, call: ToolCall, circumstances: Circumstances): CallDecision {
  const those = grants.byTool.get(call.tool);
  // First, so that nobody learns by asking which tools there are beyond their own.
  if (those === undefined) return deny([{ code: 'tool' }]);
  const { profile } = circumstances;
  if (profile === undefined || profile.tool !== call.tool) return deny([{ code: 'tool_unknown' }]);
  if (!isObject(call.args)) return deny([{ code: 'malformed', path: '' }]);
  const facts = factsOf(call, circumstances, profile);
  const lists = (those.literals === undefined ? undefined : couldCover(those.literals, call.args)) ?? [those.all];
  const examination = firstToCover(lists, facts);
  return examination === undefined ? decideWithHelp(those, lists, facts) : allow(examination, false);
}

type Lists = readonly (readonly CompiledGrant[])[];

/** The first of all lists, by the place among all grants of the tool. */
function firstToCover(lists: Lists, facts: CallFacts): Examination | undefined {
  let first: Examination | undefined;
  for (const list of lists) {
    const found = firstIn(list, facts);
    if (found !== undefined && (first === undefined || found.one.place < first.one.place)) first = found;
  }
  return first;
}

function firstIn(list: readonly CompiledGrant[], facts: CallFacts): Examination | undefined {
  for (const one of list) {
    const found = coverBy(one, facts);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** What a person said, or could say, where no grant covers the call by itself. */
function decideWithHelp(those: ToolGrants, lists: Lists, facts: CallFacts): CallDecision {
  let best: Refusal | undefined;
  for (const one of those.asking) {
    const examination = examineGrant(one, facts);
    const objections = notEndorsed(examination.objections, one.grant, facts);
    if (objections.length === 0) return allow(examination, true);
    best = closer(best, refusalOf(one, objections));
  }
  if (best?.rank !== 0) best = closestOf(those, lists, facts, best);
  if (best === undefined) return deny([{ code: 'tool' }]);
  const because = best.objections.slice(0, MOST_OBJECTIONS);
  return best.rank === 0 ? { outcome: 'ask', grant: best.one.grant, because } : deny(because);
}

function allow({ one, charges }: Examination, usesEndorsement: boolean): CallDecision {
  return { outcome: 'allow', grant: one.grant, charges, usesEndorsement };
}

function deny(because: readonly Objection[]): CallDecision {
  return { outcome: 'deny', because };
}
