import { isObject, type Json } from '../../kernel/jsonrpc.ts';
import type { Approval } from './tasks.ts';

/** A value at a place of a call: what an approval is bound to. */
export interface Bound {
  readonly path: string;
  /** SHA-256 (hex) of the value's canonical JSON. */
  readonly valueHash: string;
}

/** All that is kept of one approval. */
export interface KeptApproval {
  readonly approval: Approval;
  /** The same for the same question. */
  readonly key: string;
  /** Of a call: its tool, and SHA-256 (hex) of its canonical arguments. */
  readonly tool: string | undefined;
  readonly argsHash: string | undefined;
  /** What it counts for; empty where it is for the very same call. */
  readonly values: readonly Bound[];
  /** Of an approved one: until when it may be used, ms since the epoch. */
  readonly until: number | undefined;
}

/** What a journal of approvals says, each a line. */
export type ApprovalRecord =
  | {
      readonly kind: 'ask';
      readonly approval: Approval;
      readonly key: string;
      readonly values: readonly Bound[];
      readonly tool?: string;
      readonly argsHash?: string;
      readonly until?: number;
    }
  | {
      readonly kind: 'answer';
      readonly id: string;
      readonly state: 'approved' | 'denied';
      readonly answer: NonNullable<Approval['answer']>;
      readonly until: number;
    }
  | {
      readonly kind: 'over';
      readonly ids: readonly string[];
      readonly state: 'used' | 'denied' | 'expired';
      readonly at: number;
    };

/** The approvals as the journal says them. */
export class ApprovalState {
  readonly #kept = new Map<string, KeptApproval>();
  readonly #byTask = new Map<string, Set<string>>();
  /** The latest time that any record names, ms since the epoch. */
  latest = 0;

  get size(): number {
    return this.#kept.size;
  }

  get(id: string): KeptApproval | undefined {
    return this.#kept.get(id);
  }

  /** Oldest first. */
  all(): Iterable<KeptApproval> {
    return this.#kept.values();
  }

  /** Those of one task. */
  *of(task: string): Iterable<KeptApproval> {
    for (const id of this.#byTask.get(task) ?? []) {
      const kept = this.#kept.get(id);
      if (kept !== undefined) yield kept;
    }
  }

  /** @throws on a record that is none */
  apply(json: Json): void {
    const record = recordFrom(json);
    if (record.kind === 'ask') return this.#ask(record);
    if (record.kind === 'answer') return this.#answer(record);
    this.latest = Math.max(this.latest, record.at);
    for (const id of record.ids) this.#over(id, record.state);
    return undefined;
  }

  /** Forgets what was over before a time, and more where there are too many; never what still counts. */
  forget(before: number, most: number): void {
    for (const { approval } of this.#kept.values()) {
      if (approval.state === 'open' || approval.state === 'approved') continue;
      if (approval.expiresAt >= before && this.#kept.size <= most) continue;
      this.#kept.delete(approval.id);
      const own = this.#byTask.get(approval.task);
      own?.delete(approval.id);
      if (own?.size === 0) this.#byTask.delete(approval.task);
    }
  }

  /** Records from which {@link apply} makes the same state again. */
  *snapshot(): Iterable<Json> {
    for (const { approval, key, tool, argsHash, values, until } of this.#kept.values()) {
      yield jsonOfApproval({
        kind: 'ask',
        approval,
        key,
        values,
        ...(tool === undefined ? {} : { tool }),
        ...(argsHash === undefined ? {} : { argsHash }),
        ...(until === undefined ? {} : { until }),
      });
    }
  }

  #ask({ approval, key, values, tool, argsHash, until }: Extract<ApprovalRecord, { kind: 'ask' }>): void {
    if (this.#kept.has(approval.id)) throw new Error('an approval is there twice');
    this.latest = Math.max(this.latest, approval.openedAt, approval.answer?.at ?? 0);
    this.#kept.set(approval.id, { approval, key, tool, argsHash, values, until });
    this.#byTask.set(approval.task, (this.#byTask.get(approval.task) ?? new Set()).add(approval.id));
  }

  #answer({ id, state, answer, until }: Extract<ApprovalRecord, { kind: 'answer' }>): void {
    this.latest = Math.max(this.latest, answer.at);
    const kept = this.#kept.get(id);
    // The first answer counts.
    if (kept?.approval.state !== 'open') return;
    this.#kept.set(id, { ...kept, approval: { ...kept.approval, state, answer }, until });
  }

  #over(id: string, state: 'used' | 'denied' | 'expired'): void {
    const kept = this.#kept.get(id);
    if (kept === undefined || (kept.approval.state !== 'open' && kept.approval.state !== 'approved')) return;
    this.#kept.set(id, { ...kept, approval: { ...kept.approval, state } });
  }
}

/** The line of a record. */
export function jsonOfApproval(record: ApprovalRecord): Json {
  return record as unknown as Json;
}

function recordFrom(json: Json): ApprovalRecord {
  if (!isObject(json)) throw new Error('no record of approvals');
  const { kind, approval, answer, ids, values, id, key, state } = json;
  const isRecord =
    (kind === 'ask' &&
      isObject(approval) &&
      isApproval(approval) &&
      typeof key === 'string' &&
      Array.isArray(values)) ||
    (kind === 'answer' && typeof id === 'string' && isObject(answer) && (state === 'approved' || state === 'denied')) ||
    (kind === 'over' && Array.isArray(ids) && (state === 'used' || state === 'denied' || state === 'expired'));
  if (!isRecord) throw new Error('no record of approvals');
  return json as unknown as ApprovalRecord;
}

function isApproval({
  id,
  task,
  what,
  openedAt,
  expiresAt,
  state,
}: Extract<Json, { readonly [key: string]: unknown }>): boolean {
  return (
    typeof id === 'string' &&
    typeof task === 'string' &&
    isObject(what) &&
    Number.isFinite(openedAt) &&
    Number.isFinite(expiresAt) &&
    typeof state === 'string'
  );
}
