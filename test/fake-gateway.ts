import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AuditEntry } from '../src/audit/log.ts';
import { serveMcp, scopeOf } from '../src/gateway/endpoint.ts';
import { createEraVerdict } from '../src/gateway/era-verdict.ts';
import { serveMetadata } from '../src/gateway/serve-metadata.ts';
import { Gate, type Limits } from '../src/gateway/gate.ts';
import type { Announcement, Link, Listener } from '../src/gateway/link.ts';
import { createRecorder } from '../src/gateway/record.ts';
import { createToolHeaders } from '../src/gateway/tool-headers.ts';
import type { Upstream } from '../src/gateway/upstream.ts';
import { isMetadataPath, type ProtectedResource } from '../src/identity/protected-resource.ts';
import { MerlonError } from '../src/kernel/errors.ts';
import { type Clock, fakeClock } from '../src/kernel/clock.ts';
import type { JsonObject, Request, Response } from '../src/kernel/jsonrpc.ts';
import { defineRole } from '../src/policy/decide.ts';
import type { RateLimit } from '../src/policy/rate-limit.ts';

/** An upstream in this process, and what reached it. */
export interface FakeUpstream extends Upstream {
  readonly received: Request[];
  /** What it got back for what it asked. */
  readonly answered: Response[];
  readonly links: Set<Listener>;
}

/** What an upstream of a test answers: a result, an error object, or a promise of one. `say` sends something before it. */
export type Answer = (
  request: Request,
  link: Link,
  say: (message: Announcement) => void,
) => JsonObject | Promise<JsonObject>;

/** An upstream that answers `initialize` and leaves the rest to `answer`. */
export function fakeUpstream(name: string, answer: Answer): FakeUpstream {
  const received: Request[] = [];
  const answered: Response[] = [];
  const links = new Set<Listener>();
  const open = (listener: Listener): Link => {
    links.add(listener);
    const link: Link = {
      upstream: name,
      request(request, related) {
        received.push(request);
        const { promise, resolve, reject } = Promise.withResolvers<Response>();
        const reply = async (): Promise<Response> => ({
          jsonrpc: '2.0',
          id: request.id,
          result: await result(request, link, related),
        });
        reply().then(resolve, reject);
        return { reply: promise, cancel: reject };
      },
      notify: () => Promise.resolve(),
      respond(response) {
        answered.push(response);
        return Promise.resolve();
      },
      listen() {},
      get closed() {
        return !links.has(listener);
      },
      retire: (cause) => link.close(cause),
      close: (cause) => {
        links.delete(listener);
        listener.closed(cause);
        return Promise.resolve();
      },
    };
    return link;
  };
  const result: Answer = (request, link, say) =>
    request.method === 'initialize'
      ? {
          protocolVersion: '2025-11-25',
          capabilities: { tools: {}, prompts: {}, resources: {} },
          serverInfo: { name, version: '1' },
        }
      : answer(request, link, say);
  return {
    name,
    definition: { name, kind: 'http', url: 'http://127.0.0.1:1/', headers: {}, requestTimeoutMs: 60_000 },
    requestTimeoutMs: 60_000,
    eras: createEraVerdict(fakeClock(), undefined),
    toolHeaders: createToolHeaders(),
    received,
    answered,
    links,
    open: (listener) => Promise.resolve(open(listener)),
    close: () => Promise.resolve(),
  };
}

export interface FakeGatewayOptions {
  readonly upstreams: readonly Upstream[];
  /** Role name to permissions. A caller is whoever its bearer token says, as `NAME`, `NAME:ROLE` or `NAME:ROLE:TASK`. */
  readonly roles: Readonly<Record<string, readonly string[]>>;
  readonly clock?: Clock;
  readonly limits?: Partial<Limits>;
  /** Callers whose credential counts no more. */
  readonly isRevoked?: (name: string) => boolean;
  /** Who issues tokens for it; default nobody. */
  readonly resource?: ProtectedResource | undefined;
  readonly limiter?: RateLimit;
  /** Makes the audit log refuse an entry. */
  readonly auditFails?: (entry: AuditEntry) => boolean;
}

/** The real data path with upstreams, audit log and callers of the test's making, over plain loopback HTTP. */
export interface FakeGateway {
  readonly url: string;
  readonly gate: Gate;
  readonly entries: AuditEntry[];
  /** Sends one message. */
  post(path: string, token: string, message: object, session?: string): Promise<Answered>;
  /** Opens a session and returns its id. */
  initialize(path: string, token: string): Promise<string>;
  close(): Promise<void>;
}

export interface Answered {
  readonly status: number;
  readonly headers: Headers;
  /** The JSON-RPC answer; of an event stream, its last message. */
  readonly body:
    | { result?: JsonObject; error?: { code: number; message: string; data?: { code?: string } } }
    | undefined;
}

export async function startFakeGateway(options: FakeGatewayOptions): Promise<FakeGateway> {
  const clock = options.clock ?? fakeClock();
  const entries: AuditEntry[] = [];
  const append = (entry: AuditEntry): Promise<number> => {
    if (options.auditFails?.(entry) === true) {
      return Promise.reject(new MerlonError('AUDIT_UNAVAILABLE', 'The audit log cannot be written.'));
    }
    return Promise.resolve(entries.push(entry));
  };
  const gate = new Gate({
    clock,
    version: '0.0.0',
    log: { info() {}, warn() {}, error: () => undefined },
    recorder: createRecorder({ append, clock, mask: { text: (text) => text, value: (value) => value } }),
    snapshot: {
      roles: new Map(Object.entries(options.roles).map(([name, permissions]) => [name, defineRole(name, permissions)])),
      authenticate(header) {
        const [, name, role, task] = /^Bearer (\w+)(?::(\w+))?(?::(\w+))?$/.exec(String(header)) ?? [];
        if (name === undefined) throw new MerlonError('AUTH_REQUIRED', 'Who are you?');
        if (options.isRevoked?.(name) === true) throw new MerlonError('AUTH_INVALID', 'No longer.');
        const caller = { principal: name, role: role ?? name, credential: name, expiresAt: undefined };
        return task === undefined ? { ...caller, method: 'api_key' } : { ...caller, method: 'task', task };
      },
      limiter: options.limiter,
      resource: options.resource,
      mcpLimiter: undefined,
      upstreams: new Map(options.upstreams.map((upstream) => [upstream.name, upstream])),
      hide: (text) => text,
      limits: {
        maxBodyBytes: 1_000_000,
        maxSessions: 1_000,
        maxSessionsPerCaller: 1_000,
        maxStreamsPerCaller: 10,
        sessionIdleMs: 60_000,
        sessionMaxMs: 3_600_000,
        ...options.limits,
      },
    },
  });
  const server = createServer((req, res) => {
    const path = req.url?.split('?')[0] ?? '';
    const scope = scopeOf(path);
    if (isMetadataPath(path)) void serveMetadata(gate, req, res, path);
    else if (scope === undefined) res.writeHead(404).end();
    else void serveMcp(gate, req, res, scope.scope);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const url = `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`;

  async function post(path: string, token: string, message: object, session?: string): Promise<Answered> {
    const response = await fetch(url + path, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${token}`,
        'content-type': 'application/json',
        accept: 'application/json, text/event-stream',
        ...(session === undefined ? {} : { 'mcp-session-id': session }),
      },
      body: JSON.stringify(message),
    });
    const text = await response.text();
    const json = response.headers.get('content-type')?.startsWith('text/event-stream')
      ? text
          .trim()
          .split('\n')
          .findLast((line) => line.startsWith('data: '))
          ?.slice(6)
      : text;
    const body: Answered['body'] = json === undefined || json === '' ? undefined : JSON.parse(json);
    return { status: response.status, headers: response.headers, body };
  }

  return {
    url,
    gate,
    entries,
    post,
    async initialize(path, token) {
      const params = { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 't', version: '1' } };
      const answer = await post(path, token, { jsonrpc: '2.0', id: 'init', method: 'initialize', params });
      const session = answer.headers.get('mcp-session-id');
      if (session === null) throw new Error(`initialize answered ${answer.status} ${JSON.stringify(answer.body)}`);
      return session;
    },
    async close() {
      await gate.close(0);
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
