import { errorTable, MerlonError } from '../kernel/errors.ts';
import {
  type Failure,
  type Id,
  isFailure,
  isObject,
  isRequest,
  type Json,
  type JsonObject,
  type Request,
  type Response,
  success,
} from '../kernel/jsonrpc.ts';
import {
  CACHEABLE,
  DISCOVER,
  type Envelope,
  envelopeOf,
  isAtLeast,
  LEGACY_VERSIONS,
  LISTEN,
  MAX_QUESTIONS,
  type LogLevel,
  mayAsk,
  META,
  missingFor,
  sharedCapabilities,
  STATELESS_VERSIONS,
  withMeta,
  withoutEnvelope,
} from './era.ts';
import type { Announcement, Flight, Link, Listener } from './link.ts';
import { progressTokenOf } from './link.ts';
import { createParkedCalls, type Held, type ParkedCalls, type ParkedCallsOptions } from './parked-calls.ts';
import { upstreamUnavailable } from './pending.ts';
import { type ClientSubscriptions, createClientSubscriptions } from './client-subscriptions.ts';
import { flyInSteps, type Send } from './steps.ts';

/** What a modern view needs besides the legacy link. */
export interface ModernViewOptions extends ParkedCallsOptions {
  readonly listener: Listener;
}

/**
 * Lets a stateless caller use a legacy upstream: `server/discover` initializes it, what it asks of the client becomes
 * `input_required` while its call is held, and `subscriptions/listen` is put together from what it announces.
 */
export async function openModernView(
  open: (listener: Listener) => Promise<Link>,
  options: ModernViewOptions,
): Promise<Link> {
  let view: ModernView | undefined;
  const link = await open({
    announce: (message) => view?.announced(message),
    closed(cause) {
      view?.ended();
      options.listener.closed(cause);
    },
  });
  view = new ModernView(link, options);
  return view;
}

/** What a call says while it waits for answers, as far as it is kept; older messages give way. */
const MAX_MISSED = 100;

class ModernView implements Link {
  readonly #link: Link;
  readonly #parked: ParkedCalls;
  /** Calls in flight that may ask, oldest first. */
  readonly #asking: Held[] = [];
  readonly #subscriptions: ClientSubscriptions;
  #lastQuestion = 0;
  #discovered: JsonObject | undefined;
  #serverInfo: Json | undefined;
  #served: JsonObject = {};
  #logLevel: LogLevel | undefined;
  #isReplaced = false;

  constructor(link: Link, options: ModernViewOptions) {
    this.#link = link;
    this.#parked = createParkedCalls(options);
    this.#subscriptions = createClientSubscriptions(link);
  }

  get upstream(): string {
    return this.#link.upstream;
  }

  get closed(): boolean {
    return this.#link.closed;
  }

  request(request: Request, related: (message: Announcement) => void): Flight {
    if (request.method === DISCOVER) return flyInSteps(this.#link, (send) => this.#discover(send, request));
    if (request.method === LISTEN) return this.#subscriptions.open(request, related, this.#served);
    return this.#call(request, related);
  }

  /** Stateless clients announce nothing that a legacy server waits for. */
  notify(): Promise<void> {
    return Promise.resolve();
  }

  respond(): Promise<void> {
    return Promise.resolve();
  }

  listen(): void {}

  /** What the upstream says outside of any call. */
  announced(message: Announcement): void {
    if (isRequest(message)) return this.#asked(this.#asking.at(-1), message);
    if (message.method === 'notifications/message') {
      const held = this.#asking.at(-1);
      return held === undefined ? undefined : this.#heard(held, message);
    }
    if (message.method === 'notifications/cancelled') return this.#withdrawn(message.params?.['requestId']);
    this.#subscriptions.announce(message);
  }

  ended(): void {
    this.#parked.giveUpAll('The link ended.');
    this.#subscriptions.end();
  }

  async retire(cause: string): Promise<void> {
    this.#isReplaced = true;
    this.ended();
    await this.#link.retire(cause);
  }

  async close(cause: string): Promise<void> {
    this.ended();
    await this.#link.close(cause);
  }

  async #discover(send: Send, request: Request): Promise<Response> {
    if (this.#discovered !== undefined) return success(request.id, this.#discovered);
    const { capabilities, clientInfo } = envelopeOf(request);
    const params = {
      protocolVersion: LEGACY_VERSIONS[0],
      capabilities,
      clientInfo: clientInfo ?? { name: 'unknown', version: 'unknown' },
    };
    const reply = await send({ jsonrpc: '2.0', id: request.id, method: 'initialize', params }, () => {});
    if (isFailure(reply)) return reply;
    await this.#link.notify({ jsonrpc: '2.0', method: 'notifications/initialized' });
    const { capabilities: offered, instructions, serverInfo } = reply.result;
    this.#served = sharedCapabilities(offered);
    this.#serverInfo = serverInfo;
    // What it asks of its own accord comes on a stream of its own.
    if (Object.keys(capabilities).length > 0) this.#link.listen();
    this.#discovered = this.#modernResult(DISCOVER, {
      supportedVersions: STATELESS_VERSIONS,
      capabilities: this.#served,
      ...(typeof instructions === 'string' ? { instructions } : {}),
    });
    return success(request.id, this.#discovered);
  }

  #call(request: Request, related: (message: Announcement) => void): Flight {
    let held: Held | undefined;
    let end: Error | undefined;
    return flyInSteps(
      this.#link,
      async (send) => {
        const envelope = envelopeOf(request);
        const { requestState, inputResponses } = request.params ?? {};
        const resumed = typeof requestState === 'string' ? this.#parked.unpark(requestState) : undefined;
        if (resumed?.again === undefined && resumed !== undefined) {
          held = resumed.held;
          this.#answer(held, isObject(inputResponses) ? inputResponses : {});
        } else {
          await this.#setLevel(send, envelope.logLevel);
          if (end !== undefined) throw end;
          held = this.#depart(request, envelope);
        }
        held.related = related;
        held.tokenNow = progressTokenOf(request.params);
        const { missed = [] } = held;
        held.missed = undefined;
        for (const message of missed) this.#heard(held, message);
        return await this.#leg(held, request);
      },
      (error) => {
        end = error;
        if (held === undefined) return;
        this.#landed(held);
        held.flight.cancel(error);
      },
    );
  }

  /** Sends a call on its way to the upstream. */
  #depart(request: Request, envelope: Envelope): Held {
    const params = withoutEnvelope(request.params);
    const { id, method } = request;
    const outgoing: Request =
      params === undefined ? { jsonrpc: '2.0', id, method } : { jsonrpc: '2.0', id, method, params };
    const flight = this.#link.request(outgoing, (message) => this.#heard(held, message));
    const token = progressTokenOf(params);
    const held: Held = {
      method,
      envelope,
      flight,
      questions: new Map(),
      token,
      tokenNow: token,
      related: () => {},
      wake: () => {},
      missed: undefined,
      reply: undefined,
      failure: undefined,
    };
    if (mayAsk(method)) this.#asking.push(held);
    void this.#arrives(held);
    return held;
  }

  async #arrives(held: Held): Promise<void> {
    try {
      held.reply = await held.flight.reply;
    } catch (error) {
      held.failure = error instanceof Error ? error : new MerlonError('INTERNAL', 'The call failed.');
    }
    this.#landed(held);
    held.wake();
  }

  /** One request of the client: until the upstream has answered, or asks. */
  async #leg(held: Held, request: Request): Promise<Response> {
    while (held.reply === undefined && held.failure === undefined && held.questions.size === 0) {
      await new Promise<void>((resolve) => {
        held.wake = resolve;
      });
    }
    if (held.failure !== undefined) throw held.failure;
    if (held.reply === undefined) return success(request.id, this.#park(held, undefined));
    const reply = held.reply;
    if (!isFailure(reply)) return success(request.id, this.#modernResult(held.method, reply.result));
    const { error } = reply;
    if (error.code === -32042) return this.#urlRequired(held, request, error);
    // 2026-07-28 has no code of its own for a resource that is not there.
    return { jsonrpc: '2.0', id: request.id, error: error.code === -32002 ? { ...error, code: -32602 } : error };
  }

  /** Takes a call out of the client's sight until it comes back with the answers. */
  #park(held: Held, again: Request | undefined, questions: JsonObject = questionsOf(held)): JsonObject {
    if (this.#isReplaced) {
      // The answer would go to the other one, which knows nothing of the call; and this one would wait for it.
      const error = upstreamUnavailable(this.upstream, 'was replaced');
      held.flight.cancel(error);
      throw error;
    }
    const requestState = this.#parked.park(held, again);
    return this.#signed({ resultType: 'input_required', inputRequests: questions, requestState });
  }

  #landed(held: Held): void {
    const at = this.#asking.indexOf(held);
    if (at !== -1) this.#asking.splice(at, 1);
  }

  /** Hands the client's answers to the upstream; what is still missing is asked again (MRTR-25). */
  #answer(held: Held, inputResponses: JsonObject): void {
    for (const [key, { id }] of held.questions) {
      const result = Object.hasOwn(inputResponses, key) ? inputResponses[key] : undefined;
      if (!isObject(result)) continue;
      held.questions.delete(key);
      this.#link.respond(success(id, result)).catch(() => {});
    }
  }

  /** The upstream wants pages visited first; the client comes back, and the call is made anew. */
  #urlRequired(held: Held, request: Request, error: Failure['error']): Response {
    const { data } = error;
    const wanted = isObject(data) && Array.isArray(data['elicitations']) ? data['elicitations'].filter(isObject) : [];
    const missing = missingFor('elicitation/create', { mode: 'url' }, held.envelope.capabilities);
    if (missing !== undefined) return capabilityMissing(request.id, missing);
    if (wanted.length === 0) return { jsonrpc: '2.0', id: request.id, error: { ...error, code: -32603 } };
    const questions: Record<string, Json> = {};
    for (const params of wanted) {
      this.#lastQuestion += 1;
      questions[`input-${this.#lastQuestion}`] = { method: 'elicitation/create', params: { ...params, mode: 'url' } };
    }
    return success(request.id, this.#park(held, request, questions));
  }

  /** What the upstream says for one call. */
  #heard(held: Held, message: Announcement): void {
    if (isRequest(message)) return this.#asked(held, message);
    const { method, params } = message;
    if (method === 'notifications/cancelled') return this.#withdrawn(params?.['requestId']);
    if (held.missed !== undefined) {
      held.missed.push(message);
      if (held.missed.length > MAX_MISSED) held.missed.shift();
      return;
    }
    if (method === 'notifications/message') {
      const { logLevel } = held.envelope;
      if (logLevel !== undefined && isAtLeast(params?.['level'], logLevel)) held.related(message);
      return;
    }
    if (method === 'notifications/progress' && params?.['progressToken'] === held.token) {
      if (held.tokenNow === undefined) return;
      return held.related({ ...message, params: { ...params, progressToken: held.tokenNow } });
    }
    held.related(message);
  }

  #asked(held: Held | undefined, question: Request): void {
    const { id, method, params } = question;
    if (method === 'ping') return void this.#link.respond(success(id, {})).catch(() => {});
    const missing = held === undefined ? {} : missingFor(method, params, held.envelope.capabilities);
    if (held === undefined || !mayAsk(held.method) || missing !== undefined) {
      const error = { code: -32601, message: 'The client cannot be asked this now.' };
      return void this.#link.respond({ jsonrpc: '2.0', id, error }).catch(() => {});
    }
    if (held.questions.size >= MAX_QUESTIONS) {
      const error = { code: errorTable.RATE_LIMITED.rpc, message: 'Too many questions are open.' };
      return void this.#link.respond({ jsonrpc: '2.0', id, error }).catch(() => {});
    }
    this.#lastQuestion += 1;
    held.questions.set(`input-${this.#lastQuestion}`, { id, method, params });
    // Questions that arrive together are asked together.
    queueMicrotask(() => held.wake());
  }

  /** The upstream does not want to know any more. */
  #withdrawn(id: Json | undefined): void {
    for (const { questions } of [...this.#asking, ...this.#parked.held()]) {
      for (const [key, question] of questions) if (question.id === id) questions.delete(key);
    }
  }

  async #setLevel(send: Send, level: LogLevel | undefined): Promise<void> {
    if (level === undefined || !('logging' in this.#served)) return;
    // One level for the link: the most talkative that anybody asked for. Each call is then told no more than it asked for.
    if (this.#logLevel !== undefined && isAtLeast(level, this.#logLevel)) return;
    this.#logLevel = level;
    try {
      await send({ jsonrpc: '2.0', id: 'level', method: 'logging/setLevel', params: { level } }, () => {});
    } catch (error) {
      this.#logLevel = undefined;
      throw error;
    }
  }

  /** A legacy result as the modern era words it; what is asked anew each time is good for no time at all. */
  #modernResult(method: string, { resultType: _t, ttlMs: _m, cacheScope: _s, ...result }: JsonObject): JsonObject {
    return { resultType: 'complete', ...(CACHEABLE.has(method) ? NOT_CACHED : {}), ...this.#signed(result) };
  }

  /** With the upstream's name in it (BASE-41). */
  #signed(result: JsonObject): JsonObject {
    return isObject(this.#serverInfo) ? withMeta(result, { [META.serverInfo]: this.#serverInfo }) : result;
  }
}

const NOT_CACHED = { ttlMs: 0, cacheScope: 'private' };

function questionsOf({ questions }: Held): JsonObject {
  return Object.fromEntries([...questions].map(([key, { method, params }]) => [key, { method, params }]));
}

function capabilityMissing(id: Id, requiredCapabilities: JsonObject): Failure {
  const message = 'The client lacks a capability that this call needs.';
  return { jsonrpc: '2.0', id, error: { code: -32021, message, data: { requiredCapabilities } } };
}
