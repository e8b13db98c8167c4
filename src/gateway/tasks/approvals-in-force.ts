import { MerlonError } from '../../kernel/errors.ts';
import type { Journal } from '../../kernel/journal.ts';
import type { SteadyTime } from '../../kernel/steady-time.ts';
import { allOf } from './all-of.ts';
import { type ApprovalRecord, type ApprovalState, jsonOfApproval, type KeptApproval } from './approval-state.ts';
import type { ApprovalsOptions } from './approvals-options.ts';
import type { Approval } from './tasks.ts';

/** How an approval is over without an answer of its own. */
export type Over = 'used' | 'denied' | 'expired';

/** What {@link ApprovalsInForce} is made of. */
export interface ApprovalsInForceParts extends Pick<ApprovalsOptions, 'record'> {
  readonly state: ApprovalState;
  readonly journal: Journal;
  readonly time: SteadyTime;
}

/**
 * Which approvals there are, and which of them count, at this moment: what the journal says, less what was used, denied or
 * is over and is not known to be on the disk yet.
 */
export class ApprovalsInForce {
  readonly #parts: ApprovalsInForceParts;
  /** Over, not known to be on the disk. */
  readonly #ahead = new Map<string, Over>();
  readonly #waiting = new Map<string, ((approval: Approval) => void)[]>();
  /** What has to be written again, because it could not be. */
  #unwritten: Extract<ApprovalRecord, { kind: 'over' }>[] = [];

  constructor(parts: ApprovalsInForceParts) {
    this.#parts = parts;
  }

  get(id: string): KeptApproval | undefined {
    return this.#parts.state.get(id);
  }

  find(id: string): Approval | undefined {
    const kept = this.get(id);
    return kept === undefined ? undefined : this.now(kept);
  }

  /** Oldest first. */
  all(): readonly KeptApproval[] {
    return [...this.#parts.state.all()];
  }

  /** Those of a task that are in a state now. */
  of(task: string, ...states: readonly Approval['state'][]): readonly KeptApproval[] {
    return [...this.#parts.state.of(task)].filter((kept) => states.includes(this.now(kept).state));
  }

  /** As it is now, whatever has been written. */
  now({ approval, until }: KeptApproval): Approval {
    const ahead = this.#ahead.get(approval.id);
    if (ahead !== undefined) return { ...approval, state: ahead };
    const now = this.#parts.time.now();
    if (approval.state === 'open' && now >= approval.expiresAt) return { ...approval, state: 'expired' };
    // An approval that nobody used in time is worth nothing either.
    if (approval.state === 'approved' && now >= (until ?? 0)) return { ...approval, state: 'expired' };
    return approval;
  }

  /** Writes what is in force only once that is durable. */
  append(record: ApprovalRecord): Promise<void> {
    return this.#parts.journal.append(jsonOfApproval(record));
  }

  /** Makes approvals count no more. At once; resolves when that is recorded and durable. */
  async end(kept: readonly KeptApproval[], state: Over): Promise<void> {
    if (kept.length === 0) return;
    const ids = kept.map(({ approval }) => approval.id);
    for (const id of ids) this.#ahead.set(id, state);
    for (const id of ids) this.settle(id);
    await allOf([
      ...kept.map(({ approval, argsHash }) =>
        this.#parts.record({ event: state, approval: { ...approval, state }, argsHash }),
      ),
      this.#write({ kind: 'over', ids, state, at: this.#parts.time.now() }),
    ]);
  }

  /** Ends those whose time is over. */
  expire(): Promise<void> {
    const late = this.all().filter(
      (kept) => !this.#ahead.has(kept.approval.id) && kept.approval.state !== this.now(kept).state,
    );
    return this.end(late, 'expired');
  }

  /** Resolves when it is answered or over, or on {@link settleAll}. */
  settled(id: string): Promise<Approval> {
    const approval = this.find(id);
    if (approval === undefined) return Promise.reject(unknownApproval());
    if (approval.state !== 'open') return Promise.resolve(approval);
    return new Promise((resolve) => {
      this.#waiting.set(id, [...(this.#waiting.get(id) ?? []), resolve]);
    });
  }

  /** Tells those who wait for an approval how it is now. */
  settle(id: string): void {
    const approval = this.find(id);
    const waiting = this.#waiting.get(id) ?? [];
    this.#waiting.delete(id);
    if (approval !== undefined) for (const resolve of waiting) resolve(approval);
  }

  settleAll(): void {
    for (const id of this.#waiting.keys()) this.settle(id);
  }

  /** Tries once more to write what could not be written. */
  retry(report: (error: unknown) => void): void {
    const again = this.#unwritten;
    this.#unwritten = [];
    for (const record of again) this.#write(record).catch(report);
  }

  /** Writes what is in force already, now or later. */
  async #write(record: Extract<ApprovalRecord, { kind: 'over' }>): Promise<void> {
    try {
      await this.append(record);
    } catch (error) {
      this.#unwritten.push(record);
      throw error;
    }
    for (const id of record.ids) this.#ahead.delete(id);
  }
}

/** No approval has this id. */
export function unknownApproval(): MerlonError {
  return new MerlonError('APPROVAL_UNKNOWN', 'There is no such approval.');
}
