import type { Clock } from '../kernel/clock.ts';
import {
  type Failure,
  type Id,
  isFailure,
  isObject,
  type Json,
  type JsonObject,
  type Request,
  type Response,
  success,
} from '../kernel/jsonrpc.ts';
import {
  CACHEABLE,
  DISCOVER,
  isLogLevel,
  listChangesOf,
  sharedCapabilities,
  LEGACY_VERSIONS,
  type LogLevel,
  MAX_QUESTIONS,
  META,
  mayAsk,
  missingFor,
  MODERN_VERSION,
  withMeta,
} from './era.ts';
import { isDiscovery } from './era-verdict.ts';
import type { Announcement, Flight, Link, Listener } from './link.ts';
import { paramHeadersOf } from './mirrored-headers.ts';
import { upstreamInvalid } from './pending.ts';
import { createStandingSubscription, type StandingSubscription } from './standing-subscription.ts';
import { flyInSteps, landed, type Send } from './steps.ts';

/** What a legacy view needs besides the modern link. */
export interface LegacyViewOptions {
  readonly listener: Listener;
  readonly clock: Clock;
  /** Takes note of what tools want to see as headers; a legacy client could not send them itself. */
  learnTools(result: JsonObject): void;
  /** Whether the upstream's tools have been listed, so that their headers are known. */
  knowsTools(): boolean;
}

/** How often a call may ask the client before it is given up. */
const MAX_ROUNDS = 20;
/** Pages of a tool list that are read for its headers. */
const MAX_PAGES = 50;
/** Wait before a request is sent again that an upstream put off without asking for anything, ms. */
const PUT_OFF_MS = 1_000;

/**
 * Lets a legacy session use a modern upstream: its `initialize` is answered from `server/discover`, each request gets
 * its envelope, `input_required` becomes requests to the client, subscriptions become notifications.
 */
export async function openLegacyView(
  open: (listener: Listener) => Promise<Link>,
  options: LegacyViewOptions,
): Promise<Link> {
  const { listener } = options;
  let view: LegacyView | undefined;
  const link = await open({
    announce: (message) => listener.announce(message),
    closed(cause) {
      view?.ended();
      listener.closed(cause);
    },
  });
  view = new LegacyView(link, options);
  return view;
}

type Ask = (question: Request) => Promise<Response>;

class LegacyView implements Link {
  readonly #link: Link;
  readonly #options: LegacyViewOptions;
  readonly #subscription: StandingSubscription;
  readonly #questions = new Map<Id, (response: Response) => void>();
  readonly #subscribed = new Set<string>();
  #lastId = 0;
  #capabilities: JsonObject = {};
  #clientInfo: Json | undefined;
  #logLevel: LogLevel | undefined;
  #served: JsonObject = {};
  #wanted = false;
  /** Calls that are not answered yet, and who waits for the last of them. */
  #calls = 0;
  #whenIdle: () => void = () => {};

  constructor(link: Link, options: LegacyViewOptions) {
    this.#link = link;
    this.#options = options;
    this.#subscription = createStandingSubscription({
      link,
      clock: options.clock,
      params: (notifications) => this.#enveloped({ notifications }),
      announce: (message) => options.listener.announce(message),
    });
  }

  get upstream(): string {
    return this.#link.upstream;
  }

  get closed(): boolean {
    return this.#link.closed;
  }

  request(request: Request, related: (message: Announcement) => void): Flight {
    switch (request.method) {
      case 'initialize':
        return flyInSteps(this.#link, (send) => this.#initialize(send, request));
      case 'ping':
        return landed(success(request.id, {}));
      case 'logging/setLevel':
        return landed(this.#setLevel(request));
      case 'resources/subscribe':
      case 'resources/unsubscribe':
        return flyInSteps(this.#link, () => this.#subscribe(request));
      default:
        return this.#call(request, related);
    }
  }

  /** What a legacy client tells a server has no meaning to a stateless one; cancelling is the flight's own. */
  notify(): Promise<void> {
    return Promise.resolve();
  }

  respond(response: Response): Promise<void> {
    const waiting = response.id === null ? undefined : this.#questions.get(response.id);
    if (response.id !== null) this.#questions.delete(response.id);
    waiting?.(response);
    return Promise.resolve();
  }

  listen(): void {
    if (this.#wanted) return;
    this.#wanted = true;
    this.#subscription.want(this.#filter()).catch(() => {});
  }

  ended(): void {
    this.#subscription.stop();
  }

  async retire(cause: string): Promise<void> {
    this.#subscription.stop();
    // While the client is asked, nothing of its call is in flight on the link.
    while (this.#calls > 0) {
      await new Promise<void>((resolve) => {
        this.#whenIdle = resolve;
      });
    }
    await this.#link.retire(cause);
  }

  async close(cause: string): Promise<void> {
    this.#subscription.stop();
    await this.#link.close(cause);
  }

  async #initialize(send: Send, { id, params }: Request): Promise<Response> {
    const { capabilities, clientInfo, protocolVersion } = params ?? {};
    if (isObject(capabilities)) this.#capabilities = capabilities;
    this.#clientInfo = clientInfo;
    const reply = await send({ jsonrpc: '2.0', id, method: DISCOVER, params: this.#enveloped(undefined) }, () => {});
    if (isFailure(reply)) return reply;
    if (!isDiscovery(reply)) throw upstreamInvalid(this.upstream, 'does not say what it speaks');
    const { capabilities: offered, instructions, _meta } = reply.result;
    this.#served = sharedCapabilities(offered);
    const serverInfo = isObject(_meta) && isObject(_meta[META.serverInfo]) ? _meta[META.serverInfo] : undefined;
    return success(id, {
      protocolVersion: LEGACY_VERSIONS.find((version) => version === protocolVersion) ?? LEGACY_VERSIONS[0],
      capabilities: this.#served,
      serverInfo: serverInfo ?? { name: this.upstream, version: 'unknown' },
      ...(typeof instructions === 'string' ? { instructions } : {}),
    });
  }

  #setLevel({ id, params }: Request): Response {
    const level = params?.['level'];
    if (!isLogLevel(level)) return refused(id, -32602, 'This is no log level.');
    this.#logLevel = level;
    return success(id, {});
  }

  #enveloped(params: JsonObject | undefined): JsonObject {
    return withMeta(params, {
      [META.version]: MODERN_VERSION,
      [META.capabilities]: this.#capabilities,
      [META.clientInfo]: isObject(this.#clientInfo) ? this.#clientInfo : undefined,
      [META.logLevel]: this.#logLevel,
    });
  }

  #call(request: Request, related: (message: Announcement) => void): Flight {
    const open: Id[] = [];
    let stop: (error: Error) => void = () => {};
    const stopped = new Promise<never>((_resolve, reject) => {
      stop = reject;
    });
    stopped.catch(() => {});
    const ask: Ask = (question) => {
      const { promise, resolve } = Promise.withResolvers<Response>();
      this.#questions.set(question.id, resolve);
      open.push(question.id);
      related(question);
      return Promise.race([promise, stopped]);
    };
    return flyInSteps(
      this.#link,
      async (send) => {
        this.#calls += 1;
        try {
          if (request.method === 'tools/call' && !this.#options.knowsTools()) await this.#listTools(send);
          return await this.#rounds(send, request, related, ask);
        } finally {
          this.#calls -= 1;
          if (this.#calls === 0) this.#whenIdle();
        }
      },
      (error) => {
        stop(error);
        for (const id of open) {
          if (!this.#questions.delete(id)) continue;
          related({ jsonrpc: '2.0', method: 'notifications/cancelled', params: { requestId: id } });
        }
      },
    );
  }

  /** Sends a request, and sends it again with what the client answered for as long as the upstream asks. */
  async #rounds(send: Send, request: Request, related: (message: Announcement) => void, ask: Ask): Promise<Response> {
    // Answers and state are the gateway's to give: a legacy client has no such parameters.
    const { inputResponses: _r, requestState: _s, ...original } = this.#enveloped(request.params);
    let outgoing: Request = { ...request, params: original };
    let mayRelist = request.method === 'tools/call';
    for (let round = 0; round < MAX_ROUNDS; round += 1) {
      const reply = await send(outgoing, related);
      if (isFailure(reply)) {
        // HTTP-55: the tool's declaration of headers has changed.
        if (!mayRelist || reply.error.code !== -32020) return reply;
        mayRelist = false;
        await this.#listTools(send);
        continue;
      }
      if (reply.result['resultType'] !== 'input_required') {
        return { ...reply, result: this.#legacyResult(request.method, reply.result) };
      }
      if (!mayAsk(request.method)) throw upstreamInvalid(this.upstream, 'asks where it must not');
      const { inputRequests, requestState } = reply.result;
      const answers = await this.#answers(inputRequests, ask);
      if ('error' in answers) return { jsonrpc: '2.0', id: request.id, error: answers.error };
      if (Object.keys(answers.given).length === 0) await this.#pause();
      const state = typeof requestState === 'string' ? { requestState } : {};
      outgoing = { ...request, params: { ...original, inputResponses: answers.given, ...state } };
    }
    throw upstreamInvalid(this.upstream, 'asks without end');
  }

  /** Puts the upstream's questions to the client, all at once. */
  async #answers(
    inputRequests: Json | undefined,
    ask: Ask,
  ): Promise<{ given: Record<string, Json> } | { error: Failure['error'] }> {
    const questions = Object.entries(isObject(inputRequests) ? inputRequests : {});
    if (questions.length > MAX_QUESTIONS) throw upstreamInvalid(this.upstream, 'asks too much at once');
    for (const [, question] of questions) {
      const { method, params } = isObject(question) ? question : {};
      if (typeof method !== 'string' || missingFor(method, params, this.#capabilities) !== undefined) {
        throw upstreamInvalid(this.upstream, 'asks for what the client did not offer');
      }
    }
    const replies = await Promise.all(
      questions.map(async ([key, question]) => {
        const { method, params } = question as { method: string; params?: JsonObject };
        this.#lastId += 1;
        const id = `input-${this.#lastId}`;
        const reply = await ask({ jsonrpc: '2.0', id, method, params: legacyQuestion(params, id) });
        return [key, reply] as const;
      }),
    );
    const given: [string, Json][] = [];
    for (const [key, reply] of replies) {
      if (isFailure(reply)) return { error: reply.error };
      given.push([key, reply.result]);
    }
    return { given: Object.fromEntries(given) };
  }

  #pause(): Promise<void> {
    return new Promise((resolve) => void this.#options.clock.after(PUT_OFF_MS, resolve));
  }

  #legacyResult(method: string, result: JsonObject): JsonObject {
    const { resultType: _type, ...rest } = result;
    if (!CACHEABLE.has(method)) return rest;
    const { ttlMs: _ttl, cacheScope: _scope, ...kept } = rest;
    if (method !== 'tools/list' || !Array.isArray(kept['tools'])) return kept;
    this.#options.learnTools(kept);
    // HTTP-41: a tool whose headers nobody could send is none.
    const usable = kept['tools'].filter((tool) => !isObject(tool) || paramHeadersOf(tool['inputSchema']) !== undefined);
    return { ...kept, tools: usable };
  }

  /** Reads the tool list for the headers that it declares. */
  async #listTools(send: Send): Promise<void> {
    let cursor: Json | undefined;
    for (let page = 0; page < MAX_PAGES; page += 1) {
      const params = this.#enveloped(cursor === undefined ? {} : { cursor });
      const reply = await send({ jsonrpc: '2.0', id: `tools-${page}`, method: 'tools/list', params }, () => {});
      if (isFailure(reply)) return;
      this.#options.learnTools(reply.result);
      cursor = reply.result['nextCursor'];
      if (cursor === undefined) return;
    }
  }

  async #subscribe({ id, method, params }: Request): Promise<Response> {
    const uri = params?.['uri'];
    if (typeof uri !== 'string') return refused(id, -32602, 'The parameter uri is missing.');
    if (method === 'resources/subscribe') this.#subscribed.add(uri);
    else this.#subscribed.delete(uri);
    const error = await this.#subscription.want(this.#filter());
    if (error === undefined) return success(id, {});
    // Asked for again and again, it would take all the others along.
    if (this.#subscribed.delete(uri)) this.#subscription.want(this.#filter()).catch(() => {});
    return { jsonrpc: '2.0', id, error };
  }

  #filter(): JsonObject {
    const flags = this.#wanted ? listChangesOf(this.#served) : {};
    if (this.#subscribed.size > 0) flags['resourceSubscriptions'] = [...this.#subscribed];
    return flags;
  }
}

/** A modern question in the words of 2025-11-25, where a URL has an id of its own. */
function legacyQuestion(params: JsonObject | undefined, id: string): JsonObject {
  if (params?.['mode'] !== 'url' || params['elicitationId'] !== undefined) return params ?? {};
  return { ...params, elicitationId: id };
}

function refused(id: Id, code: number, message: string): Failure {
  return { jsonrpc: '2.0', id, error: { code, message } };
}
