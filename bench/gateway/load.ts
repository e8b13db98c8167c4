/**
 * The load generator, a process of its own so that its cost is nobody else's: forked by drive.ts, which sends a
 * {@link LoadOrder}, gets 'warm', sends 'go', and gets a {@link LoadResult}.
 */
import { readFileSync } from 'node:fs';
import { Client } from 'undici';
import type { Era } from '../../src/gateway/era.ts';
import { discover, type Endpoint, envelope, messageIn, openSession, post } from './mcp-session.ts';

/** What to send, where, how often. */
export interface LoadOrder {
  readonly url: string;
  readonly caFile?: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly tool: string;
  /** The era that the calls are of. */
  readonly era: Era;
  /** Connections, each with one call in flight and, in the legacy era, a session. */
  readonly connections: number;
  readonly warmUpCalls: number;
  readonly calls: number;
  /** No call starts later than this after the start of its phase. */
  readonly seconds: number;
}

/** What came of it; latencies in milliseconds, CPU of the generator itself in microseconds a call. */
export interface LoadResult {
  readonly calls: number;
  readonly seconds: number;
  readonly p50: number;
  readonly p99: number;
  readonly generatorCpu: number;
}

/** What the generator says to its parent. */
export type LoadReport = { kind: 'warm' } | { kind: 'done'; result: LoadResult } | { kind: 'failed'; reason: string };

// Prose, because a gateway that reads what passes must read something like it; with the rest about 1 KB.
const PROSE =
  'The quarterly summary lists the open questions in the order in which the teams raised them, names who will look at each, and says when an answer is expected. ';
const MESSAGE_LENGTH = 1_000;
const PADDING = PROSE.repeat(Math.ceil(MESSAGE_LENGTH / PROSE.length));

interface Line {
  readonly client: Client;
  readonly endpoint: Endpoint;
  readonly name: string;
  /** Of every call, as it stands in JSON: `"_meta":{…},` in the modern era, nothing in the legacy one. */
  readonly meta: string;
}

// Its parent is gone: nobody waits for the result.
process.once('disconnect', () => process.exit());
process.once('message', (order: LoadOrder) => {
  run(order).catch((error: unknown) => report({ kind: 'failed', reason: String(error) }));
});

async function run(order: LoadOrder): Promise<void> {
  const ca = order.caFile === undefined ? undefined : readFileSync(order.caFile, 'utf8');
  const { origin, pathname } = new URL(order.url);
  const endpoint = { path: pathname, headers: order.headers };
  const meta = order.era === 'modern' ? `"_meta":${JSON.stringify(envelope)},` : '';
  const lines = await Promise.all(
    Array.from({ length: order.connections }, async (_, index): Promise<Line> => {
      const connect = ca === undefined ? {} : { ca };
      const client = new Client(origin, { connect, pipelining: 1, keepAliveTimeout: 60_000, headersTimeout: 60_000 });
      const opened = order.era === 'modern' ? discover(client, endpoint, order.tool) : openSession(client, endpoint);
      return { client, endpoint: await opened, name: `line ${index}`, meta };
    }),
  );
  for (const line of lines) await proveEcho(line, order.tool);
  await phase(lines, order.tool, order.warmUpCalls, order.seconds);
  report({ kind: 'warm' });
  await new Promise((resolve) => process.once('message', resolve));
  report({ kind: 'done', result: await phase(lines, order.tool, order.calls, order.seconds) });
  await Promise.all(lines.map((line) => line.client.destroy()));
  process.disconnect();
}

/** One call whose whole reply is read and compared: only a chain that answers rightly is worth timing. */
async function proveEcho(line: Line, tool: string): Promise<void> {
  const text = `${line.name}: ${PROSE}`;
  const { status, body } = await post(line.client, line.endpoint, callText(line, '"proof"', tool, text));
  const expected = JSON.stringify({ id: 'proof', text: `Echo: ${text}` });
  const reply = status === 200 ? (messageIn(body) as EchoReply) : undefined;
  if (JSON.stringify({ id: reply?.id, text: reply?.result?.content?.[0]?.text }) !== expected) {
    throw new Error(`The echo is wrong: ${status} ${body.slice(0, 300)}`);
  }
}

interface EchoReply {
  readonly id?: unknown;
  readonly result?: { readonly content?: readonly { readonly text?: unknown }[] };
}

async function phase(lines: readonly Line[], tool: string, calls: number, seconds: number): Promise<LoadResult> {
  const latencies = new Float64Array(calls);
  const cpu = process.cpuUsage();
  const begin = performance.now();
  const end = begin + seconds * 1_000;
  let started = 0;
  let finished = 0;
  const drive = async (line: Line): Promise<void> => {
    for (;;) {
      const now = performance.now();
      if (started >= calls || now > end) return;
      started += 1;
      await callOnce(line, tool, started);
      latencies[finished] = performance.now() - now;
      finished += 1;
    }
  };
  await Promise.all(lines.map(drive));
  const elapsed = (performance.now() - begin) / 1_000;
  const used = process.cpuUsage(cpu);
  const sorted = latencies.subarray(0, finished).sort();
  const at = (share: number): number => sorted[Math.min(finished - 1, Math.floor(finished * share))] ?? Number.NaN;
  const generatorCpu = (used.user + used.system) / finished;
  return { calls: finished, seconds: elapsed, p50: at(0.5), p99: at(0.99), generatorCpu };
}

async function callOnce(line: Line, tool: string, number: number): Promise<void> {
  const marker = `${line.name}, call ${number}: `;
  const message = marker + PADDING.slice(0, MESSAGE_LENGTH - marker.length);
  const answer = await post(line.client, line.endpoint, callText(line, String(number), tool, message));
  if (answer.status !== 200 || !answer.body.includes(`Echo: ${marker}`)) {
    throw new Error(`Call ${number}: ${answer.status} ${answer.body.slice(0, 300)}`);
  }
}

/** A call as JSON; `id` is JSON already, `message` needs no escapes. */
function callText({ meta }: Line, id: string, tool: string, message: string): string {
  const params = `{${meta}"name":"${tool}","arguments":{"message":"${message}"}}`;
  return `{"jsonrpc":"2.0","id":${id},"method":"tools/call","params":${params}}`;
}

function report(message: LoadReport): void {
  process.send?.(message);
}
