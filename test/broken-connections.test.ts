import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually, processesWith } from './children/process-table.ts';
import type { BrokenOutcome, BrokenPlan } from './clients/broken-plan.ts';
import { type Deployment, makeDeployment, type Serving } from './deployment.ts';
import { INITIALIZE, mcpHeaders, speakTo } from './mcp-client.ts';
import type { Program } from './program.ts';
import { openRaw, requestText } from './raw-http.ts';
import { startEverything, upstreamsIn } from './upstreams.ts';

const run = promisify(execFile);
const mark = randomUUID();
const LONG = 'trigger-long-running-operation';

let everything: { program: Program; url: string };
let deployment: Deployment;
let gateway: Serving;
let key: string;

beforeAll(async () => {
  everything = await startEverything();
  deployment = await makeDeployment({});
  const { everything: stdio } = await upstreamsIn(deployment.folder, everything.url);
  const roles = [{ name: 'user', permissions: ['read:*', 'execute:tool'] }];
  const mcpServers = { stdio: { ...stdio?.entry, env: { RESUME_MARK: mark } }, http: { url: everything.url } };
  await deployment.configure({ permissions: { roles }, security: { rate_limiting: false }, mcpServers });
  key = deployment.key('user');
  gateway = await deployment.start();
});

afterAll(async () => {
  await deployment?.remove();
  await everything?.program.stop();
});

interface Entry {
  readonly kind: string;
  readonly method?: string;
  readonly seq: number;
  readonly intent?: number;
  readonly status?: string;
}

/** How the calls of the tool went, as the audit log has it. */
function outcomes(): (string | undefined)[] {
  const lines = readFileSync(join(deployment.state, 'audit.log'), 'utf8').trim().split('\n');
  const entries = lines.map((line) => JSON.parse(line) as Entry);
  const calls = entries.filter(({ kind, method }) => kind === 'intent' && method === 'tools/call');
  return calls.map(({ seq }) => entries.find(({ intent }) => intent === seq)?.status);
}

describe('a client whose connection breaks while a tool works', () => {
  for (const sdk of ['v1', 'v2'] as const) {
    it.each(['stdio', 'http'])(`gets all progress once and the answer: SDK ${sdk}, upstream over %s`, async (name) => {
      const call = { name: LONG, arguments: { duration: 2, steps: 4 } };
      const plan: BrokenPlan = { url: `${gateway.url}/mcp/${name}`, key, sdk, call };
      const driver = join(import.meta.dirname, 'clients', 'broken-connection.ts');
      const env = { ...process.env, NODE_EXTRA_CA_CERTS: deployment.caFile };
      const { stdout } = await run(process.execPath, [driver, JSON.stringify(plan)], { env, timeout: 45_000 });
      const outcome = JSON.parse(stdout) as BrokenOutcome;
      expect(outcome.text).toContain('completed');
      expect(outcome.progress).toEqual(['1/4', '2/4', '3/4', '4/4']);
      expect(outcome.requests.filter((request) => request === 'resumed')).toHaveLength(1);
      expect(outcomes().at(-1)).toBe('ok');
    });
  }
});

describe('DELETE', () => {
  it('ends the process, the call that waits for its client, and the stream that was resumed', async () => {
    const target = { url: gateway.url, ca: deployment.ca };
    const http = speakTo(target);
    const session = await http.open('/mcp/stdio', key);
    const left = (): number[] => processesWith(`RESUME_MARK=${mark}`, ['environ']);
    expect(left()).toHaveLength(1);
    const raw = await openRaw(target);
    const params = { name: LONG, arguments: { duration: 600, steps: 6_000 }, _meta: { progressToken: 1 } };
    const body = JSON.stringify({ jsonrpc: '2.0', id: 9, method: 'tools/call', params });
    await raw.send(requestText('POST /mcp/stdio', session.headers, body));
    expect((await raw.answer(true)).headers.get('content-type')).toBe('text/event-stream');
    raw.tcp.resetAndDestroy();
    const headers = { ...session.headers, accept: 'text/event-stream', 'last-event-id': '1-1' };
    const resumed = await openRaw(target);
    await resumed.send(requestText('GET /mcp/stdio', headers));
    expect((await resumed.answer(true)).status).toBe(200);
    expect(left()).toHaveLength(1);

    expect(await session.remove()).toBe(204);
    await eventually(() => left().length === 0, left);
    await eventually(() => outcomes().at(-1) === 'cancelled', outcomes);
    // The last chunk: the stream has ended, and not just its connection.
    resumed.socket.end();
    expect(await resumed.rest()).toMatch(/0\r\n\r\n$/);
    expect((await http.post('/mcp/stdio', INITIALIZE, mcpHeaders(key))).status).toBe(200);
    expect((await http.fetch('/mcp/stdio', { headers })).status).toBe(404);
    await http.close();
  });
});
