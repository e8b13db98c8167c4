import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { Agent, request } from 'undici';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type GatewayProcess, startGateway } from './gateway-process.ts';
import type { Program } from './program.ts';
import { entriesOf, startEverything, upstreamsIn } from './upstreams.ts';

let folder: string;
let everything: Program;
let gateway: GatewayProcess;
let trusting: Agent;
let authorization: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'merlon-appendix-c-'));
  const started = await startEverything();
  everything = started.program;
  gateway = await startGateway({
    security: { rate_limiting: true, max_requests_per_minute: 100 },
    mcpServers: entriesOf(await upstreamsIn(folder, started.url)),
  });
  trusting = new Agent({ connect: { ca: gateway.ca } });
  authorization = `Bearer ${await gateway.key('admin')}`;
});

afterAll(async () => {
  await trusting?.close();
  await gateway?.stop();
  await everything?.stop();
  await rm(folder, { recursive: true, force: true });
});

// First, while the allowance is whole: the tests of appendix C use it up.
describe('the shapes that the baseline validator reads', () => {
  it('reads from /api/v2/info, without a key, that TLS and authentication are on', async () => {
    const { status, body } = await get('/api/v2/info');
    expect(status).toBe(200);
    const tls = expect.stringMatching(/^TLSv1\.[23]$/);
    expect(body).toMatchObject({ secure: true, tls_version: tls, auth_required: true });
  });

  it('reads at least two roles from an array', async () => {
    const roles = await getArray('/api/v2/roles');
    expect(roles.length).toBeGreaterThanOrEqual(2);
  });

  it('reads the name and the security of every tool from an array', async () => {
    const tools = await getArray('/api/v2/tools');
    const security = { sandbox_enabled: expect.any(Boolean), permission_scopes: expect.anything() };
    expect(tools.length).toBeGreaterThan(0);
    expect(tools).toEqual(tools.map(() => expect.objectContaining({ name: expect.any(String), security })));
  });

  it('reads the log level and that the audit log is on', async () => {
    const { status, body } = await get('/api/v2/config/logging', authorization);
    expect(status).toBe(200);
    expect(body).toMatchObject({ level: expect.stringMatching(/^(INFO|WARN|ERROR)$/), audit_enabled: true });
  });
});

// In the order of the script, with one key: its tests share a caller and so a rate limit.
describe('the security tests of appendix C', () => {
  it('finds that plain HTTP on the same port redirects to https', async () => {
    const plain = gateway.url.replace('https://', 'http://');
    const { statusCode, headers, body } = await request(`${plain}/api/v2/info`);
    await body.dump();
    expect([301, 302]).toContain(statusCode);
    expect(headers['location']).toBe(`${gateway.url}/api/v2/info`);
  });

  it('finds that the tools need authentication', async () => {
    expect(await get('/api/v2/tools')).toMatchObject({ status: 401 });
  });

  it('finds that a wrong API key is refused', async () => {
    expect(await get('/api/v2/tools', 'Bearer invalid-key')).toMatchObject({ status: 401 });
  });

  it('finds that the rate limit bites within 20 requests at 10 a second', async () => {
    const answers: Answer[] = [];
    for (let sent = 0; sent < 20; sent += 1) {
      answers.push(await get('/api/v2/info', authorization));
      // Real time is what this is about: the script sends ten a second against a limit of 100 a minute.
      await delay(100);
    }
    expect(answers[0]).toMatchObject({ status: 200 });
    const refused = answers.filter(({ status }) => status !== 200);
    expect(refused.length).toBeGreaterThan(0);
    expect(refused).toEqual(refused.map(() => ({ status: 429, retryAfter: expect.stringMatching(/^[1-9]\d*$/) })));
  });

  it('finds that every tool names its permission scopes, right after the rate limit bit', async () => {
    const tools = await getArray('/api/v2/tools');
    const security = expect.objectContaining({ permission_scopes: expect.arrayContaining([expect.any(String)]) });
    expect(tools.length).toBeGreaterThan(0);
    expect(tools).toEqual(tools.map(() => expect.objectContaining({ security })));
  });
});

interface Answer {
  readonly status: number;
  readonly retryAfter?: string;
  readonly body?: unknown;
}

async function get(path: string, key?: string): Promise<Answer> {
  const sent = key === undefined ? {} : { authorization: key };
  const { statusCode, headers, body } = await request(`${gateway.url}${path}`, { dispatcher: trusting, headers: sent });
  const text = await body.text();
  const retryAfter = headers['retry-after'];
  if (statusCode === 200) return { status: statusCode, body: JSON.parse(text) as unknown };
  return typeof retryAfter === 'string' ? { status: statusCode, retryAfter } : { status: statusCode };
}

async function getArray(path: string): Promise<readonly unknown[]> {
  const { status, body } = await get(path, authorization);
  expect(status).toBe(200);
  expect(body).toBeInstanceOf(Array);
  return body as readonly unknown[];
}
