import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { createServers } from '../../../../test/scan-servers.ts';
import type { ApiFacts } from '../../facts/api.ts';
import type { Look } from '../../look.ts';
import { type Line, type LineRules, openLine } from '../../probe/line.ts';
import { collectApi, collectBurst } from './api.ts';

const servers = createServers();
const lines: Line[] = [];
afterEach(() => {
  for (const line of lines.splice(0)) line.close();
  servers.end();
});

const KEY = { authorization: 'Bearer right' };
const RULES: Omit<LineRules, 'url'> = {
  verifyTls: true,
  deadlineMs: 3_000,
  signal: new AbortController().signal,
  secrets: ['right'],
  now: () => Date.now(),
};
const INFO = { name: 'merlon', version: '1', secure: true, tls_version: 'TLSv1.3', auth_required: true };
const ANSWERS: Readonly<Record<string, unknown>> = {
  '/api/v2/info': INFO,
  '/api/v2/roles': [{ name: 'admin', permissions: ['*:*'] }],
  '/api/v2/tools': [
    { name: 'fs__read', upstream: 'fs', security: { sandbox_enabled: true, permission_scopes: ['x'] } },
  ],
  '/api/v2/config/logging': { level: 'INFO', audit_enabled: true },
  '/api/v2/controls': [{ id: 'C06', enforced: 'yes', facts: {} }],
  '/ready': { ready: true },
};
const PUBLIC = new Set(['/api/v2/info', '/ready']);

/** Answers like a gateway: guarded endpoints to the right credential, public ones to all but a wrong one. */
function gateway(request: IncomingMessage, response: ServerResponse, answers = ANSWERS): void {
  const path = request.url ?? '';
  const { authorization } = request.headers;
  const mayPass = authorization === KEY.authorization || (PUBLIC.has(path) && authorization === undefined);
  if (!mayPass) return void response.writeHead(401).end('{}');
  if (!Object.hasOwn(answers, path)) return void response.writeHead(404).end('{}');
  response.writeHead(200, { 'merlon-unavailable': 'git, web' }).end(JSON.stringify(answers[path]));
}

function lineTo(port: number, rules: Partial<LineRules> = {}): Line {
  const line = openLine({ ...RULES, url: new URL(`http://127.0.0.1:${port}/mcp?x=y`), ...rules });
  lines.push(line);
  return line;
}

function collect(port: number, credential: Record<string, string> = KEY, rules: Partial<LineRules> = {}) {
  return collectApi(lineTo(port, rules), credential);
}

function seen<T>(look: Look<T>): T {
  if ('blind' in look) throw new Error(`${look.blind}: ${look.why.en}`);
  return look.saw;
}

function reason(look: Look<unknown>): string {
  return 'blind' in look ? look.blind : 'saw';
}

function reasons({ info, roles, tools, logging, controls }: ApiFacts): string[] {
  return [info, roles, tools, logging, controls].map(reason);
}

describe('the management API', () => {
  it('is read with the credential, and tried without and with a wrong one', async () => {
    const facts = seen(await collect(await servers.http((request, response) => gateway(request, response))));
    expect(reasons(facts)).toEqual(['saw', 'saw', 'saw', 'saw', 'saw']);
    expect(seen(facts.info)).toEqual(INFO);
    expect(seen(facts.ready)).toBe(true);
    expect(facts.unavailable).toEqual(['git', 'web']);
    expect(seen(facts.withoutCredential)).toEqual({ '/api/v2/roles': 401, '/api/v2/tools': 401 });
    expect(seen(facts.wrongCredential)).toEqual({ '/api/v2/roles': 401, '/api/v2/tools': 401 });
    expect(reason(facts.burst)).toBe('not-asked');
  });

  it('tells what it may not see', async () => {
    const port = await servers.http((request, response) => gateway(request, response));
    expect(reasons(seen(await collect(port, {})))).toEqual(['saw', ...Array.from({ length: 4 }, () => 'forbidden')]);
    const wrong = seen(await collect(port, { authorization: 'Bearer wrong' }));
    expect(reasons(wrong)).toEqual(['saw', ...Array.from({ length: 4 }, () => 'forbidden')]);
  });

  it('sends other headers with wrong values too', async () => {
    const keys: unknown[] = [];
    const port = await servers.http((request, response) => {
      keys.push(request.headers['x-api-key']);
      response.end(JSON.stringify(ANSWERS[request.url ?? '']));
    });
    await collect(port, { 'x-api-key': 'right' });
    const wrong = keys.filter((key) => key !== undefined && key !== 'right');
    expect(wrong).toHaveLength(2);
    expect(new Set(wrong).size).toBe(1);
  });

  it.each([
    ['404', (response: ServerResponse) => response.writeHead(404).end()],
    ['a page for every path', (response: ServerResponse) => response.end('<html></html>')],
    ['JSON of somebody else', (response: ServerResponse) => response.end('{"status":"ok"}')],
    ['a redirect', (response: ServerResponse) => response.writeHead(302, { location: 'http://127.0.0.1:9/' }).end()],
  ])('is not there where the answer is %s', async (_name, answer) => {
    const port = await servers.http((_request, response) => void answer(response));
    expect(reason(await collect(port))).toBe('not-offered');
  });

  it('is not there for strangers, and forbidden to who brought a credential, where everything is closed', async () => {
    const port = await servers.http((_request, response) => void response.writeHead(401).end());
    expect(reason(await collect(port, {}))).toBe('not-offered');
    expect(reason(await collect(port))).toBe('forbidden');
  });

  it('is no pass where it fails', async () => {
    const port = await servers.http((_request, response) => void response.writeHead(500).end());
    expect(reason(await collect(port))).toBe('error');
    expect(reason(await collect(await servers.closed()))).toBe('unreachable');
  });
});

describe('the burst', () => {
  async function burst(limit: number) {
    let asked = 0;
    const port = await servers.http((_request, response) => {
      asked++;
      response.writeHead(asked > limit ? 429 : 200).end('{}');
    });
    const facts = await collectBurst(lineTo(port), KEY);
    return { asked, ...seen(facts) };
  }

  it('ends at the first request that is limited', async () => {
    const { asked, sent, limited } = await burst(8);
    expect(limited).toBeGreaterThan(0);
    expect(sent).toBeLessThan(13);
    expect(asked).toBe(sent);
  });

  it('is 20 requests long at most', async () => {
    expect(await burst(1_000)).toEqual({ asked: 20, sent: 20, limited: 0 });
  });

  it('is not seen where the server breaks down', async () => {
    const port = await servers.raw((socket) => socket.destroy());
    expect(reason(await collectBurst(lineTo(port), KEY))).toBe('error');
  });
});

describe('a server that means ill', () => {
  const quick = { deadlineMs: 200 };
  const HEAD = 'HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n';

  /** Never stops sending `chunk`. */
  function flood(socket: Socket, chunk: string): void {
    const more = (): void => {
      while (!socket.destroyed && socket.write(chunk));
    };
    socket.on('drain', more);
    more();
  }

  it('and says nothing', async () => {
    expect(reason(await collect(await servers.raw(() => {}), KEY, quick))).toBe('timeout');
  });

  it('and says a byte now and then', async () => {
    const port = await servers.raw((socket) => {
      const text = `${HEAD}content-length: 100000\r\n\r\n{}`.split('');
      const timer = setInterval(() => socket.write(text.shift() ?? ' '), 20);
      socket.on('close', () => clearInterval(timer));
    });
    expect(reason(await collect(port, KEY, quick))).toBe('timeout');
  });

  it('and never ends its answer', async () => {
    const port = await servers.http((_request, response) => void response.write(JSON.stringify(INFO)));
    expect(reason(await collect(port, KEY, quick))).toBe('unreadable');
  });

  it('and never ends its headers', async () => {
    const port = await servers.raw((socket) => {
      socket.write(HEAD);
      flood(socket, `x: ${'y'.repeat(1_000)}\r\n`);
    });
    expect(reason(await collect(port))).toBe('error');
  });

  it.each([
    ['100 MB of JSON', `[${'1,'.repeat(1_000)}`],
    ['JSON without a bottom', '['.repeat(2_000)],
  ])('and sends %s', async (_name, chunk) => {
    let bytes = 0;
    const port = await servers.http((request, response) => {
      if (request.url !== '/api/v2/tools') return gateway(request, response);
      const more = (): void => {
        while (bytes < 100_000_000 && !response.destroyed) {
          bytes += chunk.length;
          if (!response.write(chunk)) return;
        }
        response.end();
      };
      response.on('drain', more);
      more();
    });
    const facts = seen(await collect(port));
    expect(reason(facts.tools)).toBe('unreadable');
    expect(reason(facts.roles)).toBe('saw');
    expect(bytes).toBeLessThan(60_000_000);
  });

  it('and sends deep JSON that ends', async () => {
    const deep = `${'['.repeat(400_000)}${']'.repeat(400_000)}`;
    const port = await servers.http((request, response) => {
      if (request.url === '/api/v2/roles') response.end(deep);
      else gateway(request, response);
    });
    expect(reason(seen(await collect(port)).roles)).toBe('saw');
  });

  it('and hides terminal escapes in names, which stay data', async () => {
    const name = '\u001B]0;owned\u0007';
    const port = await servers.http((request, response) =>
      gateway(request, response, { ...ANSWERS, '/api/v2/roles': [{ name, permissions: [] }] }),
    );
    expect(seen(seen(await collect(port)).roles)).toEqual([{ name, permissions: [] }]);
  });

  it('and echoes the credential does not bring it into the facts', async () => {
    const port = await servers.http((request, response) =>
      gateway(request, response, { ...ANSWERS, '/api/v2/roles': [{ name: 'right', permissions: [] }] }),
    );
    expect(JSON.stringify(await collect(port))).not.toContain('"right"');
  });

  it('and compresses without being asked gets nowhere', async () => {
    const encodings: unknown[] = [];
    const port = await servers.http((request, response) => {
      encodings.push(request.headers['accept-encoding']);
      response.writeHead(200, { 'content-encoding': 'gzip' }).end(Buffer.from('1f8b0800', 'hex'));
    });
    expect(reason(await collect(port))).toBe('not-offered');
    expect(new Set(encodings)).toEqual(new Set(['identity']));
  });
});
