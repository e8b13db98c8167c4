import { randomBytes } from 'node:crypto';
import { digestOf } from '../../kernel/digest-of.ts';
import { MerlonError } from '../../kernel/errors.ts';
import type { Json } from '../../kernel/jsonrpc.ts';
import type { SteadyTime } from '../../kernel/steady-time.ts';
import type { Objection, ToolCall } from '../../policy/grant/call-decision.ts';
import { argsHash } from '../../policy/grant/endorsement.ts';
import type { Task } from '../../policy/task/task.ts';
import type { ApprovalsInForce } from './approvals-in-force.ts';
import { type ApprovalsOptions, DEFAULT_APPROVAL_LIMITS } from './approvals-options.ts';
import { shownArguments } from './shown-arguments.ts';
import type { Approval, Approvals } from './tasks.ts';

/** Characters of the arguments that a person is shown. */
const MAX_SHOWN = 4_096;

/** What {@link createAsking} takes. */
export interface AskingOptions extends Pick<ApprovalsOptions, 'random' | 'record' | 'mask' | 'endorsable' | 'limits'> {
  readonly approvals: ApprovalsInForce;
  readonly time: SteadyTime;
  /** How long an approval waits for an answer, and how long a no counts, ms. */
  readonly lifeMs: () => number;
}

interface Question {
  readonly task: Task;
  readonly what: Approval['what'];
  readonly call: ToolCall | undefined;
  readonly secondFactor: boolean;
  /** The same for the same question. */
  readonly key: string;
}

/** Makes what opens approvals, each question once. */
export function createAsking({ approvals, time, lifeMs, record, ...options }: AskingOptions): Approvals['ask'] {
  const limits = { ...DEFAULT_APPROVAL_LIMITS, ...options.limits };
  /** The same question asked at the same time is asked once. */
  const asking = new Map<string, Promise<Approval>>();
  /** How many are being opened, by task. */
  const opening = new Map<string, number>();

  /** The open one for the same question, or one that was denied so lately that it is not asked again. */
  function asked(key: string): Approval | undefined {
    const now = time.now();
    for (const kept of approvals.all()) {
      if (kept.key !== key) continue;
      const approval = approvals.now(kept);
      if (approval.state === 'open' || approval.state === 'approved') return approval;
      const isNo = approval.state === 'denied' || approval.state === 'expired';
      const since = approval.answer?.at ?? approval.expiresAt;
      if (isNo && now < since + lifeMs()) return approval;
    }
    return undefined;
  }

  function checkRoom(task: string): void {
    const waiting = approvals.all().filter((kept) => approvals.now(kept).state === 'open');
    const own = waiting.filter(({ approval }) => approval.task === task).length + (opening.get(task) ?? 0);
    const all = [...opening.values()].reduce((sum, count) => sum + count, waiting.length);
    if (all < limits.maxOpen && own < limits.maxOpenPerTask) return;
    throw new MerlonError('TOO_MANY_APPROVALS', 'Too many approvals wait for an answer.');
  }

  function approvalOf({ task, what, call, secondFactor }: Question): Approval {
    const openedAt = time.now();
    return {
      id: `apr_${Buffer.from((options.random ?? randomBytes)(12)).toString('base64url')}`,
      task: task.id,
      principal: task.principal,
      what: call === undefined ? what : shown(what, options.mask(call.args)),
      secondFactor,
      expiresAt: Math.min(openedAt + lifeMs(), task.expiresAt),
      openedAt,
      state: 'open',
    };
  }

  async function open(question: Question): Promise<Approval> {
    const { task, what, call, key } = question;
    checkRoom(task.id);
    const approval = approvalOf(question);
    const values = call === undefined || what.kind !== 'call' ? [] : (options.endorsable?.(call, what.because) ?? []);
    const bound = call === undefined ? {} : { tool: call.tool, argsHash: argsHash(call.args) };
    opening.set(task.id, (opening.get(task.id) ?? 0) + 1);
    try {
      await record({ event: 'asked', approval, argsHash: bound.argsHash });
      await approvals.append({ kind: 'ask', approval, key, values, ...bound });
    } finally {
      const left = (opening.get(task.id) ?? 1) - 1;
      if (left === 0) opening.delete(task.id);
      else opening.set(task.id, left);
    }
    return approvals.find(approval.id) ?? approval;
  }

  return (task, what, { secondFactor, call }) => {
    const key = keyOf(task, what, call);
    const known = asked(key);
    if (known !== undefined) return Promise.resolve(known);
    const running = asking.get(key) ?? open({ task, what, call, secondFactor, key });
    asking.set(key, running);
    return running.finally(() => asking.delete(key));
  };
}

/** What a person sees, and what is kept: no secret, and no more than can be read. */
function shown(what: Approval['what'], masked: unknown): Approval['what'] {
  return what.kind === 'widen' ? what : { ...what, args: shownArguments(masked as Json, MAX_SHOWN) };
}

/** Tells whether two questions are the same: task, tool and exact arguments, or the grants and the epoch. */
function keyOf(task: Task, what: Approval['what'], call: ToolCall | undefined): string {
  if (what.kind === 'widen') return digestOf([task.id, what.epoch ?? task.epoch, what.grants] as unknown as Json);
  if (call === undefined) throw new MerlonError('INTERNAL', 'An approval of a call needs the call.');
  // By what stood against it too, since a person saw that; not by how much is left of a budget, which every call changes.
  return digestOf([task.id, call.tool, call.args, what.because.map(kindOf)]);
}

function kindOf(objection: Objection): string {
  const inner = objection.code === 'delegation' ? objection.because.map(kindOf).join() : '';
  return `${objection.code} ${'path' in objection ? objection.path : inner}`;
}
