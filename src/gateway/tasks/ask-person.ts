import { showable } from '../../detect/showable.ts';
import { MerlonError } from '../../kernel/errors.ts';
import { isFailure, isObject, type JsonObject, type Response } from '../../kernel/jsonrpc.ts';
import type { CallDecision, ToolCall } from '../../policy/grant/call-decision.ts';
import { explainObjections } from '../../policy/grant/explain.ts';
import type { Task } from '../../policy/task/task.ts';
import { missingFor } from '../era.ts';
import type { Call, Pipeline } from '../handle.ts';
import { denied } from './denial.ts';
import type { TaskGate } from './task-gate.ts';
import type { Approval } from './tasks.ts';

/** What a stateless client has to answer before it makes its call again. */
export interface Question {
  readonly result: JsonObject;
}

type Asking = Extract<CallDecision, { outcome: 'ask' }>;

/** Under which the client's answer comes back. */
const KEY = 'merlon-approval';
const ELICIT = 'elicitation/create';

/**
 * Asks for a person's word on a call. A client that can show a form asks its user; a legacy one is waited for, a
 * stateless one calls again. Where it cannot, the call is denied with the id of an approval that somebody else can
 * answer, and made again after that it passes.
 * @returns a question for a stateless client; undefined once somebody has said yes
 * @throws MerlonError CALL_DENIED when nobody did
 */
export async function askPerson(
  gate: Pipeline,
  keeper: TaskGate,
  call: Call,
  task: Task,
  wanted: ToolCall,
  { grant, because }: Asking,
): Promise<Question | undefined> {
  const args = JSON.stringify(keeper.mask(wanted.args));
  const what = { kind: 'call', tool: wanted.tool, args, because } as const;
  const secondFactor = grant.secondFactor === true;
  const approval = await keeper.approvals.ask(task, what, { secondFactor, call: wanted });
  // Said no to just now: the same question is not asked again and again.
  if (approval.state !== 'open') {
    if (approval.state === 'approved') return undefined;
    throw denied(task, wanted.tool, because, { asked: { approval, isOpen: false } });
  }
  if (secondFactor || !canAsk(call)) throw denied(task, wanted.tool, because, { asked: { approval, isOpen: true } });
  const { stateless } = call;
  let answered: Approval;
  if (stateless === undefined) {
    answered = await askLegacy(gate, keeper, call, approval);
  } else if (stateless.approval === approval.id) {
    answered = await take(keeper, call, approval, stateless.answers?.[KEY]);
  } else {
    const inputRequests = { [KEY]: { method: ELICIT, params: formOf(approval) } };
    return {
      result: { resultType: 'input_required', inputRequests, requestState: stateless.sealApproval(approval.id) },
    };
  }
  if (answered.state === 'approved') return undefined;
  throw denied(task, wanted.tool, because, { asked: { approval: answered, isOpen: answered.state === 'open' } });
}

/** Whether the client said that it can show its user a form. */
function canAsk({ session, stateless, reply }: Call): boolean {
  if (reply === undefined) return false;
  const declared = stateless?.capabilities ?? session.openingParams['capabilities'];
  return missingFor(ELICIT, { mode: 'form' }, isObject(declared) ? declared : {}) === undefined;
}

/** Waits for the client's user, or for whoever is quicker; the client is told when it need not ask any more. */
async function askLegacy(gate: Pipeline, keeper: TaskGate, call: Call, approval: Approval): Promise<Approval> {
  const { session, request, reply, upstream } = call;
  const { promise: stopped, reject: cancel } = Promise.withResolvers<never>();
  // Nobody may be waiting any more when it is cancelled.
  stopped.catch(() => {});
  const flight = { reply: stopped, cancel };
  const waiting = gate.flights.start(session, request.id, flight, Number.POSITIVE_INFINITY, upstream);
  await gate.recorder.asked(call, ELICIT, 'to_client');
  const question = session.ask(ELICIT, formOf(approval), reply);
  try {
    const answer = question.answer.then((response) => take(keeper, call, approval, contentOf(response)));
    // Nobody may be waiting any more when it comes.
    answer.catch(() => {});
    return await Promise.race([answer, keeper.approvals.settled(approval.id), stopped]);
  } finally {
    question.withdraw();
    waiting.done();
  }
}

function contentOf(response: Response): unknown {
  return isFailure(response) ? undefined : response.result;
}

/** What the client's user said. Anything but a clear yes is none; closing the form leaves the question to others. */
async function take(keeper: TaskGate, { caller, session }: Call, approval: Approval, said: unknown): Promise<Approval> {
  if (!isObject(said) || said['action'] === 'cancel') return approval;
  const content = isObject(said['content']) ? said['content'] : {};
  const isYes = said['action'] === 'accept' && content['approve'] === true;
  const why = typeof content['why'] === 'string' ? content['why'].slice(0, MAX_WHY) : '';
  // Whoever the client is shown to is not known here: the record says who called.
  const by = { by: caller.principal, through: 'client', why, at: keeper.now() } as const;
  if (session.ended) throw new MerlonError('CANCELLED', 'The session ended.');
  try {
    return await keeper.approvals.answer(approval.id, isYes ? 'approved' : 'denied', by);
  } catch (error) {
    const other = keeper.approvals.find(approval.id);
    // Somebody else was quicker, and what they said counts.
    if (other === undefined || other.state === 'open') throw error;
    return other;
  }
}

const MAX_WHY = 500;

/** The form that a person sees. What stands in it of the call is attacker-controlled: made printable; it was cut where it was kept. */
function formOf({ what }: Approval): JsonObject {
  const message =
    what.kind === 'call'
      ? `The call of ${showable(what.tool)} needs your approval. ${explainObjections(what.because).join(' ')} Arguments: ${showable(what.args)}`
      : 'The task asks for more permissions.';
  return {
    mode: 'form',
    message,
    requestedSchema: {
      type: 'object',
      properties: {
        approve: { type: 'boolean', title: 'Allow this one call', default: false },
        why: { type: 'string', title: 'Why (kept in the audit log)', maxLength: MAX_WHY },
      },
      required: ['approve'],
    },
  };
}
