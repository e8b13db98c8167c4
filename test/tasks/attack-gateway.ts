import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stringify } from 'yaml';
import type { Deployment } from '../../src/api/app.ts';
import { createApi } from '../../src/api/app.ts';
import { openTaskGate, type OpenTasks } from '../../src/cli/open-tasks.ts';
import type { Config } from '../../src/config/load.ts';
import { createCatalog } from '../../src/gateway/catalog.ts';
import { type Clock, type FakeClock, fakeClock } from '../../src/kernel/clock.ts';
import { MerlonError } from '../../src/kernel/errors.ts';
import { isObject, type JsonObject, type Response, type RpcError } from '../../src/kernel/jsonrpc.ts';
import type { Task, TaskContext } from '../../src/policy/task/task.ts';
import { load } from '../config.ts';
import { type Answer, type FakeGateway, type FakeUpstream, fakeUpstream, startFakeGateway } from '../fake-gateway.ts';
import { callerOf } from './made-up.ts';

/** A clock that tests turn, and that somebody else may set: forward or back, without any timer running. */
export interface SkewedClock extends FakeClock {
  skew(ms: number): void;
}

export function skewedClock(): SkewedClock {
  const clock = fakeClock();
  let skew = 0;
  return {
    ...clock,
    now: () => clock.now() + skew,
    skew(ms) {
      skew += ms;
    },
  };
}

/** An upstream whose tools and answers a test changes while it runs. */
export interface HostileUpstream extends FakeUpstream {
  tools: readonly JsonObject[];
  /** What it answers, by method; a tool's result by `tools/call NAME`. Default: one line of text. */
  readonly answers: Map<string, Answer>;
  /** Methods that it answers with an error. */
  readonly errors: Map<string, RpcError>;
  /** The arguments of each call of a tool that reached it. */
  calls(tool?: string): readonly unknown[];
}

export function hostileUpstream(name: string, tools: readonly JsonObject[]): HostileUpstream {
  const answers = new Map<string, Answer>();
  const errors = new Map<string, RpcError>();
  const fake = fakeUpstream(name, (request, link, say) => {
    const { method, params } = request;
    const answer = answers.get(`${method} ${String(params?.['name'])}`) ?? answers.get(method);
    if (answer !== undefined) return answer(request, link, say);
    if (method === 'tools/list') return { tools: up.tools };
    return method === 'tools/call' ? textResult('done') : {};
  });
  const up: HostileUpstream = {
    ...fake,
    tools,
    answers,
    errors,
    calls: (tool) =>
      fake.received
        .filter(({ method, params }) => method === 'tools/call' && (tool === undefined || params?.['name'] === tool))
        .map(({ params }) => params?.['arguments']),
    async open(listener, ...rest) {
      const link = await fake.open(listener, ...rest);
      const request: typeof link.request = (asked, ...others) => {
        const error = errors.get(asked.method);
        if (error === undefined) return link.request(asked, ...others);
        const reply = Promise.resolve<Response>({ jsonrpc: '2.0', id: asked.id, error });
        return { reply, cancel() {} };
      };
      return Object.defineProperty(Object.create(link), 'request', { value: request });
    },
  };
  return up;
}

/** A tool of an upstream, as it defines it. */
export function tool(name: string, properties: Record<string, JsonObject> = {}, more: JsonObject = {}): JsonObject {
  return { name, description: '', inputSchema: { type: 'object', properties }, ...more };
}

export function textResult(text: string, more: JsonObject = {}): JsonObject {
  return { content: [{ type: 'text', text }], ...more };
}

export const TEXT = { type: 'string' } as const;
export const NUMBER = { type: 'number' } as const;

/** A session of a client that sends whatever it likes. */
export interface Session {
  readonly id: string;
  request(method: string, params?: JsonObject): Promise<Said>;
  call(name: string, args?: unknown): Promise<Said>;
  /** The body as it is written, with `ID` for the id. */
  raw(body: string): Promise<Said>;
}

/** An answer, as a test asks about it. */
export interface Said {
  readonly status: number;
  readonly result: JsonObject | undefined;
  /** True for a call that went through and did what it should. */
  readonly through: boolean;
  /** Of a denied call, the codes of why. */
  readonly because: readonly string[];
  /** The whole denial. */
  readonly denial: JsonObject;
  /** Merlon's code, or the number of an upstream's error. */
  readonly error: string | number | undefined;
}

/** The real data path, tasks, approvals and management API in this process, with credentials that are really verified. */
export interface Attacked {
  readonly clock: SkewedClock;
  readonly gateway: FakeGateway;
  readonly keeper: OpenTasks;
  /** Opens a task for a principal in the role `user`. */
  open(context: TaskContext, who?: string): Promise<{ readonly task: Task; readonly credential: string }>;
  /** Opens a session; the token is a task's credential, or `NAME:ROLE`. */
  connect(token: string, path?: string): Promise<Session>;
  /** A task and a session under it. */
  work(context: TaskContext, path?: string): Promise<Session & { readonly task: Task; readonly credential: string }>;
  api(method: string, path: string, token: string, body?: JsonObject): Promise<{ status: number; body: JsonObject }>;
  reconfigure(tasks: JsonObject): Promise<void>;
  close(): Promise<void>;
}

export interface AttackOptions {
  /** `mcpServers.NAME.tools`. */
  readonly overrides?: Readonly<Record<string, JsonObject>>;
  readonly roles?: Readonly<Record<string, readonly string[]>>;
  /** Role to its default task. */
  readonly defaults?: Readonly<Record<string, string>>;
}

const ROLES = { user: ['*:*'], boss: ['*:*'], guest: ['read:*', 'execute:tool'] };

export async function startAttacked(
  upstreams: readonly HostileUpstream[],
  tasks: JsonObject,
  options: AttackOptions = {},
): Promise<Attacked> {
  const folder = await mkdtemp(join(tmpdir(), 'merlon-attack-'));
  const clock = skewedClock();
  const roles = options.roles ?? ROLES;
  const configOf = async (given: JsonObject): Promise<Config> => {
    const mcpServers = Object.fromEntries(
      upstreams.map(({ name }) => [name, { url: 'http://127.0.0.1:1/', tools: options.overrides?.[name] ?? {} }]),
    );
    const written = Object.entries(roles).map(([name, permissions]) => {
      const byDefault = options.defaults?.[name];
      return { name, permissions, ...(byDefault === undefined ? {} : { default_task: byDefault }) };
    });
    const server = { tls_cert: 'a.pem', tls_key: 'a.key', state_dir: folder };
    return (await load(stringify({ server, permissions: { roles: written, tasks: given }, mcpServers }))).config;
  };
  let config = await configOf(tasks);
  const gateway = await startFakeGateway({ roles, clock: clock as Clock, upstreams });
  const { gate } = gateway;
  const catalog = createCatalog(gate);
  const keeper = await openTaskGate(gate, {
    config: () => config,
    mask: { text: (text) => text, value: (value) => value },
    catalog,
  });
  const byName = gate.current.authenticate;
  gate.current = {
    ...gate.current,
    authenticate(header, ...rest) {
      const credential = /^Bearer (mlt_\S+)$/.exec(String(header))?.[1];
      if (credential === undefined) return byName(header, ...rest);
      const verdict = keeper.tasks.verify(credential, clock.now());
      if ('refused' in verdict) throw new MerlonError('AUTH_INVALID', 'The credential does not count.');
      return verdict;
    },
  };
  const api = createServer(createApi(gate, () => FACTS, catalog));
  api.listen(0, '127.0.0.1');
  await once(api, 'listening');
  const address = api.address();
  const apiUrl = `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`;

  const open: Attacked['open'] = async (context, who = 'ann') => {
    await keeper.listTools();
    return await keeper.tasks.open(callerOf(who, { principal: who }), context);
  };
  const connect: Attacked['connect'] = async (token, path = '/mcp') => {
    const id = await gateway.initialize(path, token);
    return sessionOf(gateway.url + path, token, id);
  };
  return {
    clock,
    gateway,
    keeper,
    open,
    connect,
    async work(context, path) {
      const { task, credential } = await open(context);
      return { ...(await connect(credential, path)), task, credential };
    },
    async api(method, path, token, body) {
      const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
      const init = body === undefined ? { method, headers } : { method, headers, body: JSON.stringify(body) };
      const response = await fetch(apiUrl + path, init);
      const answer: unknown = await response.json();
      return { status: response.status, body: isObject(answer) ? answer : {} };
    },
    async reconfigure(next) {
      config = await configOf(next);
      await keeper.reloaded();
    },
    async close() {
      api.closeAllConnections();
      api.close();
      await gateway.close();
      await keeper.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

const FACTS: Deployment = {
  version: '1.2.3',
  secure: true,
  tlsVersion: 'TLSv1.3',
  authRequired: true,
  logLevel: 'INFO',
  auditEnabled: true,
  auditWritable: true,
  switchedOff: [],
  controls: () => [],
  notEnforced: [],
  isConfined: () => false,
};

function sessionOf(url: string, token: string, id: string): Session {
  let last = 0;
  const raw = async (body: string): Promise<Said> => {
    last += 1;
    const headers = {
      authorization: `Bearer ${token}`,
      'content-type': 'application/json',
      accept: 'application/json, text/event-stream',
      'mcp-session-id': id,
    };
    const response = await fetch(url, { method: 'POST', headers, body: body.replace('"ID"', String(last)) });
    return saidBy(response.status, response.headers.get('content-type') ?? '', await response.text());
  };
  const request: Session['request'] = (method, params) =>
    raw(JSON.stringify({ jsonrpc: '2.0', id: 'ID', method, ...(params === undefined ? {} : { params }) }));
  return {
    id,
    raw,
    request,
    call: (name, args) =>
      raw(JSON.stringify({ jsonrpc: '2.0', id: 'ID', method: 'tools/call', params: { name, arguments: args } })),
  };
}

function saidBy(status: number, type: string, text: string): Said {
  const data = text.split('\n').filter((line) => line.startsWith('data: '));
  const json = type.startsWith('text/event-stream') ? (data.at(-1)?.slice(6) ?? '') : text;
  const body: unknown = json === '' ? {} : JSON.parse(json);
  const { result, error } = isObject(body) ? body : {};
  const meta = isObject(result) && isObject(result['_meta']) ? result['_meta'] : {};
  const denial = isObject(meta['merlon/denial']) ? meta['merlon/denial'] : {};
  const because = Array.isArray(denial['because']) ? denial['because'] : [];
  const problem = isObject(error) ? error : undefined;
  const own = isObject(problem?.['data']) ? problem['data']['code'] : undefined;
  const code = own ?? problem?.['code'];
  return {
    status,
    result: isObject(result) ? result : undefined,
    through: status === 200 && isObject(result) && result['isError'] !== true,
    because: because.map((one: unknown) => (isObject(one) ? String(one['code']) : '')),
    denial,
    error: typeof code === 'string' || typeof code === 'number' ? code : undefined,
  };
}

/** Names of the tools that a session sees. */
export async function toolsOf(session: Session): Promise<readonly string[]> {
  const { result } = await session.request('tools/list');
  const tools: unknown = result?.['tools'];
  return Array.isArray(tools) ? tools.map((one: unknown) => (isObject(one) ? String(one['name']) : '')) : [];
}
