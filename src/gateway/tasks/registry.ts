import { randomBytes } from 'node:crypto';
import type { RandomBytes } from '../../identity/api-key-text.ts';
import type { Caller, Refusal } from '../../identity/caller.ts';
import { newTaskId, openTaskSecrets, type TaskSecrets } from '../../identity/task-credential.ts';
import { DAY_MS } from '../../kernel/clock.ts';
import { MerlonError } from '../../kernel/errors.ts';
import { digestOf } from '../../kernel/digest-of.ts';
import { type Journal, openJournal } from '../../kernel/journal.ts';
import type { Json, JsonObject } from '../../kernel/jsonrpc.ts';
import { type SteadyTime, steadyTime } from '../../kernel/steady-time.ts';
import type { CallDecision, Endorsed, ToolCall } from '../../policy/grant/call-decision.ts';
import type { Charge, TaskGrant } from '../../policy/grant/task-grant.ts';
import type { Task, TaskContext } from '../../policy/task/task.ts';
import { changeOf } from '../../policy/task/task-change.ts';
import { parseTaskContext } from '../../policy/task/task-context.ts';
import type { TaskType } from '../../policy/task/task-type.ts';
import { defaultContext } from '../../policy/task/task-types.ts';
import type { ToolProfile } from '../../policy/tool/tool-profile.ts';
import { type Admission, createAdmission, refused } from './admission.ts';
import { overdrawn, ownedBy } from './budgets.ts';
import { createCredentials, type Credentials } from './credentials.ts';
import type { Minted, Stage, TaskMemory } from './engine.ts';
import { InForce } from './in-force.ts';
import { createMemories, type Memories, worstOf } from './memories.ts';
import { withStableIds } from './stable-ids.ts';
import { createStandingTasks, rolling, standingKey } from './standing.ts';
import { type Ended, frozen, type Kept, type Opener, type TaskRecord, TaskState } from './task-state.ts';
import type { Cause, ChangeAnswer, OpenedTask, TaskChange, Tasks } from './tasks.ts';
import { DEFAULT_LIMITS, type TasksOptions } from './tasks-options.ts';
import { Upkeep } from './upkeep.ts';

const SWEEP_MS = 1_000;
/** A journal that is ahead of the clock by more was written by a clock that was wrong. */
const MAX_AHEAD_MS = DAY_MS;

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
  readonly #tasks: InForce;
  readonly #admission: Admission;
  readonly #credentials: Credentials;
  readonly #memories: Memories;
  readonly #upkeep: Upkeep;
  readonly #journal: Journal;
  readonly #secrets: TaskSecrets;
  readonly #time: SteadyTime;
  readonly #standing = createStandingTasks();
  /** Standing tasks that are being opened, by principal, role and type. */
  readonly #starting = new Map<string, Promise<Task>>();
  #refreshing = Promise.resolve();
  readonly #stopSweeping: () => void;

  constructor(options: TasksOptions & { readonly random: RandomBytes }, { state, journal, secrets, time }: Parts) {
    const limits = { ...DEFAULT_LIMITS, ...options.limits };
    this.#options = options;
    this.#journal = journal;
    this.#secrets = secrets;
    this.#time = time;
    this.#tasks = new InForce({ state, journal, time, maxDepth: limits.maxDepth });
    this.#admission = createAdmission({ tasks: this.#tasks, limits, types: options.types });
    this.#credentials = createCredentials({ tasks: this.#tasks, secrets, openerCounts: options.openerCounts });
    this.#memories = createMemories(limits.maxMemories);
    const forgotten = (kept: Kept): void => this.#forget(kept);
    this.#upkeep = new Upkeep({ tasks: this.#tasks, journal, time, maxEnded: limits.maxEnded, forgotten });
    this.#stopSweeping = options.clock.every(SWEEP_MS, () => this.#sweep());
  }

  /** Ends what ended while nobody looked. */
  async begin(): Promise<void> {
    for (const { task, standing } of this.#tasks.state.all()) if (standing) this.#standing.remember(task);
    const wrong = this.#time.now() + MAX_AHEAD_MS;
    const over = this.#tasks.open().filter(({ task }) => task.openedAt > wrong);
    const why = gateway('it was opened by a wrong clock');
    await Promise.all(over.map(({ task }) => this.close(task.id, 'expired', why)));
    this.#expire();
    await this.refresh();
  }

  async open(caller: Caller, wanted: TaskContext): Promise<OpenedTask> {
    const context = parseTaskContext(wanted);
    const { type, role, parent } = this.#admission.admit(caller, context);
    const release = this.#admission.reserve(caller.principal, false);
    try {
      const expiresAt = this.#endOf(caller, context, type, parent?.task);
      const { grants, leftOut } = this.#mint(type, role, context, expiresAt, parent?.task);
      const { principal } = caller;
      const task = this.#taskOf({ type, principal, role, expiresAt, grants }, context, parent?.task.id);
      const { text, hash } = this.#secrets.issue(task.id);
      const { request } = context;
      await this.#put(
        {
          kind: 'open',
          task,
          opener: caller.task !== undefined && parent !== undefined ? parent.opener : openerOf(caller),
          typeHash: typeHashOf(type),
          hash: hash.toString('base64url'),
          ...(request === undefined ? {} : { request }),
          // What the task above has seen, its parts may be told.
          ...(parent !== undefined && this.exposed(parent.task) ? { exposed: true } : {}),
        },
        { by: principal, why: 'opened' },
      );
      return { task, credential: text, leftOut };
    } finally {
      release();
    }
  }

  verify(text: string, now: number): Caller | Refusal {
    return this.#credentials.verify(text, Math.max(now, this.#time.now()));
  }

  async of(caller: Caller): Promise<Task | undefined> {
    const { role, principal, method } = caller;
    if (caller.task !== undefined) return this.#tasks.need(caller.task);
    const type = role === undefined || method === 'internal' ? undefined : this.#options.types().defaultOf(role);
    if (role === undefined || type === undefined) return undefined;
    const who = { principal, role, type: type.name };
    const last = this.#tasks.state.get(this.#standing.idOf(who) ?? '');
    // One that was closed binds until its time is over: nobody gets a budget back by closing it.
    if (last !== undefined && this.#time.now() < last.task.expiresAt) return this.#tasks.need(last.task.id);
    const key = standingKey(who);
    const starting = this.#starting.get(key) ?? this.#start(caller, role, type, last);
    this.#starting.set(key, starting);
    try {
      return await starting;
    } finally {
      this.#starting.delete(key);
    }
  }

  find(id: string): Task | undefined {
    return this.#tasks.find(id);
  }

  list(principal?: string): readonly Task[] {
    const found = [...this.#tasks.state.all()].flatMap(({ task }) => this.find(task.id) ?? []);
    const own = principal === undefined ? found : found.filter((task) => task.principal === principal);
    return own.toReversed();
  }

  async change(id: string, grants: readonly TaskGrant[], cause: Cause): Promise<ChangeAnswer> {
    const task = this.#tasks.need(id);
    const after = this.#checked(grants);
    // What is not known to be narrower is wider.
    if (!this.#options.engine.isNarrower(after, task.grants)) {
      return { outcome: 'asks', approval: await this.#options.ask(task, after, cause) };
    }
    const next = frozen<Task>({ ...task, epoch: this.#tasks.nextEpoch(id), grants: after });
    const written = this.#tasks.narrow(next);
    this.#tellChanged(id);
    await allOf([written, this.#record('narrowed', task.grants, next, cause)]);
    return { outcome: 'narrowed', task: next };
  }

  async widen(id: string, grants: readonly TaskGrant[], cause: Cause, epoch?: number): Promise<Task> {
    const task = this.#tasks.need(id);
    const after = this.#checked(grants);
    if (epoch !== undefined && epoch !== this.#tasks.epochOf(id)) throw changedMeanwhile();
    await this.#replace(task, after, { cause, event: 'widened' });
    return this.#tasks.need(id);
  }

  async close(id: string, status: Ended, cause: Cause): Promise<readonly string[]> {
    const { state } = this.#tasks;
    if (state.get(id) === undefined) throw new MerlonError('TASK_UNKNOWN', 'There is no such task.');
    const ids = [id, ...state.below(id)].filter((one) => this.#tasks.isOpen(one));
    if (ids.length === 0) return [];
    const tasks = ids.flatMap((one) => this.find(one) ?? []);
    const written = this.#tasks.end(ids, status);
    for (const one of ids) this.#memories.drop(one);
    this.#upkeep.ended();
    this.#tell(() => this.#options.events.ended(ids));
    const above = gateway(`the task that it is a part of has ended (${id})`);
    const entries = tasks.map((task) =>
      this.#record(status, task.grants, { ...task, grants: [] }, task.id === id ? cause : above),
    );
    await allOf([written, ...entries]);
    return ids;
  }

  decide({ id }: Task, call: ToolCall, profile: ToolProfile | undefined, endorsed: Endorsed | undefined): CallDecision {
    const chain = this.#tasks.openChain(id);
    if (chain === undefined) return this.#overFor(id);
    const sources = worstOf(chain.map((task) => this.#memoryOf(task)));
    const now = this.#time.now();
    return this.#options.engine.decide(this.#stages(chain), call, { now, profile, sources, endorsed });
  }

  shows({ id }: Task, tool: string, profile: ToolProfile | undefined): boolean {
    const chain = this.#tasks.openChain(id);
    return chain !== undefined && this.#options.engine.shows(this.#stages(chain), tool, profile, this.#time.now());
  }

  async charge({ id }: Task, charges: readonly Charge[], isApproved = false): Promise<void> {
    this.#tasks.need(id);
    const owned = ownedBy(id, charges);
    const stages = new Map(this.#stages(this.#tasks.chain(id)).map((stage) => [stage.task.id, stage]));
    if (!owned.every(({ task }) => stages.has(task))) throw new MerlonError('INTERNAL', 'A charge of another task.');
    if (!isApproved && overdrawn(owned, (task) => stages.get(task))) {
      throw new MerlonError('CALL_DENIED', 'Another call has taken what was left of a budget.');
    }
    if (owned.length === 0) return;
    // At once, so that no other call can be decided on what is taken here; whatever the disk says, it stays taken.
    await this.#tasks.append(this.#tasks.state.charge(owned));
  }

  async learn({ id }: Task, profile: ToolProfile | undefined, args: JsonObject, result: JsonObject): Promise<void> {
    const chain = this.#tasks.chain(id);
    for (const task of chain) this.#memoryOf(task).learn(profile ?? STRANGERS, args, result);
    if (profile?.output !== 'trusted') await this.#tasks.expose(chain.map((task) => task.id));
  }

  exposed({ id }: Task): boolean {
    return this.#tasks.chain(id).some((task) => this.#tasks.isExposed(task.id) || this.#memories.isForgotten(task.id));
  }

  refresh(): Promise<void> {
    const run = (): Promise<void> => allOf(this.#tasks.open().map((kept) => this.#refreshOne(kept)));
    // One after the other: two at a time would work out the same change twice.
    this.#refreshing = this.#refreshing.then(run, run);
    return this.#refreshing;
  }

  async stop(): Promise<void> {
    this.#stopSweeping();
    this.#time.stop();
    await this.#upkeep.finish().catch(this.#report);
    await this.#journal.close();
  }

  /** When a new task ends. */
  #endOf(caller: Caller, { seconds }: TaskContext, type: TaskType, parent: Task | undefined): number {
    const now = this.#time.now();
    const end = Math.min(
      now + Math.min(seconds ?? type.seconds, type.seconds) * 1_000,
      parent?.expiresAt ?? Number.POSITIVE_INFINITY,
      // What was opened with a credential does not outlive it.
      caller.expiresAt ?? Number.POSITIVE_INFINITY,
    );
    if (end > now) return end;
    throw refused('There is no time left for it.');
  }

  #mint(type: TaskType, role: string, context: TaskContext, expiresAt: number, parent?: Task): Minted {
    const now = this.#time.now();
    const profiles = this.#options.profiles().filter(({ tool }) => this.#options.mayUse(role, tool));
    const minted = this.#options.engine.mint({ type, role, context, profiles, now, expiresAt, parent });
    const grants = withStableIds(minted.grants);
    this.#options.engine.check(grants);
    return { grants, leftOut: minted.leftOut };
  }

  #taskOf(
    made: Pick<Task, 'principal' | 'role' | 'expiresAt' | 'grants'> & { readonly type: TaskType },
    { agent, request }: TaskContext,
    parent?: string,
  ): Task {
    return frozen<Task>({
      ...made,
      id: newTaskId(this.#options.random),
      type: made.type.name,
      ...(agent === undefined ? {} : { agent }),
      ...(request === undefined ? {} : { requestHash: digestOf(request) }),
      ...(parent === undefined ? {} : { parent }),
      openedAt: this.#time.now(),
      epoch: 1,
      status: 'open',
    });
  }

  /** The standing task of a principal, in place of one whose time is over. */
  async #start(caller: Caller, role: string, type: TaskType, last: Kept | undefined): Promise<Task> {
    const { principal } = caller;
    const release = this.#admission.reserve(principal, true);
    try {
      const expiresAt = this.#time.now() + type.seconds * 1_000;
      const { grants } = this.#mint(type, role, defaultContext(type), expiresAt);
      const task = this.#taskOf({ type, principal, role, expiresAt, grants }, {});
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
      this.#standing.remember(task);
      return this.#tasks.need(task.id);
    } finally {
      release();
    }
  }

  /** Records, then writes; after that the task is in force. */
  async #put(record: Extract<TaskRecord, { kind: 'open' }>, cause: Cause): Promise<void> {
    const { task } = record;
    const isOrphan = (): boolean => task.parent !== undefined && this.#tasks.openChain(task.parent) === undefined;
    await this.#record('opened', [], task, cause);
    try {
      if (isOrphan()) throw refused('The task above has ended.');
      await this.#tasks.append(record);
      if (!isOrphan()) return;
      await this.close(task.id, 'revoked', gateway('the task that it is a part of has ended'));
      throw refused('The task above has ended.');
    } catch (error) {
      // The audit log says that it was opened; it has to say as well that it was not.
      const why = gateway('it could not be opened');
      this.#record('revoked', task.grants, { ...task, grants: [] }, why).catch(this.#report);
      throw error;
    }
  }

  /** Puts grants in force that may be wider: recorded first, then written, then in force. */
  async #replace(
    task: Task,
    grants: readonly TaskGrant[],
    how: { readonly cause: Cause; readonly event: 'widened' | 'narrowed'; readonly type?: TaskType },
  ): Promise<void> {
    const { id } = task;
    const begun = this.#tasks.epochOf(id);
    const next = { ...task, epoch: begun + 1, grants };
    await this.#record(how.event, task.grants, next, how.cause);
    try {
      // Meanwhile somebody may have narrowed or ended it: that must not be undone.
      if (this.#tasks.openChain(id) === undefined || this.#tasks.epochOf(id) !== begun) throw changedMeanwhile();
      const epoch = this.#tasks.nextEpoch(id);
      const by = how.type === undefined ? { adjusted: true as const } : { typeHash: typeHashOf(how.type) };
      await this.#tasks.append({ kind: 'grants', id, epoch, at: this.#time.now(), grants, ...by });
    } catch (error) {
      this.#record('narrowed', grants, task, gateway('the change could not be made')).catch(this.#report);
      throw error;
    }
    this.#tellChanged(id);
  }

  async #refreshOne({ task: { id }, standing, adjusted, typeHash }: Kept): Promise<void> {
    const task = this.find(id);
    if (task === undefined) return;
    const type = this.#options.types().find(task.type);
    if (type === undefined || !type.roles.includes(task.role)) {
      await this.close(id, 'revoked', gateway('its type is not configured for its role any more'));
      return;
    }
    const isSame = typeHashOf(type) === typeHash;
    // A narrowing that is not written yet counts too.
    if (!standing || adjusted || this.#tasks.isNarrowing(id)) {
      if (!isSame) await this.close(id, 'revoked', gateway('its type was changed'));
      return;
    }
    const minted = this.#mint(type, task.role, defaultContext(type), task.expiresAt).grants;
    const known = new Set(task.grants.map(({ tool }) => tool));
    // A tool that has another definition now gets no new grant by that: whoever defines tools would widen what they may do.
    const grants = isSame ? [...task.grants, ...minted.filter(({ tool }) => !known.has(tool))] : minted;
    if (isSame && grants.length === task.grants.length) return;
    const event = this.#options.engine.isNarrower(grants, task.grants) ? 'narrowed' : 'widened';
    const cause = gateway(isSame ? 'other tools are known' : 'the configuration was changed');
    try {
      await this.#replace(task, grants, { cause, event, type });
    } catch (error) {
      // Somebody changed it meanwhile: what is right for it now has to be worked out anew.
      if (!(error instanceof MerlonError && error.code === 'TASK_REFUSED')) throw error;
      const kept = this.#tasks.state.get(id);
      if (kept !== undefined && this.#tasks.isOpen(id)) await this.#refreshOne(kept);
    }
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

  /** Why nothing can be called under a task that is not in force: its own end, or that of one above. */
  #overFor(id: string): CallDecision {
    const [first, ...above] = this.#tasks.chain(id);
    if (first?.status !== 'open') return { outcome: 'deny', because: [{ code: 'expired' }] };
    const task = above.find(({ status }) => status !== 'open')?.id ?? first.parent ?? id;
    return { outcome: 'deny', because: [{ code: 'delegation', task, because: [{ code: 'expired' }] }] };
  }

  #stages(chain: readonly Task[]): readonly Stage[] {
    return chain.flatMap((task) => {
      const spent = this.#tasks.state.get(task.id)?.ledger;
      return spent === undefined ? [] : [{ task, spent }];
    });
  }

  #memoryOf({ id }: Task): TaskMemory {
    return this.#memories.of(id, (isForgotten) =>
      this.#options.engine.memory(this.#tasks.state.get(id)?.request, isForgotten || this.#tasks.isExposed(id)),
    );
  }

  #record(event: TaskChange['event'], before: readonly TaskGrant[], after: Task, cause: Cause): Promise<void> {
    return this.#options.events.record(changeOf(event, before, after, cause));
  }

  #tellChanged(id: string): void {
    for (const one of [id, ...this.#tasks.state.below(id)]) this.#tell(() => this.#options.events.changed(one));
  }

  #tell(run: () => void): void {
    try {
      run();
    } catch (error) {
      this.#report(error);
    }
  }

  readonly #report = (error: unknown): void => this.#options.onProblem?.(error);

  #sweep(): void {
    this.#expire();
    this.#tasks.retry(this.#report);
    this.#upkeep.run().catch(this.#report);
  }

  #expire(): void {
    const now = this.#time.now();
    for (const { task } of this.#tasks.open()) {
      if (now >= task.expiresAt) this.close(task.id, 'expired', gateway('its time is over')).catch(this.#report);
    }
  }

  #forget({ task }: Kept): void {
    this.#memories.drop(task.id);
    this.#credentials.forget(task.id);
    this.#standing.forget(task);
  }
}

function typeHashOf(type: TaskType): string {
  return digestOf(type as unknown as Json);
}

function openerOf({ method, credential, parts }: Caller): Opener {
  return { method, credential, ...(parts === undefined ? {} : { parts }) };
}

/** That nobody asked for it. */
function gateway(why: string): Cause {
  return { by: 'gateway', why };
}

/** Waits for all, then throws what went wrong first: one that fails must not hide that others still run. */
async function allOf(running: readonly Promise<unknown>[]): Promise<void> {
  const failed = (await Promise.allSettled(running)).find((one) => one.status === 'rejected');
  if (failed !== undefined) throw failed.reason;
}

function changedMeanwhile(): MerlonError {
  return new MerlonError('TASK_REFUSED', 'The task has changed since this was asked for.', { todo: 'Ask again.' });
}
