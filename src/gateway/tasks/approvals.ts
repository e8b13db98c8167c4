import { randomBytes } from 'node:crypto';
import { DAY_MS } from '../../kernel/clock.ts';
import { digestOf } from '../../kernel/digest-of.ts';
import { MerlonError } from '../../kernel/errors.ts';
import { type Journal, openJournal } from '../../kernel/journal.ts';
import type { Json } from '../../kernel/jsonrpc.ts';
import { type SteadyTime, steadyTime } from '../../kernel/steady-time.ts';
import type { Endorsed, Objection, ToolCall } from '../../policy/grant/call-decision.ts';
import { argsHash } from '../../policy/grant/endorsement.ts';
import type { Task } from '../../policy/task/task.ts';
import { type KeptApproval, ApprovalState, type ApprovalRecord, jsonOfApproval } from './approval-state.ts';
import { type ApprovalLimits, type ApprovalsOptions, DEFAULT_APPROVAL_LIMITS } from './approvals-options.ts';
import { shownArguments } from './shown-arguments.ts';
import type { Approval, Approvals } from './tasks.ts';

export type { ApprovalEvent, ApprovalsOptions, Widening } from './approvals-options.ts';

const SECONDS = 300;
const SWEEP_MS = 1_000;
/** How long it stays known what was answered, ms. */
const KEEP_MS = DAY_MS;
/** Answered ones that are kept, at most; the oldest give way. */
const MAX_KEPT = 10_000;
const MIN_COMPACT_LINES = 10_000;
/** Characters of the arguments that a person is shown. */
const MAX_SHOWN = 4_096;

/**
 * Opens the approvals that a journal holds. An approval is bound to exact values of one task and counts once; what is
 * not answered in time is denied.
 * @throws MerlonError STATE_NOT_WRITABLE, STATE_IN_USE, STATE_DAMAGED
 */
export async function openApprovals(options: ApprovalsOptions): Promise<Approvals> {
  const state = new ApprovalState();
  const { path, fs, clock } = options;
  const journal = await openJournal({
    path,
    purpose: 'approvals',
    apply: (record) => state.apply(record),
    ...(fs === undefined ? {} : { fs }),
  });
  const isAhead = state.latest > clock.now() + DAY_MS;
  return new Desk(options, state, journal, steadyTime(clock, isAhead ? 0 : state.latest));
}

class Desk implements Approvals {
  readonly #options: ApprovalsOptions;
  readonly #limits: ApprovalLimits;
  readonly #state: ApprovalState;
  readonly #journal: Journal;
  readonly #time: SteadyTime;
  /** Answered or used, in force, not known to be on the disk. */
  readonly #ahead = new Map<string, 'used' | 'denied' | 'expired'>();
  /** Being answered: nobody else may. */
  readonly #answering = new Set<string>();
  /** The same question asked at the same time is asked once. */
  readonly #asking = new Map<string, Promise<Approval>>();
  /** How many are being opened, by task. */
  readonly #opening = new Map<string, number>();
  readonly #waiting = new Map<string, ((approval: Approval) => void)[]>();
  #unwritten: ApprovalRecord[] = [];
  readonly #stopSweeping: () => void;

  constructor(options: ApprovalsOptions, state: ApprovalState, journal: Journal, time: SteadyTime) {
    this.#options = options;
    this.#limits = { ...DEFAULT_APPROVAL_LIMITS, ...options.limits };
    this.#state = state;
    this.#journal = journal;
    this.#time = time;
    this.#stopSweeping = options.clock.every(SWEEP_MS, () => this.#sweep());
  }

  ask(
    task: Task,
    what: Approval['what'],
    options: { readonly secondFactor: boolean; readonly call?: ToolCall },
  ): Promise<Approval> {
    const key = keyOf(task, what, options.call);
    const known = this.#asked(key);
    if (known !== undefined) return Promise.resolve(known);
    const asking = this.#asking.get(key) ?? this.#open(task, what, options, key);
    this.#asking.set(key, asking);
    return asking.finally(() => this.#asking.delete(key));
  }

  find(id: string): Approval | undefined {
    const kept = this.#state.get(id);
    return kept === undefined ? undefined : this.#now(kept);
  }

  list(state?: Approval['state']): readonly Approval[] {
    const all = [...this.#state.all()].map((kept) => this.#now(kept)).toReversed();
    return state === undefined ? all : all.filter((approval) => approval.state === state);
  }

  async answer(
    id: string,
    verdict: 'approved' | 'denied',
    by: NonNullable<Approval['answer']>,
    proof?: string,
  ): Promise<Approval> {
    const approval = this.#answerable(id);
    this.#answering.add(id);
    try {
      if (verdict === 'approved' && approval.secondFactor) await this.#prove(approval, by, proof);
      const answer = { by: by.by, through: by.through, why: by.why, at: this.#time.now() };
      const until = this.#time.now() + this.#lifeMs();
      const next: Approval = { ...approval, state: verdict, answer };
      await this.#options.record({ event: verdict, approval: next, argsHash: this.#state.get(id)?.argsHash });
      // Its time may have run out while that was written, or its task may have ended.
      if (this.find(id)?.state !== 'open') throw over();
      await this.#journal.append(jsonOfApproval({ kind: 'answer', id, state: verdict, answer, until }));
    } finally {
      this.#answering.delete(id);
    }
    const answered = this.find(id) ?? approval;
    this.#settle(answered);
    const kept = this.#state.get(id);
    if (kept !== undefined && answered.state === 'approved') await this.#carryOut(kept);
    return answered;
  }

  async carryOut(): Promise<void> {
    const approved = [...this.#state.all()].filter((kept) => this.#now(kept).state === 'approved');
    const done = await Promise.allSettled(approved.map((kept) => this.#carryOut(kept)));
    // What has changed since it was asked for is void, and recorded as that.
    for (const one of done) if (one.status === 'rejected') this.#options.onProblem?.(one.reason);
  }

  endorsed({ id: task }: Task): Endorsed {
    const approved = (): readonly KeptApproval[] =>
      [...this.#state.of(task)].filter((kept) => this.#now(kept).state === 'approved');
    return {
      value: (tool, path, valueHash) =>
        approved().some(
          (kept) => kept.tool === tool && kept.values.some((one) => one.path === path && one.valueHash === valueHash),
        ),
      call: (tool, hash) =>
        approved().some((kept) => kept.tool === tool && kept.values.length === 0 && kept.argsHash === hash),
    };
  }

  async use({ id: task }: Task, call: ToolCall): Promise<boolean> {
    const needed = [...this.#state.of(task)].filter(
      (kept) => this.#now(kept).state === 'approved' && this.#isFor(kept, call),
    );
    if (needed.length === 0) return false;
    // At once: the same call a moment later finds nothing.
    for (const { approval } of needed) this.#ahead.set(approval.id, 'used');
    await allOf([
      ...needed.map((kept) => this.#record('used', kept)),
      this.#write({
        kind: 'over',
        ids: needed.map(({ approval }) => approval.id),
        state: 'used',
        at: this.#time.now(),
      }),
    ]);
    return true;
  }

  settled(id: string): Promise<Approval> {
    const approval = this.find(id);
    if (approval === undefined) return Promise.reject(unknown());
    if (approval.state !== 'open') return Promise.resolve(approval);
    return new Promise((resolve) => {
      this.#waiting.set(id, [...(this.#waiting.get(id) ?? []), resolve]);
    });
  }

  async drop(tasks: readonly string[]): Promise<void> {
    const open = tasks.flatMap((task) => [...this.#state.of(task)]).filter((kept) => this.#isPending(kept));
    await this.#end(open, 'denied');
  }

  async stop(): Promise<void> {
    this.#stopSweeping();
    this.#time.stop();
    await this.#journal.close();
    for (const id of this.#waiting.keys()) this.#settle(this.find(id));
  }

  /** The open one for the same question, or one that was denied so lately that it is not asked again. */
  #asked(key: string): Approval | undefined {
    const now = this.#time.now();
    for (const kept of this.#state.all()) {
      if (kept.key !== key) continue;
      const approval = this.#now(kept);
      if (approval.state === 'open' || approval.state === 'approved') return approval;
      const isNo = approval.state === 'denied' || approval.state === 'expired';
      const since = approval.answer?.at ?? approval.expiresAt;
      if (isNo && now < since + this.#lifeMs()) return approval;
    }
    return undefined;
  }

  async #open(
    task: Task,
    what: Approval['what'],
    { secondFactor, call }: { readonly secondFactor: boolean; readonly call?: ToolCall },
    key: string,
  ): Promise<Approval> {
    this.#checkRoom(task.id);
    const openedAt = this.#time.now();
    const approval: Approval = {
      id: `apr_${Buffer.from((this.#options.random ?? randomBytes)(12)).toString('base64url')}`,
      task: task.id,
      principal: task.principal,
      what: this.#shown(what, call),
      secondFactor,
      expiresAt: Math.min(openedAt + this.#lifeMs(), task.expiresAt),
      openedAt,
      state: 'open',
    };
    const values =
      call === undefined || what.kind !== 'call' ? [] : (this.#options.endorsable?.(call, what.because) ?? []);
    const asked = call === undefined ? undefined : argsHash(call.args);
    this.#opening.set(task.id, (this.#opening.get(task.id) ?? 0) + 1);
    try {
      await this.#options.record({ event: 'asked', approval, argsHash: asked });
      const bound = call === undefined || asked === undefined ? {} : { tool: call.tool, argsHash: asked };
      await this.#journal.append(jsonOfApproval({ kind: 'ask', approval, key, values, ...bound }));
    } finally {
      const left = (this.#opening.get(task.id) ?? 1) - 1;
      if (left === 0) this.#opening.delete(task.id);
      else this.#opening.set(task.id, left);
    }
    return this.find(approval.id) ?? approval;
  }

  #checkRoom(task: string): void {
    const open = [...this.#state.all()].filter((kept) => this.#now(kept).state === 'open');
    const own = open.filter(({ approval }) => approval.task === task).length + (this.#opening.get(task) ?? 0);
    const opening = [...this.#opening.values()].reduce((sum, count) => sum + count, 0);
    if (open.length + opening < this.#limits.maxOpen && own < this.#limits.maxOpenPerTask) return;
    throw new MerlonError('TOO_MANY_APPROVALS', 'Too many approvals wait for an answer.');
  }

  /** What a person sees, and what is kept: no secret, and no more than can be read. */
  #shown(what: Approval['what'], call: ToolCall | undefined): Approval['what'] {
    if (what.kind === 'widen' || call === undefined) return what;
    return { ...what, args: shownArguments(this.#options.mask(call.args) as Json, MAX_SHOWN) };
  }

  /** @throws MerlonError APPROVAL_UNKNOWN, APPROVAL_OVER */
  #answerable(id: string): Approval {
    const approval = this.find(id);
    if (approval === undefined) throw unknown();
    if (approval.state !== 'open' || this.#answering.has(id)) throw over();
    return approval;
  }

  /** Grants that were approved are in force from now on, or never. */
  async #carryOut(kept: KeptApproval): Promise<void> {
    const { what } = kept.approval;
    const { widen } = this.#options;
    if (what.kind !== 'widen' || widen === undefined) return;
    try {
      await widen(kept.approval, what);
    } catch (error) {
      await this.#end([kept], 'expired');
      throw error;
    }
    await this.#end([kept], 'used');
  }

  async #prove(approval: Approval, { by }: NonNullable<Approval['answer']>, proof: string | undefined): Promise<void> {
    const isProven = (await this.#options.secondFactor?.(by, proof, approval)) === true;
    if (!isProven) throw new MerlonError('SECOND_FACTOR_REQUIRED', 'This approval needs a second factor.');
    if (this.find(approval.id)?.state !== 'open') throw over();
  }

  /** As it is now, whatever has been written. */
  #now({ approval, until }: KeptApproval): Approval {
    const ahead = this.#ahead.get(approval.id);
    if (ahead !== undefined) return { ...approval, state: ahead };
    const now = this.#time.now();
    if (approval.state === 'open' && now >= approval.expiresAt) return { ...approval, state: 'expired' };
    // An approval that nobody used in time is worth nothing either.
    if (approval.state === 'approved' && now >= (until ?? 0)) return { ...approval, state: 'expired' };
    return approval;
  }

  #isPending(kept: KeptApproval): boolean {
    const { state } = this.#now(kept);
    return state === 'open' || state === 'approved';
  }

  #isFor({ tool, values, argsHash: approved }: KeptApproval, call: ToolCall): boolean {
    if (tool !== call.tool) return false;
    if (values.length === 0) return approved === argsHash(call.args);
    const { endorsable } = this.#options;
    const because = values.map(({ path }) => ({ code: 'argument' as const, path, must: {} }));
    const there = endorsable?.(call, because) ?? [];
    return values.every((one) => there.some(({ path, valueHash }) => path === one.path && valueHash === one.valueHash));
  }

  async #end(kept: readonly KeptApproval[], state: 'denied' | 'expired' | 'used'): Promise<void> {
    if (kept.length === 0) return;
    const ids = kept.map(({ approval }) => approval.id);
    for (const id of ids) this.#ahead.set(id, state);
    for (const id of ids) this.#settle(this.find(id));
    await allOf([
      ...kept.map((one) => this.#record(state, one)),
      this.#write({ kind: 'over', ids, state, at: this.#time.now() }),
    ]);
  }

  #record(event: 'used' | 'denied' | 'expired', kept: KeptApproval): Promise<void> {
    const { approval, argsHash: bound } = kept;
    return this.#options.record({ event, approval: { ...approval, state: event }, argsHash: bound });
  }

  #settle(approval: Approval | undefined): void {
    if (approval === undefined) return;
    const waiting = this.#waiting.get(approval.id) ?? [];
    this.#waiting.delete(approval.id);
    for (const resolve of waiting) resolve(approval);
  }

  #lifeMs(): number {
    return (this.#options.seconds?.() ?? SECONDS) * 1_000;
  }

  /** Writes what is in force already, now or later. */
  async #write(record: Extract<ApprovalRecord, { kind: 'over' }>): Promise<void> {
    try {
      await this.#journal.append(jsonOfApproval(record));
    } catch (error) {
      this.#unwritten.push(record);
      throw error;
    }
    for (const id of record.ids) this.#ahead.delete(id);
  }

  #sweep(): void {
    const report = (error: unknown): void => this.#options.onProblem?.(error);
    const again = this.#unwritten;
    this.#unwritten = [];
    for (const record of again) if (record.kind === 'over') this.#write(record).catch(report);
    const late = [...this.#state.all()].filter(
      (kept) =>
        this.#now(kept).state === 'expired' && kept.approval.state !== 'expired' && !this.#ahead.has(kept.approval.id),
    );
    this.#end(late, 'expired').catch(report);
    this.#state.forget(this.#time.now() - KEEP_MS, MAX_KEPT);
    if (this.#journal.length > Math.max(MIN_COMPACT_LINES, 4 * this.#state.size)) {
      this.#journal.compact(() => this.#state.snapshot()).catch(report);
    }
  }
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

/** Waits for all, then throws what went wrong first. */
async function allOf(running: readonly Promise<unknown>[]): Promise<void> {
  const failed = (await Promise.allSettled(running)).find((one) => one.status === 'rejected');
  if (failed !== undefined) throw failed.reason;
}

function unknown(): MerlonError {
  return new MerlonError('APPROVAL_UNKNOWN', 'There is no such approval.');
}

function over(): MerlonError {
  return new MerlonError('APPROVAL_OVER', 'The approval was answered already, or its time is over.');
}
