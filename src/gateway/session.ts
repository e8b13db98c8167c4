import type { Caller } from '../identity/caller.ts';
import type { Grant } from '../policy/decide.ts';
import type { Clock } from '../kernel/clock.ts';
import { Bag, type Bagged } from '../kernel/bag.ts';
import { errorTable, MerlonError } from '../kernel/errors.ts';
import { type Id, isRequest, type JsonObject, type Response } from '../kernel/jsonrpc.ts';
import { prefixName, prefixUri } from './aggregate.ts';
import type { Era } from './era.ts';
import type { Wire } from './event-stream.ts';
import { type Cursor, EventStreams } from './event-streams.ts';
import { readsEmptyEvents } from './legacy-version.ts';
import type { Announcement, Flight, Link, Listener } from './link.ts';
import { createOwnQuestions, type OwnQuestion } from './own-questions.ts';
import type { Reply } from './reply.ts';

/** What a session needs of the gateway around it. */
export interface SessionHost {
  readonly clock: Clock;
  readonly log: { warn(message: string, fields: Readonly<Record<string, unknown>>): void };
  /** Opens and initializes a link; the grant proves that the caller may use the upstream. */
  openLink(session: Session, upstream: string, grant: Grant, listener: Listener): Promise<Link>;
  /** Judges and records a request that an upstream makes to the client, before it is delivered. */
  announced(session: Session, upstream: string, message: Announcement): Promise<string>;
  ended(session: Session, cause: string): void;
}

/** A long answer, and whether its caller may still have it. */
export interface Guarded {
  mayStay(): Promise<boolean>;
  /** Ends it, because it must be had no longer. */
  end(): void;
  /** Ends it in good order. */
  finish(): void;
}

/** Who opens a session, and how. */
export interface Opening {
  readonly era: Era;
  readonly scope: string | undefined;
  readonly caller: Caller;
  readonly remote: string;
  readonly openingParams: JsonObject;
}

/** A call under the id that the client gave it. */
export interface InFlight extends Bagged {
  readonly id: Id;
  readonly flight: Flight;
}

/** How long the streams of a session that has ended stay for the answers of its calls, ms. */
const LAST_WORDS_MS = 5_000;
/** Questions of upstreams that may be open at one time. */
const MAX_ASKED = 100;

/**
 * What one client has open: a legacy MCP session (2025-11-25, "Session Management"), or, for stateless clients, what
 * the gateway keeps for all requests of one principal in one role and one task that say the same of their client. Its id is
 * random and proves nothing: every request authenticates again and must come from the principal that opened the session,
 * under the same task.
 */
export class Session {
  readonly id: string;
  readonly principal: string;
  /** Id of the task under which it was opened; undefined where that was with another credential than a task's. */
  readonly task: string | undefined;
  /** How the client speaks; each link of the session speaks the same. */
  readonly era: Era;
  /** The one upstream of `/mcp/NAME`; undefined for the aggregated endpoint. */
  readonly scope: string | undefined;
  readonly startedAt: number;
  /** Last request or stream activity, ms since the epoch. */
  lastUsed: number;
  /** Who used it last, as they proved it then, and from where. */
  caller: Caller;
  remote: string;
  /** Parameters of the first message of each link (`initialize`, `server/discover`), sent again with each new one. */
  readonly openingParams: JsonObject;
  /** The protocol version that a legacy client was told. */
  protocolVersion: string | undefined;
  /** What each upstream answered to the first message. */
  readonly answers = new Map<string, JsonObject>();
  /** The client's calls in flight under the client's own ids; one call may fly to several upstreams. */
  readonly flights = new Bag<InFlight>();
  /** What the client hears over event streams, and can ask for again. */
  readonly events: EventStreams;
  readonly #host: SessionHost;
  readonly #links = new Map<string, Promise<Link>>();
  readonly #asked = new Map<Id, { link: Link; id: Id; method: string }>();
  readonly #own = createOwnQuestions();
  readonly #tasks = new Set<string>();
  readonly #replies = new Bag<Reply>();
  #wake: () => void = () => {};
  readonly #guarded = new Set<Guarded>();
  #mayListen: () => Promise<boolean> = () => Promise.resolve(false);
  #lastAsked = 0;
  #ended = false;

  constructor(host: SessionHost, id: string, { era, scope, caller, remote, openingParams }: Opening, now: number) {
    this.#host = host;
    this.id = id;
    this.era = era;
    this.principal = caller.principal;
    this.task = caller.task;
    this.caller = caller;
    this.remote = remote;
    this.scope = scope;
    this.openingParams = openingParams;
    this.startedAt = now;
    this.lastUsed = now;
    this.events = new EventStreams({
      clock: host.clock,
      onAbandoned: (request) => void this.cancel(request, 'The client disconnected.'),
      onGap: (stream) =>
        host.log.warn('a client came back too late for some events', { session: id.slice(0, 8), stream }),
    });
  }

  get ended(): boolean {
    return this.#ended;
  }

  /** True while the client waits for something or listens. */
  get busy(): boolean {
    return this.flights.size > 0 || this.events.listening;
  }

  /** Upstreams that this session has opened. */
  get upstreams(): readonly string[] {
    return [...this.#links.keys()];
  }

  /** The link to an upstream, opened (again) when it is not there. */
  link(upstream: string, grant: Grant): Promise<Link> {
    const known = this.#links.get(upstream);
    if (known !== undefined) return known;
    if (this.#ended) throw new MerlonError('SESSION_UNKNOWN', 'The session has ended.');
    let opened: Link | undefined;
    const listener: Listener = {
      announce: (message) => void this.#announce(upstream, opened, message),
      closed: () => {
        // Nobody waits for these answers any more.
        for (const [id, asked] of this.#asked) if (asked.link === opened) this.#asked.delete(id);
        if (this.#links.get(upstream) === opening) this.#links.delete(upstream);
      },
    };
    const opening = this.#host.openLink(this, upstream, grant, listener).then(
      (link) => {
        opened = link;
        if (this.#ended) void link.close('session ended');
        else if (this.events.listening) link.listen();
        return link;
      },
      (error: unknown) => {
        if (this.#links.get(upstream) === opening) this.#links.delete(upstream);
        throw error;
      },
    );
    this.#links.set(upstream, opening);
    return opening;
  }

  /** Lets go of an upstream whose definition changed: calls in flight finish, the next call opens the new one. */
  async drop(upstream: string, cause: string): Promise<void> {
    const opening = this.#links.get(upstream);
    this.#links.delete(upstream);
    this.answers.delete(upstream);
    const link = await opening?.catch(() => undefined);
    await link?.retire(cause);
  }

  /** Registers a response through which announcements can travel while its call runs. */
  carry(reply: Reply): () => void {
    this.#replies.add(reply);
    return () => {
      this.#replies.remove(reply);
      if (this.#replies.size === 0) this.#wake();
    };
  }

  /** Says what the client and we agreed to speak. */
  agree(protocolVersion: string): void {
    this.protocolVersion = protocolVersion;
    this.events.primes = readsEmptyEvents(protocolVersion);
  }

  /**
   * Takes a connection of the client (GET): for the session's own stream, or for the one that `cursor` names. The
   * newest one counts. Servers of the SDKs turn a second one away (409), and with it each client whose first connection
   * died unnoticed. `mayListen` is asked again and again.
   */
  attach(wire: Wire, cursor: Cursor | undefined, mayListen: () => Promise<boolean>): void {
    const { own } = this.events;
    if (cursor === undefined) own.open(wire);
    else cursor.stream.resume(wire, cursor.after);
    if (cursor !== undefined && cursor.stream !== own) return;
    this.#mayListen = mayListen;
    for (const opening of this.#links.values()) void opening.then((link) => link.listen()).catch(() => {});
  }

  /** Watches over an answer that takes long; what is returned ends the watch. */
  guard(guarded: Guarded): () => void {
    this.#guarded.add(guarded);
    return () => void this.#guarded.delete(guarded);
  }

  /** Ends the answers that would never end by themselves, in good order. */
  finishGuarded(): void {
    for (const guarded of this.#guarded) guarded.finish();
  }

  /** Ends the client's streams when the credential that opened them counts no more, and what waited too long. */
  async checkStreams(): Promise<void> {
    for (const guarded of this.#guarded) if (!(await guarded.mayStay().catch(() => false))) guarded.end();
    this.events.sweep();
    if (!this.events.listening) return;
    const mayListen = this.#mayListen;
    const may = await mayListen().catch(() => false);
    // Another connection may have come meanwhile, with a credential of its own.
    if (!may && mayListen === this.#mayListen) this.events.own.hangUp();
  }

  keepAlive(): void {
    if (this.events.listening) this.events.own.keepAlive();
    for (const reply of this.#replies.all()) reply.keepAlive();
  }

  /** Passes an upstream's message on; `related` is the response of the call it belongs to. */
  async pass(upstream: string, link: Link | undefined, message: Announcement, related?: Reply): Promise<void> {
    const outgoing = this.#readdress(upstream, link, message);
    if (outgoing === undefined) return;
    const json = await this.#host.announced(this, upstream, outgoing);
    if (related?.event(json) === true) return;
    // A stateless client hears what belongs to its request, and nothing else (HTTP-16).
    if (this.era === 'modern') return;
    const isHeard = this.events.listening;
    if (!isHeard) for (const reply of this.#replies.all()) if (reply.open && reply.event(json)) return;
    // Without anybody there it waits.
    this.events.own.push(json);
  }

  /** Notes that calls of this session are made under a task. */
  worksOn(task: string): void {
    this.#tasks.add(task);
  }

  /** Tasks that calls of this session were made under. */
  get tasks(): ReadonlySet<string> {
    return this.#tasks;
  }

  /** True when a call of this session was made under the task, or could be. */
  isOf(task: string): boolean {
    return this.caller.task === task || this.#tasks.has(task);
  }

  /** Tells the client that its list of tools is another now; stateless clients find out when theirs is no longer fresh. */
  toolsChanged(): void {
    if (this.era === 'modern' || this.#ended) return;
    this.events.own.push(JSON.stringify({ jsonrpc: '2.0', method: 'notifications/tools/list_changed' }));
  }

  /** Asks the client of a legacy session something on the gateway's own account. */
  ask(method: string, params: JsonObject, related: Reply | undefined): OwnQuestion {
    this.#lastAsked += 1;
    return this.#own.ask(`merlon-${this.#lastAsked}`, { method, params }, (message) => {
      const json = JSON.stringify(message);
      if (related?.event(json) !== true) this.events.own.push(json);
    });
  }

  /** Hands the client's answer to whoever asked; false when nobody asked for it. */
  async answer(response: Response, record: (upstream: string, method: string) => Promise<void>): Promise<boolean> {
    const method = this.#own.methodOf(response.id);
    if (method !== undefined) {
      await record('merlon', method);
      return this.#own.take(response);
    }
    const asked = response.id === null ? undefined : this.#asked.get(response.id);
    if (asked === undefined || response.id === null) return false;
    await record(asked.link.upstream, asked.method);
    // Only now: an answer that could not be recorded may come again. Of two at once, one was first.
    if (!this.#asked.delete(response.id)) return false;
    await asked.link.respond({ ...response, id: asked.id });
    return true;
  }

  /** Tells the upstreams to stop working on a request of the client; false when it is not in flight. */
  cancel(id: Id, reason: string): boolean {
    const meant = this.flights.all().filter((one) => one.id === id);
    for (const { flight } of meant) flight.cancel(new MerlonError('CANCELLED', reason));
    return meant.length > 0;
  }

  /**
   * Ends the session: streams, calls in flight, links and with them the children.
   * @param told what clients with calls in flight are answered; default: nothing, as for calls that they cancelled
   */
  async end(cause: string, told?: MerlonError): Promise<void> {
    if (this.#ended) return;
    this.#ended = true;
    for (const { flight } of this.flights.all())
      flight.cancel(told ?? new MerlonError('CANCELLED', 'The session ended.'));
    const spoken = told === undefined ? undefined : this.#answered();
    if (spoken === undefined) this.events.end();
    this.#host.ended(this, cause);
    const openings = [...this.#links.values()];
    this.#links.clear();
    await Promise.allSettled([spoken, ...openings.map(async (opening) => (await opening).close(cause))]);
  }

  /** Ends the streams once every client that waits has its answer, or has waited for it long enough. */
  async #answered(): Promise<void> {
    if (this.#replies.size > 0) {
      const { promise, resolve } = Promise.withResolvers<void>();
      this.#wake = resolve;
      const forget = this.#host.clock.after(LAST_WORDS_MS, resolve);
      await promise;
      forget();
    }
    this.events.end();
  }

  async #announce(upstream: string, link: Link | undefined, message: Announcement): Promise<void> {
    if (this.#ended) return;
    await this.pass(upstream, link, message).catch(() => {});
  }

  /** Gives an upstream's request an id of ours: two upstreams may both ask under 1. */
  #readdress(upstream: string, link: Link | undefined, message: Announcement): Announcement | undefined {
    if (isRequest(message)) {
      if (link === undefined || this.era === 'modern') return undefined;
      if (this.#asked.size >= MAX_ASKED) {
        const error = { code: errorTable.RATE_LIMITED.rpc, message: 'Too many questions are open.' };
        link.respond({ jsonrpc: '2.0', id: message.id, error }).catch(() => {});
        return undefined;
      }
      this.#lastAsked += 1;
      const id = `merlon-${this.#lastAsked}`;
      this.#asked.set(id, { link, id: message.id, method: message.method });
      return { ...message, id };
    }
    const { method, params } = message;
    if (method === 'notifications/cancelled') {
      const asked = [...this.#asked].find(([, { link: from, id }]) => from === link && id === params?.['requestId']);
      if (asked === undefined) return undefined;
      this.#asked.delete(asked[0]);
      return { ...message, params: { ...params, requestId: asked[0] } };
    }
    if (
      this.scope === undefined &&
      method === 'notifications/resources/updated' &&
      typeof params?.['uri'] === 'string'
    ) {
      return { ...message, params: { ...params, uri: prefixUri(upstream, params['uri']) } };
    }
    const taskId = params?.['taskId'];
    if (this.scope === undefined && method === 'notifications/tasks' && typeof taskId === 'string') {
      return { ...message, params: { ...params, taskId: prefixName(upstream, taskId) } };
    }
    return message;
  }
}
