import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { DoorFacts, ProbeName, Probes } from '../src/scanner/facts/door.ts';
import { collectDoor, type Door, type DoorRules } from '../src/scanner/collect/server/door/door.ts';
import type { Look } from '../src/scanner/look.ts';
import { type FakeGateway, fakeUpstream, startFakeGateway } from './fake-gateway.ts';
import { type GatewayProcess, startGateway } from './gateway-process.ts';
import type { Program } from './program.ts';
import { everythingTools, startEverything } from './upstreams.ts';

function collect(url: string, rules: Partial<DoorRules> = {}): Promise<Door> {
  return collectDoor(new URL(url), {
    credential: undefined,
    verifyTls: true,
    signal: new AbortController().signal,
    now: () => Date.now(),
    step() {},
    ...rules,
  });
}

function seen<T>(look: Look<T>): T {
  if ('blind' in look) throw new Error(look.why.en);
  return look.saw;
}

const bearer = (token: string): DoorRules['credential'] => ({
  saw: { kind: 'bearer', headers: { authorization: `Bearer ${token}` } },
});

/** Status and JSON-RPC code of each probe, or why there are none. */
function outline(probes: Probes): Partial<Record<ProbeName, string>> {
  const entries = Object.entries(probes).map(([name, look]) => {
    if ('blind' in look) return [name, look.blind];
    const { status, rpc } = look.saw;
    return [name, `${status}${rpc === undefined ? '' : rpc.result ? ' result' : ` ${rpc.error?.code}`}`];
  });
  return Object.fromEntries(entries) as Partial<Record<ProbeName, string>>;
}

let everything: { program: Program; url: string };
beforeAll(async () => {
  everything = await startEverything();
});
afterAll(() => everything.program.stop());

describe('a bare server', () => {
  it('lets everybody in, from everywhere', async () => {
    const { door, tools } = await collect(everything.url);
    const facts = seen(door);
    expect(facts.eras).toMatchObject({ legacy: { saw: { version: '2025-11-25' } }, modern: { blind: 'not-offered' } });
    expect(outline(facts.probes.legacy)).toMatchObject({
      'no-credential': '200 result',
      'wrong-credential': 'not-offered',
      'foreign-host': '200 result',
      'foreign-origin': '200 result',
      'preflight-foreign-origin': '204',
      'unknown-method': '200 -32601',
      'invalid-json': '400 -32700',
      'version-unknown': '400 -32000',
      'oversized-body': expect.stringMatching(/^413/),
    });
    expect(seen(facts.sessionIds)).toHaveLength(3);
    expect(seen(tools).tools.map(({ name }) => name)).toEqual(expect.arrayContaining(everythingTools));
    expect(seen(tools).prompts.length).toBeGreaterThan(0);
  });
});

describe('the same server behind the gateway', () => {
  let gateway: GatewayProcess;
  beforeAll(async () => {
    gateway = await startGateway({
      // At the defaults it takes as long as the gateway wants it to.
      security: {
        max_requests_per_minute: 600,
        rate_limit_burst: 12,
        max_mcp_requests_per_minute: 6_000,
        mcp_rate_limit_burst: 600,
      },
      mcpServers: { everything: { type: 'http', url: everything.url } },
    });
  });
  afterAll(() => gateway.stop());

  it('is open to the key and to nobody else, in both eras', async () => {
    const { door, tools } = await collect(`${gateway.url}/mcp`, {
      ca: gateway.ca,
      credential: bearer(await gateway.key('admin')),
    });
    const facts: DoorFacts = seen(door);
    expect(facts).toMatchObject({ isLoopback: true, credential: 'bearer' });
    expect(facts.eras).toMatchObject({
      legacy: { saw: { version: '2025-11-25', server: { name: 'merlon' } } },
      modern: { saw: { version: '2026-07-28', server: { name: 'merlon' } } },
    });
    const both = {
      'no-credential': '401 -31401',
      'wrong-credential': '401 -31401',
      'foreign-host': '403',
      'foreign-origin': '403',
    };
    expect(outline(facts.probes.legacy)).toEqual({
      ...both,
      'empty-credential': '401 -31401',
      'unsigned-token': '401 -31401',
      'expired-token': '401 -31401',
      'foreign-token': '401 -31401',
      'credential-in-query': '401 -31401',
      'preflight-foreign-origin': '403',
      'oversized-body': '413 -32600',
      'deep-json': '400 -32600',
      'invalid-json': '400 -32700',
      'unknown-method': '200 -32601',
      'unknown-tool': '200 -32602',
      'version-unknown': '400 -32022',
      'unknown-session': '404 -32001',
      'chosen-session': '200 result',
      'session-without-credential': '401 -31401',
      'session-after-delete': '404 -32001',
    });
    expect(outline(facts.probes.modern)).toEqual({
      ...both,
      'unknown-method': '404 -32601',
      'unknown-tool': '400 -32602',
      'version-unknown': '400 -32022',
      'header-mismatch': '400 -32020',
    });
    const chosen = facts.probes.legacy['chosen-session'];
    expect(chosen !== undefined && seen(chosen).headers['mcp-session-id']).not.toBe(facts.chosenSession);
    expect(seen(facts.sessionIds)).toHaveLength(3);
    expect(seen(tools).tools.map(({ name }) => name)).toContain('everything__echo');
  });

  it('is closed to who has no key', async () => {
    const { door, tools } = await collect(`${gateway.url}/mcp`, { ca: gateway.ca });
    const facts = seen(door);
    expect(facts).toMatchObject({
      credential: 'none',
      eras: { legacy: { blind: 'no-credential' }, modern: { blind: 'no-credential' } },
      // The attempts of strangers are limited.
      burst: { saw: { sent: 20, retryAfter: true } },
    });
    expect(outline(facts.probes.legacy)).toMatchObject({ 'no-credential': '401 -31401', 'foreign-host': '403' });
    expect(tools).toMatchObject({ blind: 'no-credential' });
  });

  it('is not looked at over a certificate that nobody vouches for, unless that is asked for', async () => {
    const credential = bearer(await gateway.key('admin'));
    expect((await collect(`${gateway.url}/mcp`, { credential })).door).toMatchObject({ blind: 'error' });
    const { tools } = await collect(`${gateway.url}/mcp`, { credential, verifyTls: false });
    expect(tools).toHaveProperty('saw');
  });
});

describe('a gateway that an issuer gives tokens for', () => {
  let gateway: FakeGateway;
  beforeAll(async () => {
    gateway = await startFakeGateway({
      upstreams: [fakeUpstream('one', () => ({ tools: [] }))],
      roles: { user: ['*:*'] },
      resource: { authorizationServers: ['https://issuer.example'], scopes: [], address: () => gateway.url },
    });
  });
  afterAll(() => gateway.close());

  it('says where its metadata is, and an issuer inside a private network is not asked', async () => {
    const resolve = (): Promise<{ address: string; family: number }[]> =>
      Promise.resolve([{ address: '10.0.0.1', family: 4 }]);
    const facts = seen((await collect(`${gateway.url}/mcp`, { credential: bearer('user'), resolve })).door);
    expect(seen(facts.resourceMetadata)).toMatchObject({
      url: `${gateway.url}/.well-known/oauth-protected-resource/mcp`,
      document: { resource: `${gateway.url}/mcp` },
    });
    expect(facts.authorizationServers).toMatchObject([{ blind: 'not-asked' }]);
    expect(outline(facts.probes.legacy)).toMatchObject({
      'unsigned-token': '401 -31401',
      'expired-token': '401 -31401',
    });
  });
});
