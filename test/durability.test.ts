import { randomUUID } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually, lookUp, processesWith } from './children/process-table.ts';
import { type Deployment, makeDeployment, type Serving } from './deployment.ts';
import { type Http, type McpSession, speakTo } from './mcp-client.ts';

const ROUNDS = 8;
const CALLERS = 6;
const mark = randomUUID();

let deployment: Deployment;
let token: string;
let record: string;
/** Marks of the calls that a client saw answered, over all rounds. */
const answered = new Set<string>();

beforeAll(async () => {
  deployment = await makeDeployment({});
  record = join(deployment.folder, 'reached');
  const server = [join(import.meta.dirname, 'fixtures/sh-server.sh'), record];
  await deployment.configure({
    permissions: { roles: [{ name: 'user', permissions: ['read:*', 'execute:tool'] }] },
    security: { rate_limiting: false },
    logging: { level: 'WARN' },
    mcpServers: {
      own: { command: 'sh', args: server, env: { DURABILITY_MARK: mark } },
      shared: { command: 'sh', args: server, env: { DURABILITY_MARK: mark }, shared: true },
    },
  });
  token = deployment.key('user');
});

afterAll(() => deployment.remove());

interface Entry {
  readonly seq: number;
  readonly kind: string;
  readonly intent?: number;
  readonly method?: string;
  readonly args?: string;
}

/** All entries; a last line that the kill tore is none. */
function entries(): Entry[] {
  const lines = readFileSync(join(deployment.state, 'audit.log'), 'utf8').split('\n');
  // What follows the last line break is empty, or torn.
  return lines.slice(0, -1).map((line) => JSON.parse(line) as Entry);
}

/** The marks of calls with an intent, and of those with an outcome too. */
function recorded(): { intents: Set<string>; outcomes: Set<string> } {
  const all = entries();
  const calls = all.filter(({ kind, method }) => kind === 'intent' && method === 'tools/call');
  const ended = new Set(all.flatMap(({ kind, intent = 0 }) => (kind === 'outcome' ? intent : [])));
  const markOf = ({ args = '{}' }: Entry): string => (JSON.parse(args) as { mark: string }).mark;
  return {
    intents: new Set(calls.map(markOf)),
    outcomes: new Set(calls.filter(({ seq }) => ended.has(seq)).map(markOf)),
  };
}

const reached = (): string[] =>
  existsSync(record)
    ? readFileSync(record, 'utf8')
        .split('\n')
        .filter((line) => line.startsWith('echo '))
        .map((line) => line.slice(5))
    : [];

/** Calls as fast as the gateway answers until the connection is gone; resolves with the number of answers seen. */
async function callOn(session: McpSession, who: string): Promise<void> {
  for (let n = 0; ; n += 1) {
    const call = `${who}-${n}`;
    const answer = await session.call('echo', { mark: call }).catch(() => undefined);
    if (answer === undefined) return;
    expect(answer.result, answer.text).toMatchObject({ content: [{ text: call }] });
    answered.add(call);
  }
}

/** One life of a gateway: it is killed while everybody calls, after a number of answers that nobody knows beforehand. */
async function liveAndDie(round: number): Promise<void> {
  const gateway: Serving = await deployment.start();
  const http: Http = speakTo({ url: gateway.url, ca: deployment.ca });
  const paths = Array.from({ length: CALLERS }, (_, index) => (index % 2 === 0 ? '/mcp/own' : '/mcp/shared'));
  const sessions = await Promise.all(paths.map((path) => http.open(path, token)));
  const before = answered.size;
  const enough = before + Math.floor(Math.random() * 120);
  const calling = Promise.all(sessions.map((session, index) => callOn(session, `r${round}c${index}`)));
  await eventually(() => answered.size >= enough);
  process.kill(gateway.pid, 'SIGKILL');
  await calling;
  await http.close();
  await eventually(() => lookUp(gateway.pid) === undefined);
  await gateway.stop();
}

describe('a gateway that is killed under load', () => {
  it(`has recorded everything that anybody saw, ${ROUNDS} times over the same state`, async () => {
    for (let round = 0; round < ROUNDS; round += 1) {
      await liveAndDie(round);
      const { intents, outcomes } = recorded();
      // What a client saw has both; what reached the upstream has at least the intent.
      expect([...answered].filter((call) => !intents.has(call) || !outcomes.has(call))).toEqual([]);
      expect(reached().filter((call) => !intents.has(call))).toEqual([]);
      await eventually(() => processesWith(`DURABILITY_MARK=${mark}`, ['environ']).length === 0);
    }
    expect(answered.size).toBeGreaterThan(ROUNDS);
    expect(reached().length).toBeGreaterThanOrEqual(answered.size);
  });

  it('goes on in the same log without a gap, a repeated number or a torn line', async () => {
    const gateway = await deployment.start();
    const http = speakTo({ url: gateway.url, ca: deployment.ca });
    const session = await http.open('/mcp/own', token);
    expect((await session.call('echo', { mark: 'last' })).result).toMatchObject({ content: [{ text: 'last' }] });
    await http.close();
    expect(await gateway.stop()).toBe(0);
    const all = entries();
    expect(all.map(({ seq }) => seq)).toEqual(all.map((_, index) => index + 1));
    expect(recorded().outcomes).toContain('last');
    expect(all.at(-1)).toMatchObject({ kind: 'lifecycle' });
    await eventually(() => processesWith(`DURABILITY_MARK=${mark}`, ['environ']).length === 0);
    expect(processesWith(deployment.folder)).toEqual([]);
  });
});
