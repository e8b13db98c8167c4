import { MerlonError } from '../../kernel/errors.ts';
import type { SteadyTime } from '../../kernel/steady-time.ts';
import type { KeptApproval } from './approval-state.ts';
import { type ApprovalsInForce, unknownApproval } from './approvals-in-force.ts';
import type { ApprovalsOptions } from './approvals-options.ts';
import type { Approval, Approvals } from './tasks.ts';

/** What {@link createAnswering} takes. */
export interface AnsweringOptions extends Pick<ApprovalsOptions, 'record' | 'secondFactor' | 'widen' | 'onProblem'> {
  readonly approvals: ApprovalsInForce;
  readonly time: SteadyTime;
  /** How long a yes counts, ms. */
  readonly lifeMs: () => number;
}

/** Makes what takes people's answers, and puts grants in force that they approved. */
export function createAnswering({
  approvals,
  time,
  lifeMs,
  record,
  ...options
}: AnsweringOptions): Pick<Approvals, 'answer' | 'carryOut'> {
  /** Being answered: nobody else may. */
  const answering = new Set<string>();

  /** @throws MerlonError APPROVAL_UNKNOWN, APPROVAL_OVER */
  function answerable(id: string): Approval {
    const approval = approvals.find(id);
    if (approval === undefined) throw unknownApproval();
    if (approval.state !== 'open' || answering.has(id)) throw over();
    return approval;
  }

  async function prove(
    approval: Approval,
    { by }: NonNullable<Approval['answer']>,
    proof: string | undefined,
  ): Promise<void> {
    const isProven = (await options.secondFactor?.(by, proof, approval)) === true;
    if (!isProven) throw new MerlonError('SECOND_FACTOR_REQUIRED', 'This approval needs a second factor.');
    if (approvals.find(approval.id)?.state !== 'open') throw over();
  }

  /** Grants that were approved are in force from now on, or never. */
  async function carryOut(kept: KeptApproval): Promise<void> {
    const { what } = kept.approval;
    if (what.kind !== 'widen' || options.widen === undefined) return;
    try {
      await options.widen(kept.approval, what);
    } catch (error) {
      await approvals.end([kept], 'expired');
      throw error;
    }
    await approvals.end([kept], 'used');
  }

  return {
    async answer(id, verdict, by, proof) {
      const approval = answerable(id);
      answering.add(id);
      try {
        if (verdict === 'approved' && approval.secondFactor) await prove(approval, by, proof);
        const answer = { by: by.by, through: by.through, why: by.why, at: time.now() };
        const until = time.now() + lifeMs();
        const next: Approval = { ...approval, state: verdict, answer };
        await record({ event: verdict, approval: next, argsHash: approvals.get(id)?.argsHash });
        // Its time may have run out while that was written, or its task may have ended.
        if (approvals.find(id)?.state !== 'open') throw over();
        await approvals.append({ kind: 'answer', id, state: verdict, answer, until });
      } finally {
        answering.delete(id);
      }
      const answered = approvals.find(id) ?? approval;
      approvals.settle(id);
      const kept = approvals.get(id);
      if (kept !== undefined && answered.state === 'approved') await carryOut(kept);
      return answered;
    },

    async carryOut() {
      const approved = approvals.all().filter((kept) => approvals.now(kept).state === 'approved');
      const done = await Promise.allSettled(approved.map(carryOut));
      // What has changed since it was asked for is void, and recorded as that.
      for (const one of done) if (one.status === 'rejected') options.onProblem?.(one.reason);
    },
  };
}

function over(): MerlonError {
  return new MerlonError('APPROVAL_OVER', 'The approval was answered already, or its time is over.');
}
