import { createHmac } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { once } from 'node:events';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { type Deployment, makeDeployment, runMerlon, type Serving } from './deployment.ts';
import { type Http, INITIALIZE, mcpHeaders, speakTo } from './mcp-client.ts';

/** The configuration of the checklist's appendix B, key by key; only its paths are others. */
const appendixB = join(import.meta.dirname, '../src/config/fixtures/appendix-b.yaml');
const SECRET = 'your-jwt-secret';
const OTHER_SECRET = 'your-client-secret';

let deployment: Deployment;
let text: string;
let gateway: Serving;
let http: Http;

beforeAll(async () => {
  deployment = await makeDeployment({});
  text = (await readFile(appendixB, 'utf8'))
    .replace('certs/server.pem', deployment.certFile)
    .replace('certs/server.key', deployment.keyFile);
  // The port is the only other thing that may not be there for a test.
  if (!(await canListen(443))) text = text.replace('port: 443', 'port: 0');
  await writeFile(deployment.file, text);
  gateway = await deployment.start();
  // It listens on all addresses; the certificate of the test is for loopback.
  http = speakTo({ url: gateway.url.replace('localhost', '127.0.0.1'), ca: deployment.ca });
});

afterAll(async () => {
  // First what would outlive a failed start.
  await deployment.remove();
  await http.close();
});

async function canListen(port: number): Promise<boolean> {
  const server = createServer().listen(port, '0.0.0.0');
  const isListening = await Promise.race([
    once(server, 'listening').then(() => true),
    once(server, 'error').then(() => false),
  ]);
  server.close();
  return isListening;
}

/** A JWT made by hand: the test knows nothing of the library that verifies it. */
function jwt(claims: object, secret = SECRET, header: object = { alg: 'HS256', typ: 'JWT' }): string {
  const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
  const signed = `${part(header)}.${part(claims)}`;
  return `${signed}.${createHmac('sha256', secret).update(signed).digest('base64url')}`;
}

const now = (): number => Math.floor(Date.now() / 1_000);
const token = (role: string | undefined, more: object = {}): string =>
  jwt({ sub: `somebody-${role}`, ...(role === undefined ? {} : { role }), iat: now(), exp: now() + 600, ...more });

const status = async (path: string, bearer?: string): Promise<number> =>
  (await http.fetch(path, { headers: bearer === undefined ? {} : { authorization: `Bearer ${bearer}` } })).status;

describe('appendix B', () => {
  it('is accepted as it stands', async () => {
    const parsed = parse(await readFile(appendixB, 'utf8')) as Record<string, unknown>;
    expect(Object.keys(parsed)).toEqual(['server', 'auth', 'permissions', 'security', 'logging']);
    expect(parsed['server']).toMatchObject({ host: '0.0.0.0', port: 443, secure: true, tls_min_version: 'TLSv1.3' });
    expect(gateway.url).toMatch(/^https:\/\/localhost(:\d+)?$/);
  });

  it('starts with a warning for each literal secret, with its line and without the secret', async () => {
    const lineOf = (what: string): number => text.split('\n').findIndex((line) => line.includes(what)) + 1;
    for (const secret of [SECRET, OTHER_SECRET]) {
      const place = `${deployment.file}:${lineOf(secret)}:`;
      await expect.poll(() => gateway.output(), { timeout: 20_000 }).toContain(place);
      expect(gateway.output()).not.toContain(secret);
    }
    const checked = await runMerlon(['config', 'check', '-c', deployment.file]);
    expect(checked).toMatchObject({ code: 0, stderr: '' });
    expect(checked.stdout).not.toContain(SECRET);
    expect(checked.stdout).not.toContain(OTHER_SECRET);
  });

  it('answers /api/v2/info to anybody', async () => {
    const response = await http.fetch('/api/v2/info');
    expect(response.status).toBe(200);
    expect(await response.json()).toMatchObject({ secure: true, tls_version: 'TLSv1.3', auth_required: true });
  });

  it('lets in who has a token signed with its secret, by the rights of the role', async () => {
    expect(await status('/api/v2/roles', token('admin'))).toBe(200);
    expect(await status('/api/v2/roles', token('user'))).toBe(200);
    expect(await status('/api/v2/roles', token('guest'))).toBe(403);
    const response = await http.fetch('/api/v2/roles', { headers: { authorization: `Bearer ${token('admin')}` } });
    expect(await response.json()).toEqual([
      { name: 'admin', permissions: ['*:*'] },
      { name: 'user', permissions: ['read:*', 'execute:tool'] },
      { name: 'guest', permissions: ['read:info'] },
    ]);
    for (const role of ['admin', 'user', 'guest']) {
      const opened = await http.post('/mcp', INITIALIZE, mcpHeaders(token(role)));
      // There is no upstream in appendix B: known callers are told so, and not that they are strangers.
      expect([200, 502], `${role} ${opened.text}`).toContain(opened.status);
    }
  });

  it('refuses who has none, or one that is not right', async () => {
    expect(await status('/api/v2/roles')).toBe(401);
    const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
    const wrong = {
      'another secret': jwt({ sub: 'x', role: 'admin', exp: now() + 600 }, 'guessed'),
      'the other secret of the file': jwt({ sub: 'x', role: 'admin', exp: now() + 600 }, OTHER_SECRET),
      expired: token('admin', { exp: now() - 3_600 }),
      'no signature': `${part({ alg: 'none' })}.${part({ sub: 'x', role: 'admin', exp: now() + 600 })}.`,
      'another algorithm': jwt({ sub: 'x', role: 'admin', exp: now() + 600 }, SECRET, { alg: 'HS512' }),
      'no token at all': 'merlon_aaaaaaaa_not_a_key',
    };
    for (const [why, bearer] of Object.entries(wrong)) expect(await status('/api/v2/roles', bearer), why).toBe(401);
    const refused = await http.post('/mcp', INITIALIZE, {});
    expect(refused.status).toBe(401);
    expect(refused.headers.get('www-authenticate')).toMatch(/^Bearer/);
    expect(refused.headers.get('mcp-session-id')).toBeNull();
  });

  it('gives a token without a role, or with one that does not exist, no rights', async () => {
    for (const role of [undefined, 'emperor', '__proto__'])
      expect([401, 403], role).toContain(await status('/api/v2/roles', token(role)));
  });

  it('writes its logs where the file says, private to its user', async () => {
    expect(await readFile(join(deployment.folder, 'logs/audit.log'), 'utf8')).toContain('"kind":"refusal"');
    expect(await gateway.stop()).toBe(0);
  });
});
