import { isObject, type Json, type JsonObject, parseJson } from '../../kernel/jsonrpc.ts';
import { deepFreeze } from '../../kernel/readonly.ts';
import type { Ledger } from '../../policy/grant/ledger.ts';
import { isLedgerState, type LedgerState } from '../../policy/grant/ledger-state.ts';
import type { Charge, TaskGrant } from '../../policy/grant/task-grant.ts';
import type { Task } from '../../policy/task/task.ts';
import type { TaskEngine } from './engine.ts';

/** With what a task was opened: when that counts no more, neither does the task's credential. */
export interface Opener {
  readonly method: string;
  readonly credential: string;
  readonly parts?: readonly string[];
}

/** All that is kept of one task. */
export interface Kept {
  readonly task: Task;
  /** Keyed hash of its credential; none for a standing task. */
  readonly hash: Buffer | undefined;
  /** In the user's own words; gone when the task has ended. */
  readonly request: string | undefined;
  readonly opener: Opener;
  /** SHA-256 (hex) of the type that it was opened under. */
  readonly typeHash: string;
  /** True for the task that a role has by default. */
  readonly standing: boolean;
  /** True once somebody changed a standing task: its tools are then not kept up to date any more. */
  readonly adjusted: boolean;
  readonly exposed: boolean;
  readonly endedAt: number | undefined;
  readonly ledger: Ledger;
}

/** What a journal of tasks says, each a line. */
export type TaskRecord =
  | {
      readonly kind: 'open';
      readonly task: Task;
      readonly opener: Opener;
      readonly typeHash: string;
      readonly hash?: string;
      readonly request?: string;
      readonly standing?: true;
      readonly adjusted?: true;
      readonly exposed?: true;
      readonly endedAt?: number;
      readonly ledger?: LedgerState;
    }
  | {
      readonly kind: 'grants';
      readonly id: string;
      readonly epoch: number;
      readonly at: number;
      readonly grants: readonly TaskGrant[];
      readonly typeHash?: string;
      readonly adjusted?: true;
    }
  | { readonly kind: 'end'; readonly ids: readonly string[]; readonly status: Ended; readonly at: number }
  | { readonly kind: 'exposed'; readonly ids: readonly string[] }
  | { readonly kind: 'charge'; readonly n: number; readonly charges: readonly (Charge & { readonly task: string })[] }
  /** Of a snapshot: charges up to this number are in its ledgers already. */
  | { readonly kind: 'charged'; readonly through: number };

/** How a task ends. */
export type Ended = Exclude<Task['status'], 'open'>;

/** The tasks as the journal says them; what is in force besides, because it has not reached the disk, is the registry's. */
export class TaskState {
  readonly #kept = new Map<string, Kept>();
  readonly #children = new Map<string, Set<string>>();
  readonly #engine: TaskEngine;
  /** The number of the last charge that the ledgers hold. */
  charged = 0;
  /** The latest time that any record names, ms since the epoch. */
  latest = 0;

  constructor(engine: TaskEngine) {
    this.#engine = engine;
  }

  get size(): number {
    return this.#kept.size;
  }

  get(id: string): Kept | undefined {
    return this.#kept.get(id);
  }

  all(): Iterable<Kept> {
    return this.#kept.values();
  }

  /** Ids of the tasks that are parts of one, of all depths; not its own. */
  below(id: string): readonly string[] {
    return [...(this.#children.get(id) ?? [])].flatMap((child) => [child, ...this.below(child)]);
  }

  /** @throws on a record that is none: nothing of a journal may be taken half */
  apply(json: Json): void {
    const record = recordFrom(json);
    switch (record.kind) {
      case 'open':
        return this.#open(record);
      case 'grants':
        return this.#change(record);
      case 'end':
        for (const id of record.ids) this.#end(id, record.status, record.at);
        return undefined;
      case 'exposed':
        for (const id of record.ids) this.#update(id, { exposed: true });
        return undefined;
      case 'charge':
        return this.#charge(record.n, record.charges);
      case 'charged':
        this.charged = Math.max(this.charged, record.through);
    }
  }

  /** Charges at once, before the record of it is written, which {@link apply} then passes over by its number. */
  charge(charges: readonly (Charge & { readonly task: string })[]): TaskRecord {
    const record = { kind: 'charge', n: this.charged + 1, charges } as const;
    this.#charge(record.n, charges);
    return record;
  }

  /** Forgets an ended task; the journal keeps it until it is compacted. */
  forget(id: string): void {
    const parent = this.#kept.get(id)?.task.parent;
    this.#kept.delete(id);
    this.#children.delete(id);
    if (parent !== undefined) this.#children.get(parent)?.delete(id);
  }

  /** Records from which {@link apply} makes the same state again, parents before their parts. */
  *snapshot(): Iterable<Json> {
    yield jsonOf({ kind: 'charged', through: this.charged });
    for (const kept of this.#kept.values()) yield jsonOf(openOf(kept));
  }

  #open(record: Extract<TaskRecord, { kind: 'open' }>): void {
    const { task, opener, typeHash, hash, request, ledger } = record;
    if (this.#kept.has(task.id)) throw new Error('a task is there twice');
    this.#engine.check(task.grants);
    this.latest = Math.max(this.latest, task.openedAt, record.endedAt ?? 0);
    this.#kept.set(task.id, {
      task: frozen(task),
      hash: hash === undefined ? undefined : Buffer.from(hash, 'base64url'),
      request,
      opener,
      typeHash,
      standing: record.standing ?? false,
      adjusted: record.adjusted ?? false,
      exposed: record.exposed ?? false,
      endedAt: record.endedAt,
      ledger: this.#engine.ledger(ledger),
    });
    if (task.parent === undefined) return;
    const siblings = this.#children.get(task.parent) ?? new Set();
    this.#children.set(task.parent, siblings.add(task.id));
    // It was being opened while its parent ended.
    if (task.status === 'open' && this.#kept.get(task.parent)?.task.status !== 'open') {
      this.#end(task.id, 'revoked', task.openedAt);
    }
  }

  #change({ id, epoch, grants, at, typeHash, adjusted }: Extract<TaskRecord, { kind: 'grants' }>): void {
    this.latest = Math.max(this.latest, at);
    const kept = this.#kept.get(id);
    // What was overtaken by a later change counts no more.
    if (kept === undefined || epoch <= kept.task.epoch) return;
    this.#engine.check(grants);
    const type = typeHash === undefined ? {} : { typeHash };
    const task = frozen({ ...kept.task, epoch, grants });
    this.#update(id, { task, ...type, adjusted: kept.adjusted || adjusted === true });
  }

  #end(id: string, status: Ended, at: number): void {
    this.latest = Math.max(this.latest, at);
    const kept = this.#kept.get(id);
    if (kept?.task.status !== 'open') return;
    this.#update(id, { task: frozen({ ...kept.task, status }), request: undefined, endedAt: at });
    for (const child of this.#children.get(id) ?? []) this.#end(child, status, at);
  }

  #charge(n: number, charges: readonly (Charge & { readonly task: string })[]): void {
    if (n <= this.charged) return;
    this.charged = n;
    for (const charge of charges) {
      this.latest = Math.max(this.latest, charge.at);
      this.#kept.get(charge.task)?.ledger.charge([charge]);
    }
  }

  #update(id: string, change: Partial<Kept>): void {
    const kept = this.#kept.get(id);
    if (kept !== undefined) this.#kept.set(id, { ...kept, ...change });
  }
}

/** The line of a record. */
export function jsonOf(record: TaskRecord): Json {
  return record as unknown as Json;
}

function openOf({ task, opener, typeHash, hash, request, ledger, ...flags }: Kept): TaskRecord {
  const used = ledger.state();
  return {
    kind: 'open',
    task,
    opener,
    typeHash,
    ...(hash === undefined ? {} : { hash: hash.toString('base64url') }),
    ...(request === undefined ? {} : { request }),
    ...(flags.standing ? { standing: true } : {}),
    ...(flags.adjusted ? { adjusted: true } : {}),
    ...(flags.exposed ? { exposed: true } : {}),
    ...(flags.endedAt === undefined ? {} : { endedAt: flags.endedAt }),
    ...(used.length === 0 ? {} : { ledger: used }),
  };
}

/** A copy of its own, which nobody can change: before and after of a change are never the same object. */
export function frozen<Value extends object>(value: Value): Value {
  // Through text, as it goes to disk: a number that a double cannot hold stays what it is.
  return deepFreeze(parseJson(JSON.stringify(value)) as Value) as Value;
}

/**
 * What the checksums cannot say is asked here: that a line is a record at all. Only Merlon writes the file, so what is
 * inside a record is asked by whoever uses it.
 */
function recordFrom(json: Json): TaskRecord {
  if (!isObject(json) || !isRecord(json)) throw new Error('no record of tasks');
  return json as unknown as TaskRecord;
}

function isRecord(json: JsonObject): boolean {
  const { kind, id, ids, task, opener, grants, charges, status } = json;
  if (kind === 'open') {
    const { ledger = [], typeHash } = json;
    return isObject(opener) && isText(typeHash) && isLedgerState(ledger) && isObject(task) && isTask(task);
  }
  if (kind === 'grants')
    return typeof id === 'string' && Number.isSafeInteger(json['epoch']) && isList(grants, isObject);
  if (kind === 'end') return isList(ids, isText) && isEnded(status) && Number.isFinite(json['at']);
  if (kind === 'exposed') return isList(ids, isText);
  if (kind === 'charge') return Number.isSafeInteger(json['n']) && isList(charges, isObject);
  return kind === 'charged' && Number.isSafeInteger(json['through']);
}

function isEnded(status: unknown): status is Ended {
  return status === 'closed' || status === 'expired' || status === 'revoked';
}

function isTask({ id, type, principal, role, openedAt, expiresAt, epoch, status, grants }: JsonObject): boolean {
  return (
    [id, type, principal, role].every(isText) &&
    [openedAt, expiresAt, epoch].every(Number.isFinite) &&
    (status === 'open' || isEnded(status)) &&
    isList(grants, isObject)
  );
}

function isText(value: unknown): value is string {
  return typeof value === 'string';
}

function isList(value: unknown, is: (item: unknown) => boolean): boolean {
  return Array.isArray(value) && value.every((item: unknown) => is(item));
}
