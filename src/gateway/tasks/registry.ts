import { randomBytes } from 'node:crypto';
import type { RandomBytes } from '../../identity/api-key-text.ts';
import type { Caller } from '../../identity/caller.ts';
import { newTaskId, openTaskSecrets, taskIdOf, type TaskSecrets } from '../../identity/task-credential.ts';
import { digestOf as digestOfText } from '../../identity/token-cache.ts';
import { canonicalJson } from '../../kernel/canonical-json.ts';
import { type Clock, DAY_MS } from '../../kernel/clock.ts';
import { MerlonError } from '../../kernel/errors.ts';
import type { FileSystem } from '../../kernel/files.ts';
import { type Journal, openJournal } from '../../kernel/journal.ts';
import type { Json, JsonObject } from '../../kernel/jsonrpc.ts';
import { type SteadyTime, steadyTime } from '../../kernel/steady-time.ts';
import type { CallDecision, Endorsed, ToolCall } from '../../policy/grant/call-decision.ts';
import { decimalText, zero } from '../../policy/grant/decimal.ts';
import type { LedgerState } from '../../policy/grant/ledger-state.ts';
import type { Charge, TaskGrant } from '../../policy/grant/task-grant.ts';
import type { Task, TaskContext } from '../../policy/task/task.ts';
import type { TaskType } from '../../policy/task/task-type.ts';
import type { ToolProfile } from '../../policy/tool/tool-profile.ts';
import { type OwnedCharge, overdrawn, ownedBy } from './budgets.ts';
import { defaultContext } from '../../policy/task/task-types.ts';
import { checkContext } from './check-context.ts';
import type { Minted, Stage, TaskEngine, TaskMemory } from './engine.ts';
import { createMemories, type Memories, worstOf } from './memories.ts';
import { digestOf, withStableIds } from './stable-ids.ts';
import { type Ended, frozen, jsonOf, type Kept, type Opener, type TaskRecord, TaskState } from './task-state.ts';
import type { Cause, ChangeAnswer, OpenedTask, TaskChange, TaskEvents, Tasks } from './tasks.ts';

/** The kinds of task that are configured. */
export interface TaskTypes {
  find(name: string): TaskType | undefined;
  /** The type of what a role does without opening a task; undefined where that needs none. */
  defaultOf(role: string): TaskType | undefined;
}

/** How much there may be at one time. */
export interface TaskLimits {
  /** Open tasks in all, standing ones too. Default 10,000. */
  readonly maxTasks: number;
  /** Open tasks of one principal, standing ones not counted. Default 100. */
  readonly maxTasksPerCaller: number;
  /** How deep tasks may be parts of tasks. Default 8. */
  readonly maxDepth: number;
  /** Tasks for which it is remembered what they saw. Default 1,000. */
  readonly maxMemories: number;
  /** Ended tasks of which it stays known for a day that they were. Default 10,000. */
  readonly maxEnded: number;
}

/** What {@link openTasks} takes. */
export interface TasksOptions {
  /** The journal; it and its pepper are files of mode 0600. */
  readonly path: string;
  /** What hashes of credentials are keyed with. Default: `path` with `.pepper` added. */
  readonly pepperPath?: string;
  readonly clock: Clock;
  /** Default: node:crypto's. */
  readonly random?: RandomBytes;
  /** Default: the machine's files. */
  readonly fs?: FileSystem;
  readonly types: () => TaskTypes;
  /** All tools that are known, as they are defined now. */
  readonly profiles: () => readonly ToolProfile[];
  /** The ceiling: whether a role may use a tool (`upstream/name`) at all. */
  readonly mayUse: (role: string, tool: string) => boolean;
  readonly engine: TaskEngine;
  readonly events: TaskEvents;
  /** Opens an approval for wider grants; answers with its id. */
  readonly ask: (task: Task, grants: readonly TaskGrant[], cause: Cause) => Promise<string>;
  /** Whether the credential that a task was opened with still counts. Default: it does. */
  readonly openerCounts?: (opener: Opener, now: number) => boolean;
  readonly limits?: Partial<TaskLimits>;
  /** Told what went wrong where nobody waits for an answer. Must not throw. */
  readonly onProblem?: (error: unknown) => void;
}

const LIMITS: TaskLimits = {
  maxTasks: 10_000,
  maxTasksPerCaller: 100,
  maxDepth: 8,
  maxMemories: 1_000,
  maxEnded: 10_000,
};
const SWEEP_MS = 1_000;
/** A journal that is ahead of the clock by more was written by a clock that was wrong. */
const MAX_AHEAD_MS = DAY_MS;
/** How long it stays known that there was a task. */
const KEEP_ENDED_MS = DAY_MS;
/** How long the request of an ended task may stay in the file, ms. */
const CLEAN_AFTER_MS = 60_000;
const MIN_COMPACT_LINES = 10_000;
const GATEWAY = 'gateway';
/** What no tool returned whose definition is known. */
const STRANGERS: ToolProfile = {
  tool: '',
  hash: '',
  effects: ['read'],
  sinks: {},
  output: 'untrusted',
  sandboxed: false,
};

/**
 * Opens the tasks that a journal holds. Everything in force is what the journal says, except that what narrows or ends is
 * in force before it is written, and stays so if it cannot be.
 * @throws MerlonError STATE_NOT_WRITABLE, STATE_IN_USE, STATE_DAMAGED, KEYS_UNUSABLE
 */
export async function openTasks(options: TasksOptions): Promise<Tasks> {
  const { path, fs, clock, random = randomBytes } = options;
  const state = new TaskState(options.engine);
  const journal = await openJournal({
    path,
    purpose: 'tasks',
    apply: (record) => state.apply(record),
    ...(fs === undefined ? {} : { fs }),
  });
  try {
    const secrets = openTaskSecrets(options.pepperPath ?? `${path}.pepper`, random);
    const isAhead = state.latest > clock.now() + MAX_AHEAD_MS;
    const time = steadyTime(clock, isAhead ? 0 : state.latest);
    const registry = new Registry({ ...options, random }, { state, journal, secrets, time });
    await registry.begin().catch(async (error: unknown) => {
      await registry.stop();
      throw error;
    });
    return registry;
  } catch (error) {
    await journal.close();
    throw error;
  }
}

interface Parts {
  readonly state: TaskState;
  readonly journal: Journal;
  readonly secrets: TaskSecrets;
  readonly time: SteadyTime;
}

class Registry implements Tasks {
  readonly #options: TasksOptions & { readonly random: RandomBytes };
  readonly #limits: TaskLimits;
  readonly #state: TaskState;
  readonly #journal: Journal;
  readonly #secrets: TaskSecrets;
  readonly #time: SteadyTime;
  readonly #memories: Memories;
  /** In force, and not known to be on the disk: ends, narrower grants, exposure. */
  readonly #ending = new Map<string, Ended>();
  readonly #narrowed = new Map<string, Task>();
  readonly #exposed = new Set<string>();
  /** What has to be written again, because it could not be. */
  #unwritten: TaskRecord[] = [];
  /** The last epoch that was given out, where that is ahead of the journal. */
  readonly #epochs = new Map<string, number>();
  /** Principals of tasks that are being opened. */
  readonly #opening = new Map<string, number>();
  /** The last standing task of each principal, role and type, open or not. */
  readonly #standing = new Map<string, string>();
  readonly #starting = new Map<string, Promise<Task>>();
  /** Digest of the text of each task's credential, once it was proven. */
  readonly #proven = new Map<string, string>();
  #refreshing = Promise.resolve();
  #compactedAt: number;
  #holdsEnded = false;
  readonly #stopSweeping: () => void;

  constructor(options: TasksOptions & { readonly random: RandomBytes }, { state, journal, secrets, time }: Parts) {
    this.#options = options;
    this.#limits = { ...LIMITS, ...options.limits };
    this.#state = state;
    this.#journal = journal;
    this.#secrets = secrets;
    this.#time = time;
    this.#memories = createMemories(this.#limits.maxMemories);
    this.#compactedAt = time.now();
    this.#stopSweeping = options.clock.every(SWEEP_MS, () => this.#sweep());
  }

  /** Ends what ended while nobody looked. */
  async begin(): Promise<void> {
    for (const { task, standing, endedAt } of this.#state.all()) {
      if (standing) this.#remember(task);
      if (endedAt !== undefined) this.#holdsEnded = true;
    }
    const wrong = this.#time.now() + MAX_AHEAD_MS;
    const over = [...this.#state.all()].filter(({ task }) => task.status === 'open' && task.openedAt > wrong);
    await Promise.all(
      over.map(({ task }) => this.close(task.id, 'expired', because('it was opened by a wrong clock'))),
    );
    this.#expire();
    await this.refresh();
  }

  async open(caller: Caller, context: TaskContext): Promise<OpenedTask> {
    checkContext(context);
    const now = this.#time.now();
    const { type, role, parent } = this.#admit(caller, context);
    const seconds = Math.min(context.seconds ?? type.seconds, type.seconds);
    const expiresAt = Math.min(
      now + seconds * 1_000,
      parent?.task.expiresAt ?? Number.POSITIVE_INFINITY,
      // What was opened with a credential does not outlive it.
      caller.expiresAt ?? Number.POSITIVE_INFINITY,
    );
    if (!(expiresAt > now)) throw refused('There is no time left for it.');
    const minted = this.#mint(type, role, context, expiresAt, parent?.task);
    const id = newTaskId(this.#options.random);
    const { text, hash } = this.#secrets.issue(id);
    const { request, agent } = context;
    const task = frozen<Task>({
      id,
      type: type.name,
      principal: caller.principal,
      role,
      ...(agent === undefined ? {} : { agent }),
      ...(request === undefined ? {} : { requestHash: digestOf(request) }),
      ...(parent === undefined ? {} : { parent: parent.task.id }),
      openedAt: now,
      expiresAt,
      epoch: 1,
      status: 'open',
      grants: minted.grants,
    });
    const opener = caller.task === undefined ? openerOf(caller) : parent?.opener;
    await this.#put(
      {
        kind: 'open',
        task,
        opener: opener ?? openerOf(caller),
        typeHash: typeHashOf(type),
        hash: hash.toString('base64url'),
        ...(request === undefined ? {} : { request }),
        // What the task above has seen, its parts may be told.
        ...(parent !== undefined && this.exposed(parent.task) ? { exposed: true } : {}),
      },
      { by: caller.principal, why: 'opened' },
    );
    return { task, credential: text, leftOut: minted.leftOut };
  }

  verify(text: string, given: number): Caller | { readonly refused: string; readonly credential?: string } {
    const id = taskIdOf(text);
    if (id === undefined) return { refused: 'malformed' };
    const kept = this.#state.get(id);
    const digest = digestOfText(text);
    if (kept === undefined || this.#proven.get(id) !== digest) {
      // An unknown id costs the same as a wrong secret.
      if (!this.#secrets.isRight(text, kept?.hash) || kept === undefined) return { refused: 'unknown', credential: id };
      this.#proven.set(id, digest);
    }
    const now = Math.max(given, this.#time.now());
    const [task, ...above] = this.#chain(id);
    if (task === undefined || task.status === 'expired' || now >= task.expiresAt) {
      return { refused: 'expired', credential: id };
    }
    if ([task, ...above].some(({ status }) => status !== 'open') || this.#isBroken(id)) {
      return { refused: 'revoked', credential: id };
    }
    if (this.#options.openerCounts?.(kept.opener, now) === false) return { refused: 'opener', credential: id };
    const { principal, role, expiresAt } = task;
    const { parts } = kept.opener;
    return {
      principal,
      role,
      method: 'task',
      credential: id,
      expiresAt,
      task: id,
      ...(parts === undefined ? {} : { parts }),
    };
  }

  async of(caller: Caller): Promise<Task | undefined> {
    const { role, principal, method } = caller;
    if (caller.task !== undefined) return this.#inForce(caller.task);
    const type = role === undefined || method === 'internal' ? undefined : this.#options.types().defaultOf(role);
    if (role === undefined || type === undefined) return undefined;
    const key = standingKey({ principal, role, type: type.name });
    const known = this.#standing.get(key);
    const last = known === undefined ? undefined : this.#state.get(known)?.task;
    if (last !== undefined && this.#time.now() < last.expiresAt) return this.#inForce(last.id);
    const starting = this.#starting.get(key) ?? this.#start(caller, role, type, last?.id);
    this.#starting.set(key, starting);
    try {
      return await starting;
    } finally {
      this.#starting.delete(key);
    }
  }

  find(id: string): Task | undefined {
    const kept = this.#state.get(id);
    if (kept === undefined) return undefined;
    const narrowed = this.#narrowed.get(id);
    const task = narrowed !== undefined && narrowed.epoch > kept.task.epoch ? narrowed : kept.task;
    const status = kept.task.status === 'open' ? (this.#ending.get(id) ?? 'open') : kept.task.status;
    if (status !== 'open') return { ...task, status };
    return this.#time.now() < task.expiresAt ? task : { ...task, status: 'expired' };
  }

  list(principal?: string): readonly Task[] {
    const found = [...this.#state.all()].flatMap(({ task }) => this.find(task.id) ?? []);
    const own = principal === undefined ? found : found.filter((task) => task.principal === principal);
    return own.toReversed();
  }

  async change(id: string, grants: readonly TaskGrant[], cause: Cause): Promise<ChangeAnswer> {
    const task = this.#inForce(id);
    const after = this.#checked(grants);
    // What is not known to be narrower is wider.
    if (!this.#options.engine.isNarrower(after, task.grants)) {
      return { outcome: 'asks', approval: await this.#options.ask(task, after, cause) };
    }
    return { outcome: 'narrowed', task: await this.#narrow(task, after, cause) };
  }

  async widen(id: string, grants: readonly TaskGrant[], cause: Cause, epoch?: number): Promise<Task> {
    const task = this.#inForce(id);
    const after = this.#checked(grants);
    if (epoch !== undefined && epoch !== this.#epochOf(id)) throw changedMeanwhile();
    await this.#replace(task, after, { cause, event: 'widened' });
    return this.#inForce(id);
  }

  async close(id: string, status: Ended, cause: Cause): Promise<readonly string[]> {
    if (this.#state.get(id) === undefined) throw unknown();
    const ids = [id, ...this.#state.below(id)].filter((one) => this.#isOpen(one));
    if (ids.length === 0) return [];
    const tasks = ids.flatMap((one) => this.find(one) ?? []);
    const at = this.#time.now();
    for (const one of ids) {
      this.#ending.set(one, status);
      this.#memories.drop(one);
    }
    this.#tell(() => this.#options.events.ended(ids));
    const entries = tasks.map((task) => {
      const own = task.id === id ? cause : because(`the task that it is a part of has ended (${id})`);
      return this.#record(status, task, [], own);
    });
    await allOf([...entries, this.#write({ kind: 'end', ids, status, at })]);
    return ids;
  }

  decide({ id }: Task, call: ToolCall, profile: ToolProfile | undefined, endorsed: Endorsed | undefined): CallDecision {
    const chain = this.#chain(id);
    const [first] = chain;
    if (first === undefined || first.status !== 'open') return { outcome: 'deny', because: [{ code: 'expired' }] };
    const over = chain.find(({ status }) => status !== 'open');
    if (over !== undefined || this.#isBroken(id)) {
      const task = over?.id ?? first.parent ?? id;
      return { outcome: 'deny', because: [{ code: 'delegation', task, because: [{ code: 'expired' }] }] };
    }
    const sources = worstOf(chain.map((task) => this.#memoryOf(task)));
    const now = this.#time.now();
    return this.#options.engine.decide(this.#stages(chain), call, { now, profile, sources, endorsed });
  }

  shows({ id }: Task, tool: string, profile: ToolProfile | undefined): boolean {
    const chain = this.#chain(id);
    const isInForce = chain.length > 0 && chain.every(({ status }) => status === 'open') && !this.#isBroken(id);
    return isInForce && this.#options.engine.shows(this.#stages(chain), tool, profile, this.#time.now());
  }

  async charge({ id }: Task, charges: readonly Charge[], isApproved = false): Promise<void> {
    this.#inForce(id);
    const owned = ownedBy(id, charges);
    const mayCharge = new Set(this.#chain(id).map((task) => task.id));
    if (!owned.every(({ task }) => mayCharge.has(task))) throw new MerlonError('INTERNAL', 'A charge of another task.');
    if (!isApproved && this.#isOverdrawn(owned)) {
      throw new MerlonError('CALL_DENIED', 'Another call has taken what was left of a budget.');
    }
    if (owned.length === 0) return;
    // At once, so that no other call can be decided on what is taken here; whatever the disk says, it stays taken.
    await this.#journal.append(jsonOf(this.#state.charge(owned)));
  }

  async learn({ id }: Task, profile: ToolProfile | undefined, args: JsonObject, result: JsonObject): Promise<void> {
    const chain = this.#chain(id);
    for (const task of chain) this.#memoryOf(task).learn(profile ?? STRANGERS, args, result);
    if (profile?.output === 'trusted') return;
    const fresh = chain.map((task) => task.id).filter((one) => !this.#isExposed(one));
    const waiting = chain.some((task) => this.#exposed.has(task.id));
    if (fresh.length === 0 && !waiting) return;
    for (const one of fresh) this.#exposed.add(one);
    await this.#write({ kind: 'exposed', ids: chain.map((task) => task.id) });
  }

  exposed({ id }: Task): boolean {
    return this.#chain(id).some((task) => this.#isExposed(task.id) || this.#memories.isForgotten(task.id));
  }

  refresh(): Promise<void> {
    // One after the other: two at a time would work out the same change twice.
    this.#refreshing = this.#refreshing.then(
      () => this.#refreshAll(),
      () => this.#refreshAll(),
    );
    return this.#refreshing;
  }

  async stop(): Promise<void> {
    this.#stopSweeping();
    this.#time.stop();
    if (this.#holdsEnded) await this.#compact().catch((error: unknown) => this.#options.onProblem?.(error));
    await this.#journal.close();
  }

  /** Who may open this, as a part of what? */
  #admit(caller: Caller, context: TaskContext): { type: TaskType; role: string; parent: Kept | undefined } {
    const { role, principal } = caller;
    const types = this.#options.types();
    const named = context.type === undefined ? types.defaultOf(role ?? '') : types.find(context.type);
    // What exists for others is nobody's business.
    if (role === undefined || named === undefined || !named.roles.includes(role)) {
      throw refused('There is no such kind of task for your role.');
    }
    // A task credential opens parts of its own task, and nothing else.
    const parentId = context.parent ?? caller.task;
    if (caller.task !== undefined && parentId !== caller.task) throw refused('It has to be a part of your own task.');
    const parent = parentId === undefined ? undefined : this.#state.get(parentId);
    if (parentId !== undefined) {
      const isOwn = parent?.task.principal === principal && parent.task.role === role;
      if (!isOwn || !this.#isInForce(parentId))
        throw refused('There is no such open task of yours for it to be a part of.');
      if (this.#chain(parentId).length >= this.#limits.maxDepth) throw refused('It would be a part of too many tasks.');
    }
    this.#checkRoom(principal);
    return { type: named, role, parent };
  }

  #checkRoom(principal: string, isStanding = false): void {
    const open = [...this.#state.all()].filter(({ task }) => this.#isOpen(task.id));
    const opening = [...this.#opening.values()].reduce((sum, count) => sum + count, 0);
    if (open.length + opening >= this.#limits.maxTasks) throw refused('Too many tasks are open.');
    if (isStanding) return;
    const own = open.filter(({ task, standing }) => !standing && task.principal === principal).length;
    if (own + (this.#opening.get(principal) ?? 0) >= this.#limits.maxTasksPerCaller) {
      throw refused('You have too many tasks open.');
    }
  }

  #mint(type: TaskType, role: string, context: TaskContext, expiresAt: number, parent?: Task): Minted {
    const now = this.#time.now();
    const profiles = this.#options.profiles().filter(({ tool }) => this.#options.mayUse(role, tool));
    const minted = this.#options.engine.mint({ type, role, context, profiles, now, expiresAt, parent });
    const grants = withStableIds(minted.grants);
    this.#options.engine.check(grants);
    return { grants, leftOut: minted.leftOut };
  }

  /** The standing task of a principal, in place of one whose time is over. */
  async #start(caller: Caller, role: string, type: TaskType, lastId: string | undefined): Promise<Task> {
    const { principal } = caller;
    this.#checkRoom(principal, true);
    const openedAt = this.#time.now();
    const expiresAt = openedAt + type.seconds * 1_000;
    const task = frozen<Task>({
      id: newTaskId(this.#options.random),
      type: type.name,
      principal,
      role,
      openedAt,
      expiresAt,
      epoch: 1,
      status: 'open',
      grants: this.#mint(type, role, defaultContext(type), expiresAt).grants,
    });
    const last = lastId === undefined ? undefined : this.#state.get(lastId);
    const ledger = rolling(last?.ledger.state() ?? []);
    await this.#put(
      {
        kind: 'open',
        task,
        opener: openerOf(caller),
        typeHash: typeHashOf(type),
        standing: true,
        ...(ledger.length === 0 ? {} : { ledger }),
      },
      { by: principal, why: 'first call under the default task of the role' },
    );
    this.#remember(task);
    return this.#inForce(task.id);
  }

  /** Records, then writes; after that the task is in force. */
  async #put(record: Extract<TaskRecord, { kind: 'open' }>, cause: Cause): Promise<void> {
    const { task } = record;
    const { principal } = task;
    this.#opening.set(principal, (this.#opening.get(principal) ?? 0) + 1);
    let isRecorded = false;
    try {
      await this.#record('opened', { ...task, grants: [] }, task.grants, cause);
      isRecorded = true;
      if (task.parent !== undefined && !this.#isInForce(task.parent)) throw refused('The task above has ended.');
      await this.#journal.append(jsonOf(record));
      if (task.parent !== undefined && !this.#isInForce(task.parent)) {
        await this.close(task.id, 'revoked', because('the task that it is a part of has ended'));
        throw refused('The task above has ended.');
      }
    } catch (error) {
      if (isRecorded) this.#notOpened(task);
      throw error;
    } finally {
      const left = (this.#opening.get(principal) ?? 1) - 1;
      if (left === 0) this.#opening.delete(principal);
      else this.#opening.set(principal, left);
    }
  }

  /** The audit log says that it was opened; it has to say as well that it was not. */
  #notOpened(task: Task): void {
    const entry = this.#record('revoked', task, [], because('it could not be opened'));
    entry.catch((error: unknown) => this.#options.onProblem?.(error));
  }

  async #narrow(task: Task, grants: readonly TaskGrant[], cause: Cause): Promise<Task> {
    const epoch = this.#nextEpoch(task.id);
    const next = frozen<Task>({ ...task, epoch, grants });
    this.#narrowed.set(task.id, next);
    this.#tellChanged(task.id);
    const at = this.#time.now();
    await allOf([
      this.#record('narrowed', task, next.grants, cause, epoch),
      this.#write({ kind: 'grants', id: task.id, epoch, at, grants: next.grants, adjusted: true }),
    ]);
    return next;
  }

  /** Puts grants in force that may be wider: recorded first, then written, then in force. */
  async #replace(
    task: Task,
    grants: readonly TaskGrant[],
    how: { readonly cause: Cause; readonly event: 'widened' | 'narrowed'; readonly type?: TaskType },
  ): Promise<void> {
    const { id } = task;
    const begun = this.#epochOf(id);
    await this.#record(how.event, task, grants, how.cause, begun + 1);
    // Meanwhile somebody may have narrowed or ended it: that must not be undone.
    if (!this.#isInForce(id) || this.#epochOf(id) !== begun) throw changedMeanwhile();
    const epoch = this.#nextEpoch(id);
    const by = how.type === undefined ? { adjusted: true as const } : { typeHash: typeHashOf(how.type) };
    await this.#journal.append(jsonOf({ kind: 'grants', id, epoch, at: this.#time.now(), grants, ...by }));
    this.#tellChanged(id);
  }

  async #refreshAll(): Promise<void> {
    const open = [...this.#state.all()].filter(({ task }) => this.#isOpen(task.id));
    await allOf(open.map((kept) => this.#refreshOne(kept)));
  }

  async #refreshOne({ task: { id }, standing, adjusted, typeHash }: Kept): Promise<void> {
    const task = this.find(id);
    if (task === undefined) return;
    const type = this.#options.types().find(task.type);
    if (type === undefined || !type.roles.includes(task.role)) {
      await this.close(id, 'revoked', because('its type is not configured for its role any more'));
      return;
    }
    const isSame = typeHashOf(type) === typeHash;
    // A narrowing that is not written yet counts too.
    if (!standing || adjusted || this.#narrowed.has(id)) {
      if (!isSame) await this.close(id, 'revoked', because('its type was changed'));
      return;
    }
    const minted = this.#mint(type, task.role, defaultContext(type), task.expiresAt).grants;
    const known = new Set(task.grants.map(({ tool }) => tool));
    // A tool that has another definition now gets no new grant by that: whoever defines tools would widen what they may do.
    const grants = isSame ? [...task.grants, ...minted.filter(({ tool }) => !known.has(tool))] : minted;
    if (isSame && grants.length === task.grants.length) return;
    const event = this.#options.engine.isNarrower(grants, task.grants) ? 'narrowed' : 'widened';
    const cause = because(isSame ? 'other tools are known' : 'the configuration was changed');
    try {
      await this.#replace(task, grants, { cause, event, type });
    } catch (error) {
      const kept = this.#state.get(id);
      // Somebody changed it meanwhile: what is right for it now has to be worked out anew.
      const isOvertaken = error instanceof MerlonError && error.code === 'TASK_REFUSED';
      if (!isOvertaken) throw error;
      if (kept !== undefined && this.#isOpen(id)) await this.#refreshOne(kept);
    }
  }

  /** A task and those that it is a part of, the nearest first, as far as they are known. */
  #chain(id: string): readonly Task[] {
    const chain: Task[] = [];
    for (let task = this.find(id); task !== undefined; ) {
      chain.push(task);
      task = task.parent === undefined || chain.length > this.#limits.maxDepth ? undefined : this.find(task.parent);
    }
    return chain;
  }

  /** True where a chain does not reach up to a task that is a part of none. */
  #isBroken(id: string): boolean {
    return this.#chain(id).at(-1)?.parent !== undefined;
  }

  #isInForce(id: string): boolean {
    const chain = this.#chain(id);
    return chain.length > 0 && chain.every(({ status }) => status === 'open') && !this.#isBroken(id);
  }

  /** @throws MerlonError TASK_UNKNOWN, TASK_OVER */
  #inForce(id: string): Task {
    const task = this.find(id);
    if (task === undefined) throw unknown();
    if (!this.#isInForce(id)) throw new MerlonError('TASK_OVER', 'The task has ended.');
    return task;
  }

  /** Whether nobody has ended it; its time may be over. */
  #isOpen(id: string): boolean {
    return this.#state.get(id)?.task.status === 'open' && !this.#ending.has(id);
  }

  #checked(grants: readonly TaskGrant[]): readonly TaskGrant[] {
    try {
      const own = frozen([...grants]);
      this.#options.engine.check(own);
      return own;
    } catch (cause) {
      const message = cause instanceof MerlonError ? cause.message : 'The grants cannot be used.';
      throw new MerlonError('PARAMS_INVALID', message, { cause });
    }
  }

  #stages(chain: readonly Task[]): readonly Stage[] {
    return chain.flatMap((task) => {
      const spent = this.#state.get(task.id)?.ledger;
      return spent === undefined ? [] : [{ task, spent }];
    });
  }

  #isOverdrawn(charges: readonly OwnedCharge[]): boolean {
    return overdrawn(charges, (id) => {
      const spent = this.#state.get(id)?.ledger;
      return spent === undefined ? undefined : { grants: this.find(id)?.grants ?? [], spent };
    });
  }

  #memoryOf({ id }: Task): TaskMemory {
    return this.#memories.of(id, (isForgotten) =>
      this.#options.engine.memory(this.#state.get(id)?.request, isForgotten || this.#isExposed(id)),
    );
  }

  #isExposed(id: string): boolean {
    return this.#exposed.has(id) || this.#state.get(id)?.exposed === true;
  }

  #remember(task: Task): void {
    const key = standingKey(task);
    const known = this.#state.get(this.#standing.get(key) ?? '')?.task;
    if (known === undefined || known.openedAt <= task.openedAt) this.#standing.set(key, task.id);
  }

  #epochOf(id: string): number {
    return Math.max(this.#epochs.get(id) ?? 0, this.#state.get(id)?.task.epoch ?? 0);
  }

  #nextEpoch(id: string): number {
    const epoch = this.#epochOf(id) + 1;
    this.#epochs.set(id, epoch);
    return epoch;
  }

  #record(
    event: TaskChange['event'],
    task: Task,
    after: readonly TaskGrant[],
    cause: Cause,
    epoch = task.epoch,
  ): Promise<void> {
    const { id, type, principal, role, parent, grants } = task;
    const change: TaskChange = {
      event,
      task: id,
      type,
      principal,
      role,
      ...(parent === undefined ? {} : { parent }),
      epoch,
      before: frozen([...grants]),
      after: frozen([...after]),
      cause,
    };
    return this.#options.events.record(change);
  }

  /** Writes what is in force already, now or later: it must hold after a restart too. */
  async #write(record: TaskRecord): Promise<void> {
    try {
      await this.#journal.append(jsonOf(record));
    } catch (error) {
      this.#unwritten.push(record);
      throw error;
    }
    this.#settle(record);
  }

  /** What is on the disk need not be held in memory besides. */
  #settle(record: TaskRecord): void {
    if (record.kind === 'end') {
      for (const id of record.ids) this.#ending.delete(id);
      this.#holdsEnded = true;
    }
    if (record.kind === 'exposed') for (const id of record.ids) this.#exposed.delete(id);
    if (record.kind === 'grants' && this.#narrowed.get(record.id)?.epoch === record.epoch) {
      this.#narrowed.delete(record.id);
    }
  }

  #tellChanged(id: string): void {
    for (const one of [id, ...this.#state.below(id)]) this.#tell(() => this.#options.events.changed(one));
  }

  #tell(run: () => void): void {
    try {
      run();
    } catch (error) {
      this.#options.onProblem?.(error);
    }
  }

  #sweep(): void {
    const report = (error: unknown): void => this.#options.onProblem?.(error);
    this.#expire();
    const again = this.#unwritten;
    this.#unwritten = [];
    for (const record of again) this.#write(record).catch(report);
    this.#forgetOld();
    if (this.#isCompactionDue()) this.#compact().catch(report);
  }

  #expire(): void {
    const now = this.#time.now();
    for (const { task } of this.#state.all()) {
      // Parts end with the task above, unless their own time is over before.
      if (!this.#isOpen(task.id) || now < task.expiresAt) continue;
      const closing = this.close(task.id, 'expired', because('its time is over'));
      closing.catch((error: unknown) => this.#options.onProblem?.(error));
    }
  }

  #forgetOld(): void {
    const now = this.#time.now();
    const ended = [...this.#state.all()].filter((kept) => kept.endedAt !== undefined && !isStillNeeded(kept, now));
    const tooMany = ended.length - this.#limits.maxEnded;
    // Oldest first: whoever opens and closes tasks without end must not fill the memory with what they were.
    for (const [index, kept] of ended.entries()) {
      if (index < tooMany || now >= (kept.endedAt ?? 0) + KEEP_ENDED_MS) this.#forget(kept);
    }
  }

  #forget({ task, standing }: Kept): void {
    const { id } = task;
    this.#state.forget(id);
    this.#epochs.delete(id);
    this.#narrowed.delete(id);
    this.#memories.drop(id);
    this.#proven.delete(id);
    const key = standingKey(task);
    if (standing && this.#standing.get(key) === id) this.#standing.delete(key);
    this.#holdsEnded = true;
  }

  #isCompactionDue(): boolean {
    const live = [...this.#state.all()].length;
    if (this.#journal.length > Math.max(MIN_COMPACT_LINES, 4 * live)) return true;
    return this.#holdsEnded && this.#time.now() - this.#compactedAt >= CLEAN_AFTER_MS;
  }

  async #compact(): Promise<void> {
    this.#compactedAt = this.#time.now();
    this.#holdsEnded = false;
    try {
      await this.#journal.compact(() => this.#state.snapshot());
    } catch (error) {
      this.#holdsEnded = true;
      throw error;
    }
  }
}

/** True for a standing task whose end or whose budgets bind the next one of its role. */
function isStillNeeded({ task, standing, ledger }: Kept, now: number): boolean {
  if (!standing) return false;
  const ends = rolling(ledger.state()).flatMap(({ recent = [] }) =>
    recent.map((one) => one.at + one.perSeconds * 1_000),
  );
  return now < Math.max(task.expiresAt, ...ends);
}

/** What is left of a ledger when everything begins anew but what rolls. */
function rolling(lines: LedgerState): LedgerState {
  return lines.flatMap(({ grant, budget, recent }) =>
    recent === undefined || recent.length === 0 ? [] : [{ grant, budget, total: decimalText(zero), recent }],
  );
}

function standingKey({ principal, role, type }: Pick<Task, 'principal' | 'role' | 'type'>): string {
  return canonicalJson([principal, role, type]);
}

function typeHashOf(type: TaskType): string {
  return digestOf(type as unknown as Json);
}

function openerOf({ method, credential, parts }: Caller): Opener {
  return { method, credential, ...(parts === undefined ? {} : { parts }) };
}

function because(why: string): Cause {
  return { by: GATEWAY, why };
}

/** Waits for all, then throws what went wrong first: one that fails must not hide that others still run. */
async function allOf(running: readonly Promise<unknown>[]): Promise<void> {
  const failed = (await Promise.allSettled(running)).find((one) => one.status === 'rejected');
  if (failed !== undefined) throw failed.reason;
}

function refused(why: string): MerlonError {
  return new MerlonError('TASK_REFUSED', `The task is not opened. ${why}`);
}

function changedMeanwhile(): MerlonError {
  return new MerlonError('TASK_REFUSED', 'The task has changed since this was asked for.', { todo: 'Ask again.' });
}

function unknown(): MerlonError {
  return new MerlonError('TASK_UNKNOWN', 'There is no such task.');
}
