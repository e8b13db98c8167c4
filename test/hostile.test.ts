import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { MAX_DEPTH } from '../src/kernel/jsonrpc.ts';
import { type Deployment, makeDeployment, type Serving } from './deployment.ts';
import { type Http, INITIALIZE, mcpHeaders, type McpSession, speakTo } from './mcp-client.ts';
import { openRaw, type RawAnswer, requestText } from './raw-http.ts';

let deployment: Deployment;
let gateway: Serving;
let http: Http;
let reached: string;
/** Keys: of a user, of somebody else who is one too, and of one who may call nothing but `echo`. */
let [user, other, echoer] = ['', '', ''];

beforeAll(async () => {
  deployment = await makeDeployment({});
  reached = join(deployment.folder, 'reached');
  await deployment.configure({
    permissions: {
      roles: [
        { name: 'admin', permissions: ['*:*'] },
        { name: 'user', permissions: ['read:*', 'execute:tool'] },
        { name: 'echoer', permissions: ['read:info', 'execute:tool/own/echo'] },
      ],
    },
    security: { rate_limiting: false },
    mcpServers: {
      own: { command: 'sh', args: [join(import.meta.dirname, 'fixtures/sh-server.sh'), reached], shared: true },
    },
  });
  [user, other, echoer] = [deployment.key('admin'), deployment.key('user'), deployment.key('echoer')];
  gateway = await deployment.start();
  http = speakTo({ url: gateway.url, ca: deployment.ca });
});

afterAll(async () => {
  // First what would outlive a failed start.
  await deployment.remove();
  await http.close();
});

const callsReached = (): number => (existsSync(reached) ? readFileSync(reached, 'utf8').split('\n').length - 1 : 0);
const codeOf = (text: string): unknown => {
  const body = JSON.parse(text) as { error?: { code?: unknown; data?: { code?: unknown } } };
  return body.error?.data?.code ?? body.error?.code;
};

/** One request over a connection of its own, byte by byte as given. */
async function wire(bytes: string): Promise<RawAnswer> {
  const raw = await openRaw({ url: gateway.url, ca: deployment.ca });
  await raw.send(bytes);
  const answer = await raw.answer(bytes.startsWith('HEAD '));
  raw.socket.destroy();
  return answer;
}

const post = (body: string | Buffer, headers: Record<string, string> = {}, path = '/mcp/own') =>
  http.fetch(path, { method: 'POST', headers: { ...mcpHeaders(user), ...headers }, body });

describe('bodies', () => {
  let session: McpSession;

  beforeAll(async () => {
    session = await http.open('/mcp/own', user);
  });

  /** Status and code of the answer to a body, and how many calls got through. */
  async function judged(body: string | Buffer): Promise<string> {
    const before = callsReached();
    const response = await post(body, session.headers);
    return `${response.status} ${String(codeOf(await response.text()))}, ${callsReached() - before} reached`;
  }

  const callWith = (args: string): string =>
    `{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"echo","arguments":${args}}}`;

  it('of 5 MB are refused, announced or not', async () => {
    const five = callWith(`{"mark":"${'x'.repeat(5_000_000)}"}`);
    expect(await judged(five)).toBe('413 BODY_TOO_LARGE, 0 reached');
    const chunked = requestText('POST /mcp/own', { ...session.headers, 'transfer-encoding': 'chunked' });
    const answer = await wire(`${chunked}${five.length.toString(16)}\r\n${five}\r\n0\r\n\r\n`);
    expect(answer.status).toBe(413);
  });

  it('that nest deeper than any client does are refused, at any depth', async () => {
    for (const depth of [MAX_DEPTH + 1, 1_000, 500_000]) {
      expect(await judged(callWith(`${'['.repeat(depth)}${']'.repeat(depth)}`))).toBe('400 RPC_TOO_DEEP, 0 reached');
      expect(await judged(callWith(`${'{"a":'.repeat(depth)}1${'}'.repeat(depth)}`))).toBe(
        '400 RPC_TOO_DEEP, 0 reached',
      );
      expect(await judged(callWith('['.repeat(depth)))).toBe('400 RPC_PARSE, 0 reached');
    }
  });

  it('with 10,000 keys pass, whatever the keys are called', async () => {
    const keys = Array.from({ length: 10_000 }, (_, index) => `"k${index}":${index}`);
    const args = `{"mark":"many",${keys.join(',')},"__proto__":{"a":1},"constructor":1,"toString":2,"hasOwnProperty":3}`;
    const response = await post(callWith(args), session.headers);
    expect(response.status).toBe(200);
    expect(await response.json()).toMatchObject({ result: { content: [{ text: 'many' }] } });
  });

  it('that are no UTF-8, no JSON, or JSON that is no message are refused', async () => {
    const latin = Buffer.from(callWith('{"mark":"\xff\xfe"}'), 'latin1');
    expect(await judged(latin)).toBe('400 RPC_PARSE, 0 reached');
    expect(await judged('{"jsonrpc":"2.0","id":1')).toBe('400 RPC_PARSE, 0 reached');
    expect(await judged('')).toBe('400 RPC_PARSE, 0 reached');
    for (const body of [
      'null',
      '1',
      '"x"',
      '{}',
      '{"jsonrpc":"1.0","id":1,"method":"ping"}',
      '{"jsonrpc":"2.0","id":{},"method":"ping"}',
    ])
      expect(await judged(body)).toBe('400 RPC_INVALID, 0 reached');
  });

  it('in batches are refused whole', async () => {
    const one = { jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name: 'echo', arguments: {} } };
    expect(await judged(JSON.stringify([one]))).toBe('400 RPC_INVALID, 0 reached');
    expect(await judged(JSON.stringify([one, { ...one, id: 2 }]))).toBe('400 RPC_INVALID, 0 reached');
    expect(await judged('[]')).toBe('400 RPC_INVALID, 0 reached');
  });

  it('that say a thing twice are judged by what the upstream then sees', async () => {
    const mine = await http.open('/mcp/own', echoer);
    const twice = (first: string, second: string): string =>
      `{"jsonrpc":"2.0","id":1,"id":2,"method":"ping","method":"tools/call","params":{"name":"${first}","name":"${second}","arguments":{"mark":"${first}"}}}`;
    const before = callsReached();
    const denied = await post(twice('echo', 'hang'), mine.headers);
    expect(denied.status).toBe(403);
    expect(callsReached()).toBe(before);
    const allowed = await post(twice('hang', 'echo'), mine.headers);
    expect(await allowed.json()).toMatchObject({ id: 2, result: { content: [{ text: 'hang' }] } });
    expect(readFileSync(reached, 'utf8').trim().split('\n').at(-1)).toBe('echo hang');
  });

  it('under an id that is in flight are refused, and the first call goes on', async () => {
    const mine = await http.open('/mcp/own', user);
    const file = join(deployment.folder, 'go');
    const slow = { jsonrpc: '2.0', id: 7, method: 'tools/call', params: { name: 'slow', arguments: { mark: file } } };
    const before = callsReached();
    const first = http.post('/mcp/own', slow, mine.headers);
    await expect.poll(callsReached, { timeout: 20_000 }).toBe(before + 1);
    const second = await http.post('/mcp/own', { ...slow, params: { name: 'echo', arguments: {} } }, mine.headers);
    expect(second.status).toBe(400);
    writeFileSync(file, '');
    expect((await first).result).toMatchObject({ content: [{ text: 'slow done' }] });
  });

  it('that name a tool with 10,000 characters reach no tool, and the audit log keeps its bounds', async () => {
    const mine = await http.open('/mcp/own', echoer);
    const name = 'n'.repeat(10_000);
    expect((await mine.call(name)).status).toBe(403);
    const allowed = await http.open('/mcp', user);
    const answers = [await allowed.call(name), await allowed.call(`own__${name}`), await session.call(name)];
    for (const { error } of answers) expect(error?.code).toBeLessThan(0);
    const lines = readFileSync(join(deployment.state, 'audit.log'), 'utf8').trim().split('\n');
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThan(70_000);
    for (const line of lines) expect(JSON.parse(line)).toHaveProperty('seq');
  });

  it('that forge an answer nobody asked for are refused', async () => {
    for (const id of [1, 'merlon-1', 'merlon-init', null])
      expect(await judged(JSON.stringify({ jsonrpc: '2.0', id, result: {} }))).toBe('400 RPC_INVALID, 0 reached');
  });
});

describe('headers', () => {
  const ping = '{"jsonrpc":"2.0","id":1,"method":"ping"}';

  it('with another content type are refused', async () => {
    for (const type of ['text/plain', 'application/json-patch+json', 'application/jsonx', 'multipart/form-data', ''])
      expect(
        (await wire(requestText('POST /mcp/own', { ...mcpHeaders(user), 'content-type': type }, ping))).status,
        type,
      ).toBe(415);
  });

  it('that accept nothing we could send are refused, a missing one is taken for anything', async () => {
    const { accept: _, ...silent } = mcpHeaders(user);
    const opened = await wire(requestText('POST /mcp/own', silent, JSON.stringify(INITIALIZE)));
    expect(opened.status).toBe(200);
    const session = { 'mcp-session-id': opened.headers.get('mcp-session-id') ?? '' };
    expect(
      (await wire(requestText('POST /mcp/own', { ...silent, ...session, accept: 'text/html' }, ping))).status,
    ).toBe(406);
    const get = requestText('GET /mcp/own', { ...mcpHeaders(user), ...session, accept: 'application/json' });
    expect((await wire(get)).status).toBe(406);
  });

  it('with the key anywhere but in one Authorization header do not count', async () => {
    const init = JSON.stringify(INITIALIZE);
    const { authorization, ...anonymous } = mcpHeaders(user);
    const bearer = `authorization: ${authorization}\r\n`;
    const elsewhere: Record<string, string> = {
      query: requestText(`POST /mcp/own?api_key=${user}&access_token=${user}&key=${user}`, anonymous, init),
      'x-api-key': requestText('POST /mcp/own', { ...anonymous, 'x-api-key': user, 'api-key': user }, init),
      cookie: requestText('POST /mcp/own', { ...anonymous, cookie: `authorization=Bearer ${user}; key=${user}` }, init),
      'proxy-authorization': requestText(
        'POST /mcp/own',
        { ...anonymous, 'proxy-authorization': `Bearer ${user}` },
        init,
      ),
      basic: requestText('POST /mcp/own', { ...anonymous, authorization: `Basic ${btoa(`x:${user}`)}` }, init),
      'no scheme': requestText('POST /mcp/own', { ...anonymous, authorization: user }, init),
      'two tokens': requestText(
        'POST /mcp/own',
        { ...anonymous, authorization: `Bearer ${user}, Bearer ${user}` },
        init,
      ),
      'in the body': requestText(
        'POST /mcp/own',
        anonymous,
        JSON.stringify({ ...INITIALIZE, authorization: `Bearer ${user}` }),
      ),
    };
    for (const [where, bytes] of Object.entries(elsewhere)) {
      const { status, headers } = await wire(bytes);
      expect([status, headers.get('mcp-session-id')], where).toEqual([401, undefined]);
      expect(headers.get('www-authenticate'), where).toMatch(/^Bearer/);
    }
    // Which of two counts must not be a guess, even where both are right.
    const bad = 'Authorization: Bearer x\r\n';
    for (const two of [bearer + bearer, bearer + bad, bad + bearer]) {
      const bytes = requestText('POST /mcp/own', anonymous, init).replace('\r\n', `\r\n${two}`);
      expect((await wire(bytes)).status).toBe(400);
    }
  });

  it('that two readers could read differently are refused', async () => {
    const smuggled = 'GET /api/v2/roles HTTP/1.1\r\nHost: localhost\r\n\r\n';
    const both = requestText(
      'POST /mcp/own',
      { ...mcpHeaders(user), 'transfer-encoding': 'chunked' },
      `0\r\n\r\n${smuggled}`,
    );
    expect((await wire(both)).status).toBe(400);
    const length = requestText('POST /mcp/own', { ...mcpHeaders(user), 'content-length': '5, 6' }, ping);
    expect((await wire(length)).status).toBe(400);
    const folded = `POST /mcp/own HTTP/1.1\r\nHost: localhost\r\nX: a\r\n b\r\nAuthorization : Bearer ${user}\r\n\r\n`;
    expect((await wire(folded)).status).toBe(400);
    const hosts = requestText('GET /health').replace('\r\n', '\r\nHost: evil.example\r\n');
    expect((await wire(hosts)).status).toBeGreaterThanOrEqual(400);
  });

  it('of another host or of a foreign page are refused before anything else', async () => {
    expect((await wire(requestText('GET /health', { host: 'evil.example' }))).status).toBe(403);
    const page = { ...mcpHeaders(user), origin: 'https://evil.example' };
    expect((await wire(requestText('POST /mcp/own', page, JSON.stringify(INITIALIZE)))).status).toBe(403);
    expect(
      (await wire(requestText('POST /mcp/own', { ...page, origin: 'null' }, JSON.stringify(INITIALIZE)))).status,
    ).toBe(403);
  });
});

describe('sessions', () => {
  it('are needed for everything but initialize', async () => {
    const message = { jsonrpc: '2.0', id: 1, method: 'tools/list' };
    expect((await http.post('/mcp/own', message, mcpHeaders(user))).status).toBe(400);
    for (const method of ['GET', 'DELETE']) {
      expect((await wire(requestText(`${method} /mcp/own`, mcpHeaders(user)))).status).toBe(400);
      const unknown = { ...mcpHeaders(user), 'mcp-session-id': 'made-up' };
      expect((await wire(requestText(`${method} /mcp/own`, unknown))).status).toBe(404);
    }
  });

  it('cannot be used, listened to or ended by somebody else, nor at another endpoint', async () => {
    const session = await http.open('/mcp/own', user);
    const stolen = { ...mcpHeaders(other), 'mcp-session-id': session.id };
    for (const method of ['GET', 'DELETE'])
      expect((await wire(requestText(`${method} /mcp/own`, stolen))).status).toBe(404);
    expect((await http.post('/mcp/own', { jsonrpc: '2.0', id: 1, method: 'ping' }, stolen)).status).toBe(404);
    expect((await http.post('/mcp', { jsonrpc: '2.0', id: 1, method: 'ping' }, session.headers)).status).toBe(404);
    expect((await session.call('echo', { mark: 'mine' })).result).toMatchObject({ content: [{ text: 'mine' }] });
    expect(await session.remove()).toBe(204);
    expect((await session.call('echo')).status).toBe(404);
  });
});

describe('addresses and methods', () => {
  it('that are not exactly an endpoint lead nowhere, key or not', async () => {
    const before = callsReached();
    const paths = [
      '/mcp/..%2fapi%2fv2%2froles',
      '/mcp/../mcp/own',
      '/mcp/own/..',
      '/mcp/own/extra',
      '/mcp/own/',
      '/mcp/',
      '/mcp//own',
      '//mcp/own',
      '/mcp/%6fwn',
      '/mcp/own%00',
      '/mcp/own;x=1',
      '/MCP/own',
      '/mcp/OWN',
      '/mcp/none',
      '/mcp/__proto__',
      '/mcp/constructor',
      `/mcp/${'a'.repeat(5_000)}`,
      '/api/v2/../../mcp/own',
      '/api/v2/roles/',
      '/api/v2//roles',
      '/api/v1/roles',
      '/%61pi/v2/roles',
      '/..%2f..%2fetc%2fpasswd',
      '/',
    ];
    for (const path of paths) {
      const answer = await wire(requestText(`POST ${path}`, mcpHeaders(user), JSON.stringify(INITIALIZE)));
      expect([answer.status, answer.headers.get('mcp-session-id')], path).toEqual([404, undefined]);
      const anonymous = await wire(requestText(`GET ${path}`));
      expect(anonymous.status, path).toBe(401);
    }
    expect(callsReached()).toBe(before);
  });

  it('that are another than MCP has are refused, and nothing is echoed', async () => {
    for (const method of ['PUT', 'PATCH', 'OPTIONS', 'HEAD', 'TRACE', 'PROPFIND']) {
      const answer = await wire(requestText(`${method} /mcp/own`, { ...mcpHeaders(user), 'x-echo': 'echo-me' }));
      expect(answer.status, method).toBe(405);
      expect(answer.body).not.toContain('echo-me');
    }
    expect((await wire(`CONNECT 127.0.0.1:22 HTTP/1.1\r\nHost: localhost\r\n\r\n`)).status).toBe(405);
    expect((await wire(requestText('BREW /mcp/own', mcpHeaders(user)))).status).toBe(400);
  });

  it('of JSON-RPC that nobody knows reach no upstream', async () => {
    const session = await http.open('/mcp/own', other);
    for (const method of ['tools/destroy', 'x'.repeat(10_000), '', 'initialize/../tools/call', 'rpc.discover']) {
      const { status, error } = await session.request(method, {});
      expect([status >= 400, typeof error?.code], method.slice(0, 40)).toEqual([true, 'number']);
    }
  });
});

describe('no endpoint takes a command line', () => {
  const mark = () => join(deployment.folder, 'command-ran');

  it('whatever is sent to the management API, by whomever', async () => {
    const openapi = (await (await http.fetch('/api/v2/openapi.json', { headers: mcpHeaders(user) })).json()) as {
      paths: Record<string, Record<string, unknown>>;
    };
    const known = Object.keys(openapi.paths);
    expect(known).toContain('/api/v2/tools');
    // What the document promises is reading, but for tasks and approvals; those take no command either.
    for (const [path, methods] of Object.entries(openapi.paths))
      if (!/^\/api\/v2\/(?:tasks|approvals)/.test(path)) expect(Object.keys(methods), path).toEqual(['get']);
    const command = { command: 'touch', args: [mark()], env: { LD_PRELOAD: '/tmp/x.so' }, url: 'http://127.0.0.1:1/' };
    const bodies = [command, { mcpServers: { evil: command } }, { name: 'evil', config: command }];
    const paths = [
      ...known,
      '/api/v2/openapi.json',
      '/api/v2/servers',
      '/api/v2/upstreams',
      '/api/v2/config',
      '/api/v2',
      '/connect',
      '/sse',
    ];
    for (const path of paths) {
      for (const method of ['POST', 'PUT', 'PATCH', 'DELETE']) {
        for (const body of bodies) {
          const response = await http.fetch(path, { method, headers: mcpHeaders(user), body: JSON.stringify(body) });
          const refused = /^\/api\/v2\/(?:tasks|approvals)/.test(path) ? [400, 403, 404, 405] : [404, 405];
          expect(refused, `${method} ${path}`).toContain(response.status);
          await response.text();
        }
      }
    }
    const query = `?command=touch&args=${encodeURIComponent(mark())}&transportType=stdio`;
    for (const path of ['/mcp/own', '/mcp', '/api/v2/tools', '/connect', '/sse', '/stdio'])
      await (await http.fetch(path + query, { headers: mcpHeaders(user) })).text();
    expect(existsSync(mark())).toBe(false);
  });

  it('nor what a client says of itself when it opens a session', async () => {
    const params = {
      ...INITIALIZE.params,
      command: 'touch',
      args: [mark()],
      mcpServers: { own: { command: 'touch', args: [mark()] } },
    };
    const opened = await http.post('/mcp/own', { ...INITIALIZE, params, command: 'touch' }, mcpHeaders(user));
    expect(opened.status).toBe(200);
    expect(existsSync(mark())).toBe(false);
  });
});

describe('without a credential', () => {
  it('everything is 401 but the three public addresses', async () => {
    const paths = ['/mcp', '/mcp/own', '/mcp/none', '/api/v2/roles', '/api/v2/tools', '/api/v2/config/logging'];
    const others = [
      '/api/v2/openapi.json',
      '/api/v2',
      '/api',
      '/',
      '/metrics',
      '/debug',
      '/admin',
      '/.env',
      '/favicon.ico',
    ];
    for (const path of [...paths, ...others]) {
      for (const method of ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'TRACE', 'HEAD']) {
        const { status, body } = await wire(requestText(`${method} ${path}`, { 'mcp-session-id': 'x' }));
        // TRACE is refused before anybody asks who it is.
        expect(status, `${method} ${path}`).toBe(method === 'TRACE' ? 405 : 401);
        expect(body).not.toMatch(/own|echo|sh-server/);
      }
    }
    for (const path of ['/api/v2/info', '/health', '/ready'])
      expect((await wire(requestText(`GET ${path}`))).status, path).toBe(200);
  });

  it('the public addresses say nothing about upstreams, roles, files or what is switched off', async () => {
    for (const path of ['/api/v2/info', '/health', '/ready']) {
      const { body } = await wire(requestText(`GET ${path}`));
      expect(body).not.toMatch(/own|echoer|switched|rate|state|audit\.log|\.sh/);
    }
  });
});

describe('after all that', () => {
  it('the gateway serves as before and has not complained about itself', async () => {
    const session = await http.open('/mcp', user);
    expect((await session.call('own__echo', { mark: 'alive' })).result).toMatchObject({ content: [{ text: 'alive' }] });
    expect(gateway.output()).not.toMatch(/INTERNAL|TypeError|RangeError|^\s+at /m);
    await http.close();
    expect(await gateway.stop()).toBe(0);
  });
});
