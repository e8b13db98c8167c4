import { isObject } from '../../kernel/jsonrpc.ts';
import type { CallDecision, Circumstances, Objection, ToolCall } from './call-decision.ts';
import type { CallFacts } from './call-facts.ts';
import type { CompiledGrant, CompiledGrants } from './compile-grants.ts';
import { canBeAsked, notEndorsed } from './endorsement.ts';
import { type Examination, examineGrant, isPlainlyOther } from './examine-grant.ts';

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
  const candidates = grants.byTool.get(call.tool);
  // First, so that nobody learns by asking which tools there are beyond their own.
  if (candidates === undefined) return deny([{ code: 'tool' }]);
  const { profile } = circumstances;
  if (profile === undefined || profile.tool !== call.tool) return deny([{ code: 'tool_unknown' }]);
  if (!isObject(call.args)) return deny([{ code: 'malformed', path: '' }]);
  const facts: CallFacts = { call, circumstances, profile };
  for (const one of candidates) {
    if (isPlainlyOther(one, facts)) continue;
    const examination = examineGrant(one, facts);
    if (examination.objections.length === 0) return allow(examination, false);
  }
  return decideWithHelp(candidates, facts);
}

/** What a person said, or could say, where no grant covers the call by itself. */
function decideWithHelp(candidates: readonly CompiledGrant[], facts: CallFacts): CallDecision {
  let best: Refusal | undefined;
  for (const one of candidates) {
    if (best !== undefined && !couldBeCloser(one, best)) continue;
    const examination = examineGrant(one, facts);
    const objections = notEndorsed(examination.objections, one.grant, facts);
    if (objections.length === 0) return allow(examination, true);
    const refusal = { one, objections, rank: rankOf(objections, one) };
    if (best === undefined || isCloser(refusal, best)) best = refusal;
  }
  if (best === undefined) return deny([{ code: 'tool' }]);
  const because = best.objections.slice(0, MOST_OBJECTIONS);
  return best.rank === 0 ? { outcome: 'ask', grant: best.one.grant, because } : deny(because);
}

interface Refusal {
  readonly one: CompiledGrant;
  readonly objections: readonly Objection[];
  /** 0 where all can be asked about, 1 where other arguments would do, 2 where nothing would. */
  readonly rank: number;
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

/** False where nothing can come of looking: the grant does not cover the call, never asks, and no other objects to less. */
function couldBeCloser({ grant }: CompiledGrant, best: Refusal): boolean {
  return best.rank > 1 || best.objections.length > 1 || grant.onDeny === 'ask' || grant.alwaysAsk === true;
}

function isCloser(one: Refusal, other: Refusal): boolean {
  if (one.rank !== other.rank) return one.rank < other.rank;
  return one.objections.length < other.objections.length;
}

function allow({ one, charges }: Examination, usesEndorsement: boolean): CallDecision {
  return { outcome: 'allow', grant: one.grant, charges, usesEndorsement };
}

function deny(because: readonly Objection[]): CallDecision {
  return { outcome: 'deny', because };
}
