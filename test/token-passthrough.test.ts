import { createHmac, randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeDeployment, type Deployment } from './deployment.ts';
import { type EchoUpstream, startEchoUpstream } from './echo-upstream.ts';
import { type Http, INITIALIZE, mcpHeaders, speakTo } from './mcp-client.ts';

/**
 * "MCP servers MUST NOT accept or transit any other tokens" (AUTHZ-46): whatever a client shows of itself ends at the
 * gateway. Here a client shows everything that it has, everywhere in the head, in both eras and by every way to an upstream.
 */
const random = (): string => randomBytes(18).toString('base64url');
const jwtSecret = randomBytes(48).toString('base64url');

/** Headers in which clients, browsers and proxies carry credentials or say who somebody is. */
const telling = Object.fromEntries(
  [
    'Cookie',
    'Proxy-Authorization',
    'X-Api-Key',
    'Api-Key',
    'X-Auth-Token',
    'X-Access-Token',
    'X-Amz-Security-Token',
    'X-Goog-Api-Key',
    'DPoP',
    'X-Forwarded-For',
    'X-Forwarded-User',
    'X-Forwarded-Access-Token',
    'Forwarded',
    'X-Real-Ip',
    'X-User',
    'Via',
    'Referer',
    'User-Agent',
    'From',
    'Baggage',
    'Traceparent',
    'X-Anything',
  ].map((name) => [name, `${name.toLowerCase()}-${random()}`]),
);

const upstreams = ['web', 'configured', 'program', 'shared'] as const;
let deployment: Deployment;
let web: EchoUpstream;
let http: Http;
const tokens: Record<string, string> = {};

const jwt = (): string => {
  const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
  const claims = { sub: 'ann', role: 'user', exp: Math.floor(Date.now() / 1_000) + 600 };
  const signed = `${part({ alg: 'HS256' })}.${part(claims)}`;
  return `${signed}.${createHmac('sha256', jwtSecret).update(signed).digest('base64url')}`;
};

const META = {
  'io.modelcontextprotocol/protocolVersion': '2026-07-28',
  'io.modelcontextprotocol/clientCapabilities': {},
};

/** Opens a session, lists, calls, notifies and leaves, with everything in the head of each request. */
async function visitLegacy(path: string, tool: string, token: string): Promise<void> {
  const headers = { ...telling, ...mcpHeaders(token) };
  const opened = await http.post(`${path}?api_key=${token}`, INITIALIZE, headers);
  expect(opened.status).toBe(200);
  const inside = { ...headers, 'mcp-session-id': opened.headers.get('mcp-session-id') ?? '' };
  const send = async (message: object): Promise<number> =>
    (await http.post(`${path}?access_token=${token}`, { jsonrpc: '2.0', ...message }, inside)).status;
  expect(await send({ method: 'notifications/initialized' })).toBe(202);
  expect(await send({ id: 1, method: 'tools/list' })).toBe(200);
  expect(await send({ id: 2, method: 'tools/call', params: { name: tool, arguments: { mark: 'legacy' } } })).toBe(200);
  expect(await send({ method: 'notifications/roots/list_changed' })).toBe(202);
  expect((await http.fetch(path, { method: 'DELETE', headers: inside })).status).toBe(204);
}

async function visitModern(path: string, tool: string, token: string): Promise<void> {
  const send = async (method: string, params: object, more: object): Promise<number> => {
    const message = { jsonrpc: '2.0', id: 1, method, params: { ...params, _meta: META } };
    const own = { 'MCP-Protocol-Version': '2026-07-28', 'Mcp-Method': method, ...more };
    return (await http.post(`${path}?token=${token}`, message, { ...telling, ...mcpHeaders(token), ...own })).status;
  };
  expect(await send('server/discover', {}, {})).toBe(200);
  expect(await send('tools/list', {}, {})).toBe(200);
  const call = { name: tool, arguments: { mark: 'modern' } };
  expect(await send('tools/call', call, { 'Mcp-Name': tool })).toBe(200);
}

beforeAll(async () => {
  web = await startEchoUpstream();
  deployment = await makeDeployment({});
  const program = (name: string, more: object = {}): object => ({
    command: 'node',
    args: [join(import.meta.dirname, 'fixtures/recording-server.mjs'), join(deployment.folder, name)],
    ...more,
  });
  await deployment.configure({
    auth: { providers: [{ type: 'api_key' }, { type: 'jwt', algorithm: 'HS256', secret: '${env:JWT_SECRET}' }] },
    permissions: { roles: [{ name: 'user', permissions: ['read:*', 'execute:tool'] }] },
    security: { rate_limiting: false },
    mcpServers: {
      web: { url: `${web.url}/mcp` },
      configured: { url: `${web.url}/configured`, headers: { 'X-Own': 'of-the-gateway' } },
      program: program('program'),
      shared: program('shared', { shared: true }),
    },
  });
  const gateway = await deployment.start({ env: { JWT_SECRET: jwtSecret } });
  http = speakTo({ url: gateway.url, ca: deployment.ca });
  tokens['an API key'] = deployment.key('user');
  tokens['a JWT'] = jwt();
  for (const token of Object.values(tokens)) {
    for (const name of upstreams) {
      const tool = name === 'program' || name === 'shared' ? 'echo' : 'json';
      await visitLegacy(`/mcp/${name}`, tool, token);
      await visitModern(`/mcp/${name}`, tool, token);
    }
    await visitLegacy('/mcp', 'web__json', token);
    await visitLegacy('/mcp', 'program__echo', token);
    await visitModern('/mcp', 'shared__echo', token);
  }
}, 120_000);

afterAll(async () => {
  web?.close();
  await deployment?.remove();
  await http?.close();
});

/** The names of what of the client's stands in a text, whole, encoded, or its telling part. */
function found(text: string): string[] {
  const parts = Object.entries(tokens).flatMap(([name, token]) => {
    const pieces = [token, btoa(token), encodeURIComponent(token), ...token.split('.').slice(1), token.slice(-20)];
    return pieces.some((piece) => text.includes(piece)) ? [name] : [];
  });
  return [...parts, ...Object.entries(telling).flatMap(([name, value]) => (text.includes(value) ? [name] : []))];
}

describe('of all that a client shows of itself, in the head and in the address', () => {
  it('nothing reaches an upstream over HTTP', () => {
    expect(web.requests.length).toBeGreaterThan(20);
    for (const { headers, url, body } of web.requests)
      expect(found(JSON.stringify(headers) + url + body), body).toEqual([]);
    expect(web.requests.some(({ body }) => body.includes('"mark":"legacy"'))).toBe(true);
    expect(web.requests.some(({ body }) => body.includes('"mark":"modern"'))).toBe(true);
  });

  it('not even the names of its headers do, only those of HTTP, of MCP and of the configuration', () => {
    const names = new Set(web.requests.flatMap(({ headers }) => Object.keys(headers)));
    const plain = ['accept', 'connection', 'content-length', 'content-type', 'host'];
    const mcp = ['mcp-method', 'mcp-name', 'mcp-protocol-version', 'mcp-session-id'];
    expect([...names].filter((name) => ![...plain, ...mcp, 'x-own'].includes(name))).toEqual([]);
    for (const { headers } of web.requests) expect(headers['host']).toBe(new URL(web.url).host);
    for (const { url } of web.requests) expect(['/mcp', '/configured']).toContain(url);
  });

  it.each(['program', 'shared'])('nothing reaches the %s, by its environment, arguments or input', (name) => {
    const record = readFileSync(join(deployment.folder, name), 'utf8');
    expect(record).toContain('"mark":"legacy"');
    expect(record).toContain('"mark":"modern"');
    expect(found(record)).toEqual([]);
    expect(record).not.toContain(jwtSecret);
  });

  it('nothing is kept', () => {
    for (const name of ['audit.log', 'keys.json']) {
      const text = readFileSync(join(deployment.state, name), 'utf8');
      expect(found(text), name).toEqual([]);
    }
  });
});
