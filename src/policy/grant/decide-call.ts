import { isObject } from '../../kernel/jsonrpc.ts';
import type { CallDecision, Circumstances, Objection, ToolCall } from './call-decision.ts';
import type { CompiledGrant, CompiledGrants } from './compile-grants.ts';
import { canBeAsked, notEndorsed } from './endorsement.ts';
import { type Examination, examineGrant, type Known } from './examine-grant.ts';

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
  const known: Known = { ...circumstances, profile };
  for (const one of candidates) {
    const examination = examineGrant(one, call, known, true);
    if (examination.objections.length === 0) return allow(examination, false);
  }
  return decideWithHelp(candidates, call, known);
}

/** What a person said, or could say, where no grant covers the call by itself. */
function decideWithHelp(candidates: readonly CompiledGrant[], call: ToolCall, known: Known): CallDecision {
  let best: Refusal | undefined;
  for (const one of candidates) {
    const examination = examineGrant(one, call, known, false);
    const { grant } = one;
    const objections =
      known.endorsed === undefined
        ? examination.objections
        : notEndorsed(examination.objections, grant, call, known.endorsed);
    if (objections.length === 0) return allow(examination, true);
    const refusal = { grant, objections, rank: rankOf(objections, one) };
    if (best === undefined || isCloser(refusal, best)) best = refusal;
  }
  if (best === undefined) return deny([{ code: 'tool' }]);
  const because = best.objections.slice(0, MOST_OBJECTIONS);
  return best.rank === 0 ? { outcome: 'ask', grant: best.grant, because } : { outcome: 'deny', because };
}

interface Refusal {
  readonly grant: CompiledGrant['grant'];
  readonly objections: readonly Objection[];
  /** 0 where all can be asked about, 1 where other arguments would do, 2 where nothing would. */
  readonly rank: number;
}

function rankOf(objections: readonly Objection[], { grant }: CompiledGrant): number {
  if (objections.every((objection) => canBeAsked(objection, grant))) return 0;
  return objections.every(({ code }) => isAboutTheCall.has(code)) ? 1 : 2;
}

const isAboutTheCall: ReadonlySet<Objection['code']> = new Set<Objection['code']>([
  'argument',
  'integrity',
  'budget',
  'always_ask',
  'malformed',
]);

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
