import { DAY_MS } from '../../kernel/clock.ts';
import { openJournal } from '../../kernel/journal.ts';
import { createAnswering } from './answer-approval.ts';
import { ApprovalState } from './approval-state.ts';
import { ApprovalsInForce } from './approvals-in-force.ts';
import type { ApprovalsOptions } from './approvals-options.ts';
import { createAsking } from './ask-approval.ts';
import { createEndorsing } from './endorse-calls.ts';
import { timeAfter } from './journal-time.ts';
import type { Approvals } from './tasks.ts';

export type { ApprovalEvent, ApprovalsOptions, Widening } from './approvals-options.ts';

const SECONDS = 300;
const SWEEP_MS = 1_000;
/** How long it stays known what was answered, ms. */
const KEEP_MS = DAY_MS;
/** Answered ones that are kept, at most; the oldest give way. */
const MAX_KEPT = 10_000;
const MIN_COMPACT_LINES = 10_000;

/**
 * Opens the approvals that a journal holds. An approval is bound to exact values of one task and counts once; what is
 * not answered in time is denied.
 * @throws MerlonError STATE_NOT_WRITABLE, STATE_IN_USE, STATE_DAMAGED
 */
export async function openApprovals(options: ApprovalsOptions): Promise<Approvals> {
  const { path, fs, clock, seconds } = options;
  const state = new ApprovalState();
  const journal = await openJournal({
    path,
    purpose: 'approvals',
    apply: (record) => state.apply(record),
    ...(fs === undefined ? {} : { fs }),
  });
  const time = timeAfter(state.latest, clock);
  const approvals = new ApprovalsInForce({ state, journal, time, record: options.record });
  const lifeMs = (): number => (seconds?.() ?? SECONDS) * 1_000;
  const report = (error: unknown): void => options.onProblem?.(error);

  const stopSweeping = clock.every(SWEEP_MS, () => {
    approvals.retry(report);
    approvals.expire().catch(report);
    state.forget(time.now() - KEEP_MS, MAX_KEPT);
    if (journal.length > Math.max(MIN_COMPACT_LINES, 4 * state.size)) {
      journal.compact(() => state.snapshot()).catch(report);
    }
  });

  return {
    ask: createAsking({ ...options, approvals, time, lifeMs }),
    ...createAnswering({ ...options, approvals, time, lifeMs }),
    ...createEndorsing(approvals, options.endorsable),
    find: (id) => approvals.find(id),
    list(wanted) {
      const all = approvals.all().map((kept) => approvals.now(kept));
      return all.filter((approval) => wanted === undefined || approval.state === wanted).toReversed();
    },
    settled: (id) => approvals.settled(id),
    async drop(tasks) {
      const pending = tasks.flatMap((task) => approvals.of(task, 'open', 'approved'));
      await approvals.end(pending, 'denied');
    },
    async stop() {
      stopSweeping();
      time.stop();
      await journal.close();
      approvals.settleAll();
    },
  };
}
