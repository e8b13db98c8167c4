import { afterEach, describe, expect, it } from 'vitest';
import { forbidden } from '../src/gateway/handle.ts';
import { refusalHeaders } from '../src/gateway/endpoint.ts';
import type { ProtectedResource } from '../src/identity/protected-resource.ts';
import { createRateLimit } from '../src/policy/rate-limit.ts';
import { type FakeGateway, type FakeGatewayOptions, fakeUpstream, startFakeGateway } from './fake-gateway.ts';

const WELL_KNOWN = '/.well-known/oauth-protected-resource';
const resource: ProtectedResource = {
  authorizationServers: ['https://sso.example'],
  scopes: [],
  address: () => 'https://gate.example',
};
const roles = { r: ['read:info', 'execute:tool/up/allowed'], none: [] };

let gateway: FakeGateway;

async function start(options: Partial<FakeGatewayOptions> = {}): Promise<void> {
  const upstreams = [fakeUpstream('up', () => ({ content: [] }))];
  gateway = await startFakeGateway({ upstreams, roles, resource, ...options });
}

afterEach(() => gateway.close());

const get = (path: string, init: RequestInit = {}): Promise<Response> => fetch(gateway.url + path, init);
const challengeOf = ({ headers }: { headers: Headers }): string => headers.get('www-authenticate') ?? '';

describe('protected-resource metadata', () => {
  it('is told to anybody, for the gateway, for all upstreams and for one (AUTHZ-06)', async () => {
    await start();
    for (const part of ['', '/mcp', '/mcp/up']) {
      const response = await get(WELL_KNOWN + part);
      expect([response.status, response.headers.get('content-type')], part).toEqual([200, 'application/json']);
      expect(response.headers.get('cache-control')).toMatch(/max-age=\d+/);
      expect(await response.json()).toEqual({
        resource: `https://gate.example${part}`,
        authorization_servers: ['https://sso.example'],
        bearer_methods_supported: ['header'],
        resource_name: 'Merlon',
      });
    }
  });

  it('does not tell which upstreams there are, nor any scope (AUTHZ-50)', async () => {
    await start();
    const shape = async (name: string): Promise<string> =>
      (await (await get(`${WELL_KNOWN}/mcp/${name}`)).text()).replace(`/mcp/${name}`, '/mcp/X');
    expect(await shape('no-such-upstream')).toBe(await shape('up'));
    expect(await shape('up')).not.toMatch(/scope|allowed|execute/);
  });

  it('says nothing that the request says: neither its Host nor its credential count', async () => {
    await start();
    const plain = await (await get(`${WELL_KNOWN}/mcp`)).text();
    const headers = { 'x-forwarded-host': 'evil.example', forwarded: 'host=evil.example', authorization: 'Bearer x' };
    expect(await (await get(`${WELL_KNOWN}/mcp?resource=https://evil.example`, { headers })).text()).toBe(plain);
    expect(plain).not.toContain(new URL(gateway.url).host);
  });

  it('is not there where no authorization server is configured, and no challenge points to it', async () => {
    await start({ resource: undefined });
    const response = await get(`${WELL_KNOWN}/mcp/up`);
    expect(response.status).toBe(404);
    expect(await response.json()).toMatchObject({ error: { code: 'NOT_FOUND' } });
    const refused = await get('/mcp/up', { method: 'POST' });
    expect(challengeOf(refused)).toBe('Bearer realm="merlon"');
  });

  it('is read and not written, and nothing lies beside it', async () => {
    await start();
    for (const method of ['POST', 'PUT', 'DELETE', 'PATCH'])
      expect((await get(`${WELL_KNOWN}/mcp`, { method })).status, method).toBe(405);
    const head = await get(`${WELL_KNOWN}/mcp`, { method: 'HEAD' });
    expect([head.status, await head.text()]).toEqual([200, '']);
    const odd = [
      '/',
      '/x',
      '/mcp/',
      '/mcp/up/',
      '/mcp/up/x',
      '/mcp/%75p',
      '/mcp/..',
      `/mcp/${'x'.repeat(65)}`,
      '/api/v2',
    ];
    for (const part of odd) {
      const response = await fetch(gateway.url + WELL_KNOWN + part.replace('..', '%2e%2e'));
      expect([response.status, await response.json()], part).toMatchObject([404, { error: { code: 'NOT_FOUND' } }]);
    }
  });

  it('is asked at a bounded rate by each address, and the refusal is recorded', async () => {
    await start({ limiter: createRateLimit({ perMinute: 60, burst: 3 }) });
    const statuses = [];
    for (let time = 0; time < 4; time++) statuses.push((await get(`${WELL_KNOWN}/mcp`)).status);
    expect(statuses).toEqual([200, 200, 200, 429]);
    expect(gateway.entries).toMatchObject([{ kind: 'refusal', code: 'RATE_LIMITED', method: `GET ${WELL_KNOWN}/mcp` }]);
  });
});

describe('a challenge', () => {
  it('of an MCP endpoint names the metadata of that endpoint, without a credential and with a bad one', async () => {
    await start({ isRevoked: () => true });
    for (const path of ['/mcp', '/mcp/up', '/mcp/none']) {
      for (const method of ['POST', 'GET', 'DELETE']) {
        const stranger = await get(path, { method });
        expect(stranger.status).toBe(401);
        const metadata = `resource_metadata="https://gate.example${WELL_KNOWN}${path}"`;
        // No scope: which one a call will need is not known yet (AUTHZ-20).
        expect(challengeOf(stranger)).toBe(`Bearer realm="merlon", ${metadata}`);
        const bad = await get(path, { method, headers: { authorization: 'Bearer ann' } });
        expect(challengeOf(bad)).toBe(`Bearer realm="merlon", error="invalid_token", ${metadata}`);
      }
    }
  });

  it('of a caller who may not names what is missing, and the metadata (AUTHZ-52 to AUTHZ-55)', async () => {
    await start();
    const session = await gateway.initialize('/mcp/up', 'ann:r');
    const call = { jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name: 'other' } };
    const refused = await gateway.post('/mcp/up', 'ann:r', call, session);
    expect(refused.status).toBe(403);
    expect(challengeOf(refused)).toBe(
      `Bearer realm="merlon", error="insufficient_scope", resource_metadata="https://gate.example${WELL_KNOWN}/mcp/up", scope="execute:tool/up/other"`,
    );
    expect(refused.body?.error).toMatchObject({ code: -31403, data: { missing: 'execute:tool/up/other' } });
  });

  it('of a caller without a role names the metadata alone', async () => {
    await start();
    const refused = await gateway.post('/mcp/up', 'ann:nobody', { jsonrpc: '2.0', id: 1, method: 'initialize' });
    expect(refused.status).toBe(403);
    expect(challengeOf(refused)).not.toContain(' scope=');
    expect(challengeOf(refused)).toContain('resource_metadata=');
  });

  it('names all that one request lacks, in one go (AUTHZ-57, AUTHZ-58)', async () => {
    await start();
    const missing = ['read:resource/up/file:///a b', 'read:resource/up/file:///c'] as const;
    const error = forbidden(...missing);
    expect(error.data).toEqual({ missing });
    expect(refusalHeaders(error)['www-authenticate']).toContain(
      ' scope="read:resource/up/file:///a%20b read:resource/up/file:///c"',
    );
    await gateway.gate.recorder.refused({ remote: '127.0.0.1' }, error);
    expect(gateway.entries).toMatchObject([{ kind: 'refusal', code: 'FORBIDDEN', missing }]);
  });

  it('is not sent with what no credential would change', async () => {
    await start();
    const session = await gateway.initialize('/mcp/up', 'ann:r');
    const unknown = await gateway.post('/mcp/up', 'ann:r', { jsonrpc: '2.0', id: 1, method: 'ping' }, `${session}x`);
    expect([unknown.status, unknown.headers.get('www-authenticate')]).toEqual([404, null]);
  });
});
