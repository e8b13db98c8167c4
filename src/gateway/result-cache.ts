import { hash } from 'node:crypto';
import { canonicalJson, canonicalObject } from '../kernel/canonical-json.ts';
import type { Clock } from '../kernel/clock.ts';
import { isObject, type JsonObject, parseJson, type Request } from '../kernel/jsonrpc.ts';

/** Who asks which upstream what. */
export interface CacheKey {
  readonly upstream: string;
  readonly principal: string;
  /** Tells two credentials of one principal apart (CACHE-17). */
  readonly credential: string;
  /** As the upstream gets it. The same object for `get` and the `put` that follows: it tells when the question was asked. */
  readonly request: Request;
}

/** Results of modern upstreams that say how long they are good. What it gives has still to be cut down to the caller's role. */
export interface ResultCache {
  /** A result that is still good, with `ttlMs` lowered to what is left of it. */
  get(key: CacheKey): JsonObject | undefined;
  /** Keeps a result if it may be kept. */
  put(key: CacheKey, result: JsonObject): void;
  /** The upstream said that its answers to a method (with `uri`: those about that resource) have changed. */
  forget(upstream: string, method: string, uri?: string): void;
  forgetUpstream(upstream: string): void;
}

/** What a {@link ResultCache} needs to know. */
export interface ResultCacheOptions {
  readonly clock: Clock;
  /** Bound of all results, bytes of JSON text, default 8 MiB. The oldest give way. At most 4,096 results in any case. */
  readonly maxBytes?: number;
  /** Longest time that a result is kept, ms, whatever the upstream says. Default 300,000. */
  readonly maxTtlMs?: number;
}

/** A result is kept as its text: that bounds the memory whatever its shape, and nobody can change it for the next one. */
interface Entry {
  readonly upstream: string;
  readonly method: string;
  readonly uri: string | undefined;
  readonly text: string;
  readonly bytes: number;
  readonly keptAt: number;
  readonly expiresAt: number;
}

const METHODS: readonly string[] = [
  'tools/list',
  'prompts/list',
  'resources/list',
  'resources/templates/list',
  'resources/read',
];
/** What of `_meta` says nothing about the answer. All else counts, known or not: above all
 * what the client says of itself, which an upstream might put into its answer. */
const TRANSPORT_KEYS: ReadonlySet<string> = new Set(['progressToken', 'traceparent', 'tracestate', 'baggage']);
const MOST_ENTRIES = 4_096;

/** Makes an empty {@link ResultCache}. */
export function createResultCache(options: ResultCacheOptions): ResultCache {
  const { clock, maxBytes = 8_388_608, maxTtlMs = 300_000 } = options;
  // In the order in which they came, so the oldest is the first.
  const entries = new Map<string, Entry>();
  const changes = createChanges();
  let bytes = 0;

  function drop(id: string): void {
    bytes -= entries.get(id)?.bytes ?? 0;
    entries.delete(id);
  }

  function keep(id: string, entry: Entry): void {
    entries.set(id, entry);
    bytes += entry.bytes;
    for (const oldest of entries.keys()) {
      if (bytes <= maxBytes && entries.size <= MOST_ENTRIES) return;
      drop(oldest);
    }
  }

  function freshAt(id: string, now: number): JsonObject | undefined {
    const entry = entries.get(id);
    if (entry === undefined) return undefined;
    const ttlMs = Math.floor(entry.expiresAt - now);
    // Kept in the future: the clock was turned back, and how old it is nobody knows.
    if (ttlMs > 0 && entry.keptAt <= now) return withTtl(entry.text, ttlMs);
    drop(id);
    return undefined;
  }

  function forgetWhere(upstream: string, isMeant: (entry: Entry) => boolean): void {
    for (const [id, entry] of entries) if (entry.upstream === upstream && isMeant(entry)) drop(id);
  }

  return {
    get(key) {
      if (!isCacheable(key.request)) return undefined;
      const now = clock.now();
      const question = questionOf(key);
      const found = freshAt(privateId(key, question), now) ?? freshAt(publicId(question), now);
      if (found === undefined) changes.asked(key.request);
      return found;
    },
    put(key, result) {
      const { upstream, request } = key;
      const ttlMs = ttlOf(result);
      if (ttlMs === undefined || !isCacheable(request) || changes.haveCome(upstream, request)) return;
      const text = JSON.stringify(result);
      const size = Buffer.byteLength(text);
      if (size > maxBytes) return;
      const question = questionOf(key);
      const [ofAll, ofCaller] = [publicId(question), privateId(key, question)];
      // Of both, since the upstream may have changed its mind about whose it is.
      drop(ofAll);
      drop(ofCaller);
      // Only the exact word makes it everybody's; each page of a list is taken at its own (CACHE-21).
      const id = result['cacheScope'] === 'public' ? ofAll : ofCaller;
      const now = clock.now();
      const expiresAt = now + Math.min(ttlMs, maxTtlMs);
      keep(id, { upstream, method: request.method, uri: uriOf(request), text, bytes: size, keptAt: now, expiresAt });
    },
    forget(upstream, method, uri) {
      changes.came(upstream, method);
      forgetWhere(upstream, (entry) => entry.method === method && (uri === undefined || entry.uri === uri));
    },
    forgetUpstream(upstream) {
      for (const method of METHODS) changes.came(upstream, method);
      forgetWhere(upstream, () => true);
    },
  };
}

/** When what changed: a result that was asked for before a change must not be kept after it. */
interface Changes {
  asked(request: Request): void;
  came(upstream: string, method: string): void;
  /** True when a change came after the question was asked. */
  haveCome(upstream: string, request: Request): boolean;
}

function createChanges(): Changes {
  const askedAt = new WeakMap<Request, number>();
  // One for each method of each upstream.
  const changedAt = new Map<string, number>();
  let count = 0;
  return {
    asked(request) {
      askedAt.set(request, count);
    },
    came(upstream, method) {
      if (!METHODS.includes(method)) return;
      count += 1;
      changedAt.set(`${method} ${upstream}`, count);
    },
    haveCome(upstream, request) {
      const asked = askedAt.get(request) ?? count;
      return (changedAt.get(`${request.method} ${upstream}`) ?? 0) > asked;
    },
  };
}

/** False for what depends on more than its parameters (CACHE-08), and for methods whose results are never kept. */
function isCacheable({ method, params = {} }: Request): boolean {
  return METHODS.includes(method) && !Object.hasOwn(params, 'inputResponses') && !Object.hasOwn(params, 'requestState');
}

/** How long an attacker-controlled result says that it is good, ms; undefined when it is not to be kept (CACHE-09 to CACHE-12). */
function ttlOf(result: JsonObject): number | undefined {
  const { resultType, ttlMs } = result;
  if (resultType !== undefined && resultType !== 'complete') return undefined;
  return typeof ttlMs === 'number' && Number.isFinite(ttlMs) && ttlMs > 0 ? ttlMs : undefined;
}

/** One text for each question, whatever the order of its parameters (CACHE-07). */
function questionOf({ upstream, request: { method, params = {} } }: CacheKey): string {
  const { _meta: meta = {} } = params;
  const metaText = isObject(meta) ? canonicalObject(meta, isTransportKey) : canonicalJson(meta);
  const paramsText = canonicalObject(params, (key) => key === '_meta');
  return `${canonicalJson([upstream, method])}${metaText}${paramsText}`;
}

function isTransportKey(key: string): boolean {
  return TRANSPORT_KEYS.has(key);
}

// Hashed, so that a key is small however long an attacker makes the parameters.
function publicId(question: string): string {
  return hash('sha256', `public${question}`, 'base64');
}

function privateId({ principal, credential }: CacheKey, question: string): string {
  return hash('sha256', `private${canonicalJson([principal, credential])}${question}`, 'base64');
}

function uriOf({ params }: Request): string | undefined {
  const uri = params?.['uri'];
  return typeof uri === 'string' ? uri : undefined;
}

function withTtl(text: string, ttlMs: number): JsonObject | undefined {
  const result = parseJson(text);
  return isObject(result) ? { ...result, ttlMs } : undefined;
}
