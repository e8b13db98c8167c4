import { hash, randomBytes } from 'node:crypto';
import type { Authenticate } from '../identity/authenticate.ts';
import type { Caller } from '../identity/caller.ts';
import type { ProtectedResource } from '../identity/protected-resource.ts';
import type { Clock } from '../kernel/clock.ts';
import { MerlonError } from '../kernel/errors.ts';
import { type Id, isRequest, type JsonObject } from '../kernel/jsonrpc.ts';
import { defineRole, type Grant, type Role } from '../policy/decide.ts';
import type { RateLimit } from '../policy/rate-limit.ts';
import { reaches } from '../policy/reach.ts';
import { NOTIFICATION_PREFIX } from '../policy/operation.ts';
import { changedList, type Envelope, META, MODERN_VERSION } from './era.ts';
import { createFlights, type Flights } from './flights.ts';
import type { Call, Pipeline } from './handle.ts';
import type { Announcement, Link, Listener } from './link.ts';
import { openLink } from './open-link.ts';
import { type Recorder, whoOf } from './record.ts';
import { createRequestStates, type RequestStates } from './request-state.ts';
import { createResultCache, type ResultCache } from './result-cache.ts';
import { type Opening, Session, type SessionHost } from './session.ts';
import { createTaskOwners, type TaskOwners } from './task-owners.ts';
import type { TaskGate } from './tasks/task-gate.ts';
import { toldIn } from './tasks/told.ts';
import type { Upstream } from './upstream.ts';

/** What of the configuration the data path reads; replaced as a whole when the configuration is read again. */
export interface Snapshot {
  readonly roles: ReadonlyMap<string, Role>;
  readonly authenticate: Authenticate;
  /** Management and everything before a caller is known; undefined when rate limiting is switched off. */
  readonly limiter: RateLimit | undefined;
  readonly mcpLimiter: RateLimit | undefined;
  readonly upstreams: ReadonlyMap<string, Upstream>;
  readonly hide: (text: string) => string;
  readonly limits: Limits;
  /** Where tokens for this gateway come from; undefined when no authorization server is configured. */
  readonly resource?: ProtectedResource | undefined;
}

export interface Limits {
  readonly maxBodyBytes: number;
  readonly maxSessions: number;
  readonly maxSessionsPerCaller: number;
  readonly maxStreamsPerCaller: number;
  readonly sessionIdleMs: number;
  readonly sessionMaxMs: number;
}

export interface GateLog {
  info(message: string, fields?: Readonly<Record<string, unknown>>): void;
  warn(message: string, fields?: Readonly<Record<string, unknown>>): void;
  /** @returns an id to find an unknown error among the fields by */
  error(message: string, fields?: Readonly<Record<string, unknown>>): string | undefined;
}

export interface GateOptions {
  readonly clock: Clock;
  readonly log: GateLog;
  readonly recorder: Recorder;
  readonly snapshot: Snapshot;
  /** Merlon's version, told to clients of the aggregated endpoint. */
  readonly version: string;
}

const KEEP_ALIVE_MS = 15_000;
/** What a client may say of itself before it is hashed to be remembered by, characters. */
const MAX_KEY = 1_024;

/** The gateway's own asking: it reads the tool lists that the management API shows. */
export const SELF: Caller = {
  principal: 'merlon',
  role: 'merlon',
  method: 'internal',
  credential: 'internal',
  expiresAt: undefined,
};
const SELF_ROLE = defineRole('merlon', ['read:info', 'execute:tool']);

/** The running gateway: sessions, calls in flight, and the configuration in force. */
export class Gate implements Pipeline, SessionHost {
  readonly clock: Clock;
  readonly log: GateLog;
  readonly recorder: Recorder;
  readonly flights: Flights;
  readonly version: string;
  readonly sessions = new Map<string, Session>();
  readonly cache: ResultCache;
  readonly states: RequestStates;
  readonly taskOwners: TaskOwners;
  /** What bounds calls beside roles; set once, before anything is served. */
  tasks: TaskGate | undefined;
  readonly #stateless = new Map<string, Session>();
  readonly #keys = new WeakMap<Session, string>();
  current: Snapshot;
  readonly #streams = new Map<string, number>();
  #reachable = new WeakMap<Role, ReadonlySet<string>>();
  #draining = false;
  readonly #stops: (() => void)[];

  constructor(options: GateOptions) {
    this.clock = options.clock;
    this.log = options.log;
    this.recorder = options.recorder;
    this.current = options.snapshot;
    this.version = options.version;
    this.flights = createFlights(options.clock);
    this.cache = createResultCache({ clock: options.clock });
    this.states = createRequestStates({ clock: options.clock });
    this.taskOwners = createTaskOwners({ clock: options.clock });
    this.#stops = [
      () => this.flights.stop(),
      options.clock.every(1_000, () => this.#sweep()),
      options.clock.every(KEEP_ALIVE_MS, () => {
        for (const session of this.sessions.values()) session.keepAlive();
      }),
    ];
  }

  get draining(): boolean {
    return this.#draining;
  }

  roleOf(caller: Caller): Role | undefined {
    if (caller === SELF) return SELF_ROLE;
    return caller.role === undefined ? undefined : this.current.roles.get(caller.role);
  }

  connect(call: Call, grant: Grant): Promise<Link> {
    return call.session.link(call.upstream, grant);
  }

  timeoutOf(upstream: string): number {
    return this.current.upstreams.get(upstream)?.requestTimeoutMs ?? 60_000;
  }

  hide(text: string): string {
    return this.current.hide(text);
  }

  known(error: unknown): MerlonError {
    if (error instanceof MerlonError) return error;
    const id = this.log.error('unexpected error', { error });
    return new MerlonError('INTERNAL', 'Something went wrong inside the gateway.', { data: { id }, cause: error });
  }

  /** Upstreams that the caller may use anything of. */
  reachable(caller: Caller): ReadonlySet<string> {
    const role = this.roleOf(caller);
    if (role === undefined) return NONE;
    let known = this.#reachable.get(role);
    if (known === undefined) {
      known = new Set([...this.current.upstreams.keys()].filter((upstream) => reaches(role, upstream)));
      this.#reachable.set(role, known);
    }
    return known;
  }

  /** Counts an open stream of a caller. @returns what ends the count @throws MerlonError TOO_MANY_STREAMS */
  takeStream(principal: string): () => void {
    const open = this.#streams.get(principal) ?? 0;
    if (open >= this.current.limits.maxStreamsPerCaller) {
      throw new MerlonError('TOO_MANY_STREAMS', 'You have too many streams open.');
    }
    this.#streams.set(principal, open + 1);
    return () => {
      const left = (this.#streams.get(principal) ?? 1) - 1;
      if (left === 0) this.#streams.delete(principal);
      else this.#streams.set(principal, left);
    };
  }

  /** @throws MerlonError TOO_MANY_SESSIONS */
  openSession(opening: Opening): Session {
    const { maxSessions, maxSessionsPerCaller } = this.current.limits;
    const { principal } = opening.caller;
    const own = [...this.sessions.values()].filter((session) => session.principal === principal);
    if (own.length >= maxSessionsPerCaller || this.sessions.size >= maxSessions) {
      // Nobody holds the id of a stateless client's session: the next request simply opens another.
      const spare = own.filter((session) => session.era === 'modern' && !session.busy);
      const [oldest] = spare.toSorted((one, other) => one.lastUsed - other.lastUsed);
      if (oldest === undefined) throw tooManySessions(own.length >= maxSessionsPerCaller);
      void oldest.end('made room for another');
    }
    const session = new Session(this, randomBytes(24).toString('base64url'), opening, this.clock.now());
    this.sessions.set(session.id, session);
    return session;
  }

  /**
   * What a stateless client has open here: one session for all requests of a principal in one role and one task that
   * say the same of their client, because a legacy upstream was told exactly that when it was initialized.
   * @throws MerlonError TOO_MANY_SESSIONS
   */
  async statelessSession(
    caller: Caller,
    remote: string,
    scope: string | undefined,
    envelope: Envelope,
  ): Promise<Session> {
    const { capabilities, clientInfo } = envelope;
    const said = JSON.stringify([caller.principal, caller.role, caller.task, scope, capabilities, clientInfo]);
    const key = said.length > MAX_KEY ? hash('sha256', said) : said;
    const known = this.#stateless.get(key);
    if (known !== undefined && !known.ended) {
      known.caller = caller;
      known.remote = remote;
      known.lastUsed = this.clock.now();
      return known;
    }
    const meta = {
      [META.version]: MODERN_VERSION,
      [META.capabilities]: capabilities,
      ...(clientInfo === undefined ? {} : { [META.clientInfo]: clientInfo }),
    };
    const session = this.openSession({ era: 'modern', scope, caller, remote, openingParams: { _meta: meta } });
    this.#stateless.set(key, session);
    this.#keys.set(session, key);
    try {
      const who = whoOf({ caller, remote, session });
      await this.recorder.event({ kind: 'session', event: 'opened', cause: 'first stateless request', ...who });
    } catch (error) {
      await session.end('the opening could not be recorded');
      throw error;
    }
    return session;
  }

  /**
   * The session that a caller may use under this id at this endpoint. A stranger's session is as unknown as none, and so
   * is one that the caller opened under another task, or under none.
   * @throws MerlonError SESSION_REQUIRED, SESSION_UNKNOWN
   */
  findSession(id: string | undefined, caller: Caller, remote: string, scope: string | undefined): Session {
    if (id === undefined) throw new MerlonError('SESSION_REQUIRED', 'This request belongs to no session.');
    const session = this.sessions.get(id);
    const isOwn = session?.principal === caller.principal && session.task === caller.task;
    if (session === undefined || !isOwn || session.scope !== scope) {
      throw new MerlonError('SESSION_UNKNOWN', 'There is no such session.');
    }
    session.caller = caller;
    session.remote = remote;
    session.lastUsed = this.clock.now();
    return session;
  }

  openLink(session: Session, upstream: string, _grant: Grant, listener: Listener): Promise<Link> {
    const definition = this.current.upstreams.get(upstream);
    if (definition === undefined) throw new MerlonError('NOT_FOUND', 'There is no such upstream.');
    return openLink(this, session, definition, listener);
  }

  async learnTools(upstream: string, result: JsonObject, isFirst: boolean): Promise<void> {
    this.current.upstreams.get(upstream)?.toolHeaders.learn(result);
    const { tools, nextCursor } = result;
    // One page says nothing of the others; lists of many pages are asked for as a whole (catalog.ts).
    const isWhole = isFirst && nextCursor === undefined;
    if (isWhole && Array.isArray(tools)) await this.tasks?.learnTools(upstream, tools);
  }

  async announced(session: Session, upstream: string, message: Announcement): Promise<string> {
    if (message.method.startsWith(NOTIFICATION_PREFIX)) this.#outdated(upstream, message);
    await this.#heard(session, message);
    if (isRequest(message)) {
      const { caller, remote } = session;
      await this.recorder.asked({ caller, remote, session, upstream }, message.method, 'to_client');
    }
    return this.hide(JSON.stringify(message));
  }

  /** What an upstream says beside its answers is strangers' text to the tasks that a session works on. */
  async #heard(session: Session, message: Announcement): Promise<void> {
    const { tasks } = this;
    const told = tasks === undefined ? undefined : toldIn(message);
    if (tasks === undefined || told === undefined) return;
    const hearing = [...session.tasks].flatMap((id) => tasks.tasks.find(id) ?? []);
    await Promise.all(hearing.map((task) => tasks.tasks.learn(task, undefined, {}, told)));
  }

  /** What an upstream says has changed is good no longer. */
  #outdated(upstream: string, { method, params }: Announcement): void {
    const list = changedList(method);
    if (list !== undefined) this.cache.forget(upstream, `${list}/list`);
    if (list === 'resources') this.cache.forget(upstream, 'resources/templates/list');
    const uri = params?.['uri'];
    if (method === 'notifications/resources/updated' && typeof uri === 'string') {
      this.cache.forget(upstream, 'resources/read', uri);
    }
  }

  ended(session: Session, cause: string): void {
    if (!this.sessions.delete(session.id)) return;
    const key = this.#keys.get(session);
    if (key !== undefined && this.#stateless.get(key) === session) this.#stateless.delete(key);
    this.log.info('session ended', { session: session.id.slice(0, 8), principal: session.principal, cause });
    const { caller, remote } = session;
    const entry = { kind: 'session', event: 'closed', cause, ...whoOf({ caller, remote, session }) } as const;
    this.recorder.event(entry).catch(() => {
      // The session is gone whether or not that can be written; the gate is closed for what comes next.
    });
  }

  /** Ends what runs under tasks that have ended: their calls in flight are cancelled. */
  tasksEnded(ids: readonly string[]): void {
    for (const session of this.sessions.values())
      if (ids.some((id) => session.isOf(id))) void session.end('its task has ended');
  }

  /** A task may use other tools now. */
  taskChanged(id: string): void {
    for (const session of this.sessions.values()) if (session.isOf(id)) session.toolsChanged();
  }

  /** Puts a new configuration in force. Calls in flight finish under the one they started with. */
  async swap(snapshot: Snapshot): Promise<void> {
    const before = this.current;
    this.current = snapshot;
    this.#reachable = new WeakMap();
    const gone = [...before.upstreams.values()].filter(
      (upstream) => snapshot.upstreams.get(upstream.name) !== upstream,
    );
    await Promise.allSettled(gone.map((upstream) => this.#retire(upstream)));
  }

  /** Ends what was made for a configuration that is not put in force after all. */
  async discard(snapshot: Snapshot): Promise<void> {
    const kept = this.current.upstreams;
    const fresh = [...snapshot.upstreams.values()].filter((upstream) => kept.get(upstream.name) !== upstream);
    await Promise.allSettled(fresh.map((upstream) => upstream.close('configuration refused')));
  }

  /** Lets calls in flight finish for at most `graceMs`, then ends every session and upstream. */
  async close(graceMs: number): Promise<void> {
    this.#draining = true;
    for (const session of this.sessions.values()) session.finishGuarded();
    const { promise, resolve } = Promise.withResolvers<void>();
    const cancel = this.clock.after(graceMs, resolve);
    await Promise.race([this.flights.idle(), promise]);
    cancel();
    for (const stop of this.#stops) stop();
    await Promise.allSettled([...this.sessions.values()].map((session) => session.end('gateway stopped')));
    await Promise.allSettled([...this.current.upstreams.values()].map((upstream) => upstream.close('gateway stopped')));
  }

  async #retire(upstream: Upstream): Promise<void> {
    const cause = 'configuration changed';
    // Before the calls that still run on the old one are waited for, and after: they may have brought something.
    this.cache.forgetUpstream(upstream.name);
    await Promise.allSettled([...this.sessions.values()].map((session) => session.drop(upstream.name, cause)));
    this.cache.forgetUpstream(upstream.name);
    await upstream.close(cause);
  }

  #sweep(): void {
    const now = this.clock.now();
    const { sessionIdleMs, sessionMaxMs } = this.current.limits;
    for (const session of this.sessions.values()) {
      if (session.busy) session.lastUsed = now;
      void session.checkStreams();
      if (now - session.startedAt >= sessionMaxMs) void session.end('absolute lifetime reached');
      else if (now - session.lastUsed >= sessionIdleMs) void session.end('idle');
    }
  }
}

/** The id of a request as a client may cancel it. */
export function cancelledId(params: JsonObject | undefined): Id | undefined {
  const id = params?.['requestId'];
  return typeof id === 'string' || typeof id === 'number' ? id : undefined;
}

const NONE: ReadonlySet<string> = new Set();

function tooManySessions(isOwn: boolean): MerlonError {
  const message = isOwn ? 'You have too many sessions open.' : 'The gateway has too many sessions.';
  return new MerlonError('TOO_MANY_SESSIONS', message);
}
