import { createHmac, randomBytes } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually } from './children/process-table.ts';
import { type Deployment, makeDeployment, runMerlon, type Serving } from './deployment.ts';
import { type EchoUpstream, startEchoUpstream } from './echo-upstream.ts';
import { type Answered, type Http, INITIALIZE, mcpHeaders, type McpSession, speakTo } from './mcp-client.ts';

const random = (): string => randomBytes(18).toString('base64url');

/** The gateway's own secrets, by where they are planted. Ordinary random text: nothing but their place tells. */
const own = {
  'a literal header': random(),
  'a header from the environment': random(),
  'a header from a file': random(),
  'a parameter of an address': random(),
  "a literal in a program's environment": random(),
  "a reference in a program's environment": random(),
  'a variable that is passed through': random(),
  'an argument of a program': random(),
  'with characters that JSON escapes': `"${random()}\\${random()}/`,
  'the secret of tokens': randomBytes(48).toString('base64url'),
} as const;

/** What callers show of themselves. */
const credentials: Record<string, string> = {};

/** What callers send to tools; it goes there and back, but into no log. */
const arguments_ = {
  'under a telling name': { password: `hunter2-${random()}` },
  'under a telling name, deep': { a: { b: [{ api_key: random(), clientSecret: random(), 'X-Auth-Token': random() }] } },
  'of a known shape': {
    text: [
      'AKIAIOSFODNN7EXAMPLE',
      `ghp_${'a1B2'.repeat(9)}`,
      `sk-ant-api03-${random()}${random()}`,
      `xoxb-${'1'.repeat(12)}-${random().replaceAll(/[_-]/g, 'x')}`,
      `eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.${random()}`,
      `merlon_A1b2C3d4_${random()}${random()}`,
    ].join(' and '),
    pem: `-----BEGIN PRIVATE KEY-----\n${randomBytes(96).toString('base64')}\n-----END PRIVATE KEY-----`,
  },
};

/** The parts of the arguments that must not stand in a log. */
function sensitive(): string[] {
  const { password } = arguments_['under a telling name'];
  const [deep] = arguments_['under a telling name, deep'].a.b;
  const { text, pem } = arguments_['of a known shape'];
  return [password, ...Object.values(deep ?? {}), ...text.split(' and '), pem.split('\n')[1] ?? ''];
}

let deployment: Deployment;
let echo: EchoUpstream;
let gateway: Serving;
let http: Http;
let received: string;
/** Everything that any client was answered, headers too. */
const answers: string[] = [];
const sessionIds: string[] = [];

beforeAll(async () => {
  echo = await startEchoUpstream();
  deployment = await makeDeployment({});
  received = join(deployment.folder, 'received');
  await writeFile(join(deployment.folder, 'secret.txt'), `${own['a header from a file']}\n`, { mode: 0o600 });
  const leaky = {
    command: 'node',
    args: [
      join(import.meta.dirname, 'fixtures/leaky-server.mjs'),
      received,
      '--api-key',
      own['an argument of a program'],
    ],
    env: {
      DATABASE_PASSWORD: own["a literal in a program's environment"],
      THING: '${env:PLANTED_THING}',
      QUOTED: '${env:PLANTED_QUOTED}',
    },
    envPassthrough: ['PASSED_TOKEN'],
  };
  await deployment.configure({
    auth: { providers: [{ type: 'api_key' }, { type: 'jwt', algorithm: 'HS256', secret: '${env:PLANTED_JWT}' }] },
    permissions: {
      roles: [
        { name: 'admin', permissions: ['*:*'] },
        { name: 'user', permissions: ['read:*', 'execute:tool'] },
      ],
    },
    security: { rate_limiting: false },
    logging: { level: 'DEBUG', path: join(deployment.state, 'server.log') },
    mcpServers: {
      leaky,
      leakyShared: { ...leaky, shared: true },
      remote: {
        url: `${echo.url}/mcp?api_key=${own['a parameter of an address']}`,
        headers: {
          Authorization: `Bearer ${own['a literal header']}`,
          'X-Env': '${env:PLANTED_HEADER}',
          'X-File': '${file:secret.txt}',
        },
      },
      unreachable: {
        url: `http://127.0.0.1:1/mcp?token=${own['a parameter of an address']}`,
        headers: { Authorization: `Bearer ${own['a literal header']}` },
      },
    },
  });
  gateway = await deployment.start({ env: environment() });
  http = speakTo({ url: gateway.url, ca: deployment.ca });
});

afterAll(async () => {
  echo.close();
  // First what would outlive a failed start.
  await deployment.remove();
  await http.close();
});

const environment = (): Record<string, string> => ({
  PLANTED_HEADER: own['a header from the environment'],
  PLANTED_THING: own["a reference in a program's environment"],
  PLANTED_QUOTED: own['with characters that JSON escapes'],
  PLANTED_JWT: own['the secret of tokens'],
  PASSED_TOKEN: own['a variable that is passed through'],
});

function jwt(claims: object, secret: string = own['the secret of tokens']): string {
  const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
  const signed = `${part({ alg: 'HS256' })}.${part(claims)}`;
  return `${signed}.${createHmac('sha256', secret).update(signed).digest('base64url')}`;
}

function keep(answer: Answered): Answered {
  answers.push(JSON.stringify([...answer.headers]), answer.text);
  return answer;
}

async function open(path: string, token: string): Promise<McpSession> {
  const session = await http.open(path, token);
  sessionIds.push(session.id);
  keep(await http.post(path, INITIALIZE, mcpHeaders(token)));
  return session;
}

/** What a stream of a session says until its session ends. */
async function listen(path: string, session: McpSession): Promise<void> {
  const response = await http.fetch(path, { headers: { ...session.headers, accept: 'text/event-stream' } });
  answers.push(await response.text());
}

/** Everybody does everything that may go well or wrong. */
async function busyRun(): Promise<void> {
  const soon = Math.floor(Date.now() / 1_000) + 600;
  credentials['an API key'] = deployment.key('admin');
  credentials["another caller's key"] = deployment.key('user');
  credentials['a token'] = jwt({ sub: 'ann', role: 'admin', exp: soon });
  const tokens = Object.values(credentials);
  const failed = {
    'a key that does not exist': `merlon_A1b2C3d4_${random()}${random()}`,
    'a token with a wrong signature': jwt({ sub: 'ann', role: 'admin', exp: soon }, random()),
    'an expired token': jwt({ sub: 'ann', role: 'admin', exp: 1_000_000 }),
    'a password by mistake': `p4ss-${random()}`,
  };
  for (const token of Object.values(failed)) {
    keep(await http.post('/mcp', INITIALIZE, mcpHeaders(token)));
    keep(await http.post('/mcp', INITIALIZE, { ...mcpHeaders(''), authorization: `Basic ${btoa(`ann:${token}`)}` }));
    keep(await http.post(`/mcp?api_key=${token}`, INITIALIZE, { ...mcpHeaders(''), authorization: token }));
  }
  Object.assign(credentials, failed);

  for (const token of tokens) {
    for (const path of ['/mcp/leaky', '/mcp/leakyShared', '/mcp/remote', '/mcp']) {
      const session = await open(path, token);
      const listening = listen(path, session);
      keep(await session.request('tools/list'));
      const names = path === '/mcp' ? ['leaky__leak', 'leaky__fail', 'remote__json', 'remote__error'] : [];
      const alone = path === '/mcp/remote' ? ['json', 'stream', 'error', 'http'] : ['leak', 'fail'];
      for (const name of names.length > 0 ? names : alone)
        for (const args of Object.values(arguments_)) keep(await session.call(name, args));
      keep(await session.request('tools/nothing', arguments_['under a telling name']));
      await session.remove();
      await listening;
    }
    const crashing = await open('/mcp/leaky', token);
    keep(await crashing.call('crash', arguments_['of a known shape']));
    keep(await http.post('/mcp/unreachable', INITIALIZE, mcpHeaders(token)));
    keep(
      await http.post('/mcp/leaky', `{"password":"${arguments_['under a telling name'].password}"`, mcpHeaders(token)),
    );
    for (const path of ['info', 'roles', 'tools', 'config/logging', 'openapi.json', 'none']) {
      const response = await http.fetch(`/api/v2/${path}?token=${token}`, { headers: mcpHeaders(token) });
      answers.push(JSON.stringify([...response.headers]), await response.text());
    }
  }
  // A reload that is refused quotes nothing of what it refuses.
  const good = readFileSync(deployment.file, 'utf8');
  await writeFile(deployment.file, `${good}\n${own['a literal header']}: [`);
  process.kill(gateway.pid, 'SIGHUP');
  await eventually(() => logged('configuration refused') === 1);
  await writeFile(deployment.file, good);
}

const logged = (what: string): number =>
  readFileSync(join(deployment.state, 'server.log'), 'utf8').split(what).length - 1;

/** A secret as it may stand in text: as it is, within JSON, within JSON within JSON, in an address. */
function forms(secret: string): string[] {
  const once = JSON.stringify(secret).slice(1, -1);
  return [secret, once, JSON.stringify(once).slice(1, -1), encodeURIComponent(secret)];
}

/** The names of the secrets that stand in a text. */
const found = (text: string, secrets: Readonly<Record<string, string>>): string[] =>
  Object.entries(secrets).flatMap(([where, secret]) =>
    forms(secret).some((form) => text.includes(form)) ? where : [],
  );

describe('after a busy run with secrets planted everywhere', () => {
  let everything: Record<string, string>;
  let exitCode: number | null;

  beforeAll(async () => {
    await busyRun();
    exitCode = await gateway.stop();
    const named = sensitive().map((secret, index) => [`argument ${index} ${secret.slice(0, 6)}`, secret]);
    everything = { ...own, ...credentials, ...Object.fromEntries(named) };
  }, 120_000);

  it('the run was as busy as it was meant to be', () => {
    expect(exitCode).toBe(0);
    const log = readFileSync(join(deployment.state, 'server.log'), 'utf8');
    expect(log).toContain('upstream stderr');
    expect(log).toContain('DATABASE_PASSWORD');
    expect(log).toContain('[masked:');
    expect(answers.join('\n')).toContain('[masked:');
    expect(answers.join('\n')).toContain('hunter2-');
    expect(readFileSync(received, 'utf8')).toContain('hunter2-');
    expect(answers.filter((text) => text.includes('"isError"') || text.includes('"error"')).length).toBeGreaterThan(20);
  });

  it('none of them is in the logs, the state, or what the process printed', () => {
    const files = readdirSync(deployment.state, { recursive: true, withFileTypes: true }).filter((file) =>
      file.isFile(),
    );
    const names = files.map(({ name }) => name);
    expect(names).toEqual(expect.arrayContaining(['server.log', 'audit.log', 'keys.json']));
    for (const { parentPath, name } of files)
      expect([name, found(readFileSync(join(parentPath, name), 'utf8'), everything)]).toEqual([name, []]);
    expect(found(gateway.output(), everything)).toEqual([]);
  });

  it('no session id is in the logs as a whole', () => {
    const ids = Object.fromEntries(sessionIds.map((id) => [id, id]));
    for (const name of ['server.log', 'audit.log'])
      expect(found(readFileSync(join(deployment.state, name), 'utf8'), ids)).toEqual([]);
  });

  it("the gateway's own never reach a client, whatever an upstream says", () => {
    for (const answer of answers) expect(found(answer, own), answer.slice(0, 2_000)).toEqual([]);
  });

  it('no caller is told the credential of another, or its own', () => {
    for (const answer of answers) expect(found(answer, credentials)).toEqual([]);
  });

  it("a caller's credential never reaches an upstream, which gets its own", () => {
    expect(found(readFileSync(received, 'utf8'), credentials)).toEqual([]);
    expect(echo.requests.length).toBeGreaterThan(20);
    for (const { headers, url, body } of echo.requests) {
      expect(found(JSON.stringify(headers) + url + body, credentials)).toEqual([]);
      expect(headers['authorization']).toBe(`Bearer ${own['a literal header']}`);
      expect(headers['x-env']).toBe(own['a header from the environment']);
    }
  });

  it('a program gets what it is given and nothing else of the environment', () => {
    const log = readFileSync(join(deployment.state, 'server.log'), 'utf8');
    for (const name of ['PLANTED_HEADER=', 'PLANTED_JWT=', 'PLANTED_THING=']) expect(log).not.toContain(name);
    for (const name of ['PASSED_TOKEN', 'THING=']) expect(log).toContain(name);
  });

  it('merlon config check warns of the literal ones and prints none', async () => {
    const { code, stdout, stderr } = await runMerlon(['config', 'check', '-c', deployment.file], environment());
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout.match(/literal-secret/g)?.length).toBeGreaterThanOrEqual(4);
    expect(found(stdout, everything)).toEqual([]);
    expect(existsSync(received)).toBe(true);
  });
});
