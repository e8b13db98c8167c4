import { randomUUID } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { connect as connectPlain } from 'node:net';
import { join } from 'node:path';
import { connect as connectTls } from 'node:tls';
import { pathToFileURL } from 'node:url';
import { once } from 'node:events';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually, lookUp, processesWith } from './children/process-table.ts';
import { type Deployment, makeDeployment, type Serving } from './deployment.ts';
import { INITIALIZE, mcpHeaders, speakTo } from './mcp-client.ts';
import { openRaw, type Raw, requestText } from './raw-http.ts';

const mark = randomUUID();
const WARM_UP = 96;
const DISCONNECTS = 1_000;
const AT_A_TIME = 32;

let deployment: Deployment;
let gateway: Serving;
let token: string;
let heapReport: string;

beforeAll(async () => {
  deployment = await makeDeployment({
    server: { drain_seconds: 1 },
    permissions: { roles: [{ name: 'user', permissions: ['read:*', 'execute:tool'] }] },
    security: {
      rate_limiting: false,
      session_idle_seconds: 2,
      max_sessions_per_caller: 5_000,
      max_children: 5_000,
    },
    logging: { level: 'WARN' },
    mcpServers: {
      sh: { command: 'sh', args: [join(import.meta.dirname, 'fixtures/sh-server.sh')], env: { ORPHAN_MARK: mark } },
    },
  });
  token = deployment.key('user');
  heapReport = join(deployment.folder, 'heap');
  const preloaded = pathToFileURL(join(import.meta.dirname, 'fixtures/report-heap.mjs')).href;
  gateway = await deployment.start({ env: { NODE_OPTIONS: `--import ${preloaded}`, HEAP_REPORT: heapReport } });
});

afterAll(() => deployment.remove());

/** Every way to hang up; `hangUp` ends the connection without a goodbye. */
const moments: Readonly<Record<string, () => Promise<void>>> = {
  async beforeAByte() {
    const socket = connectPlain(port(), '127.0.0.1').on('error', () => {});
    await once(socket, 'connect');
    socket.destroy();
  },
  async inTheHandshake() {
    const socket = connectTls({ port: port(), host: '127.0.0.1', ca: deployment.ca }).on('error', () => {});
    // TCP is there and the ClientHello on its way; the rest of the handshake never comes.
    await once(socket, 'connect');
    socket.destroy();
  },
  async inTheBody() {
    const raw = await openRaw(target());
    await raw.send(requestText('POST /mcp/sh', { ...mcpHeaders(token), 'content-length': '5000' }, '{"jsonrpc":"2.0"'));
    hangUp(raw);
  },
  async inInitialize() {
    const raw = await openRaw(target());
    await raw.send(requestText('POST /mcp/sh', mcpHeaders(token), JSON.stringify(INITIALIZE)));
    await aMoment();
    hangUp(raw);
  },
  async inACall() {
    const { raw, headers } = await openSession();
    await raw.send(requestText('POST /mcp/sh', headers, call('hang')));
    await aMoment();
    hangUp(raw);
  },
  async halfClosedInACall() {
    const { raw, headers } = await openSession();
    await raw.send(requestText('POST /mcp/sh', headers, call('hang')));
    raw.socket.end();
  },
  async onTheStream() {
    const { raw, headers } = await openSession();
    await raw.send(requestText('GET /mcp/sh', headers));
    if ((await raw.answer()).status === 200) seen.streams += 1;
    hangUp(raw);
  },
  async afterACall() {
    const { raw, headers } = await openSession();
    await raw.send(requestText('POST /mcp/sh', headers, call('echo')));
    if ((await raw.answer()).status === 200) seen.replies += 1;
    hangUp(raw);
  },
};
/** Where the client saw that it had got as far as it wanted before it hung up. */
const seen = { streams: 0, replies: 0 };

const port = (): number => Number(new URL(gateway.url).port);
const target = () => ({ url: gateway.url, ca: deployment.ca });
const call = (name: string): string =>
  JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name, arguments: {} } });

async function openSession(): Promise<{ raw: Raw; headers: Record<string, string> }> {
  const raw = await openRaw(target());
  await raw.send(requestText('POST /mcp/sh', mcpHeaders(token), JSON.stringify(INITIALIZE)));
  const answer = await raw.answer();
  expect(answer.status, answer.body).toBe(200);
  return { raw, headers: { ...mcpHeaders(token), 'mcp-session-id': answer.headers.get('mcp-session-id') ?? '' } };
}

/** Some turns of the event loop, so that the gateway is met at different steps of its work. */
async function aMoment(): Promise<void> {
  for (let turns = Math.random() * 40; turns > 1; turns -= 1) await new Promise((resolve) => setImmediate(resolve));
}

/** Half of them with a FIN, half with a reset. */
function hangUp({ tcp }: Raw): void {
  if (Math.random() < 0.5) tcp.destroy();
  else tcp.resetAndDestroy();
}

async function disconnectRudely(times: number): Promise<void> {
  const ways = Object.values(moments);
  let next = 0;
  const worker = async (): Promise<void> => {
    while (next < times) {
      next += 1;
      await ways[next % ways.length]?.();
    }
  };
  await Promise.all(Array.from({ length: AT_A_TIME }, worker));
}

const left = (): number[] => processesWith(`ORPHAN_MARK=${mark}`, ['environ']);
const descriptors = (): number => readdirSync(`/proc/${gateway.pid}/fd`).length;
const residentMb = (): number =>
  Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${gateway.pid}/status`, 'utf8'))?.[1]) / 1_024;

/** What the gateway's heap holds once all garbage is collected. */
async function heapMb(): Promise<number> {
  // Whole lines alone: a file that has just been made is empty, and nothing is no measure.
  const lines = (): string[] =>
    existsSync(heapReport) ? readFileSync(heapReport, 'utf8').split('\n').slice(0, -1) : [];
  const known = lines().length;
  process.kill(gateway.pid, 'SIGUSR2');
  await eventually(() => lines().length > known);
  return Number(lines().at(-1)) / 1_048_576;
}

interface SessionEntry {
  readonly kind: string;
  readonly event?: string;
  readonly session?: string;
}

function sessions(event: string): string[] {
  const lines = readFileSync(join(deployment.state, 'audit.log'), 'utf8').trim().split('\n');
  const entries = lines.map((line) => JSON.parse(line) as SessionEntry);
  return entries.flatMap(({ kind, event: what, session = '' }) =>
    kind === 'session' && what === event ? session : [],
  );
}

describe('1,000 clients that hang up without a goodbye', () => {
  it('leave no process, no session, no descriptor and no memory behind', async () => {
    await disconnectRudely(WARM_UP);
    await eventually(() => left().length === 0);
    const before = { descriptors: descriptors(), residentMb: residentMb(), heapMb: await heapMb() };

    await disconnectRudely(DISCONNECTS);
    await eventually(() => left().length === 0, left);
    await eventually(
      () => descriptors() <= before.descriptors + 5,
      () => ({ before, now: descriptors() }),
    );
    // 5 MiB would be 5 KiB a disconnect: less than any session or socket that were kept.
    expect(await heapMb()).toBeLessThan(before.heapMb + 5);
    expect(residentMb()).toBeLessThan(before.residentMb + 128);

    const eachWay = (WARM_UP + DISCONNECTS) / Object.keys(moments).length;
    expect(Math.min(seen.streams, seen.replies)).toBeGreaterThan(0.9 * eachWay);
    const opened = sessions('opened');
    expect(opened.length).toBeGreaterThanOrEqual(4 * eachWay);
    const closed = new Set(sessions('closed'));
    expect(opened.filter((session) => !closed.has(session))).toEqual([]);
  });

  it('do not keep a polite client from being served', async () => {
    const http = speakTo(target());
    const session = await http.open('/mcp/sh', token);
    expect((await session.call('echo', { mark: 'hello' })).result).toMatchObject({ content: [{ text: 'hello' }] });
    expect(left().length).toBeGreaterThanOrEqual(2);
    expect(await session.remove()).toBe(204);
    await eventually(() => left().length === 0, left);
    await http.close();
  });

  it('leave nothing after SIGTERM either, sent while they hang up', async () => {
    const rude = disconnectRudely(64).catch(() => 'the gateway is gone');
    await eventually(() => left().length > 10);
    expect(await gateway.stop()).toBe(0);
    await rude;
    await eventually(() => left().length === 0, left);
    expect(lookUp(gateway.pid)).toBeUndefined();
    expect(processesWith(deployment.folder)).toEqual([]);
  });
});
