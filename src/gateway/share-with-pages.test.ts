import { afterEach, describe, expect, it } from 'vitest';
import { type Answer, request, sendTls, startTestEdge, type TestEdge } from '../../test/edge/fixture.ts';
import type { EdgeOptions } from './edge-options.ts';

const PAGE = 'https://app.example';
let target: TestEdge;
let handled: number;

async function start(overrides: Partial<EdgeOptions> = {}): Promise<void> {
  handled = 0;
  const handler: EdgeOptions['handler'] = (_req, res) => {
    handled += 1;
    res.writeHead(401, { 'WWW-Authenticate': 'Bearer', 'Content-Length': 0 }).end();
  };
  target = await startTestEdge({ allowedOrigins: [PAGE], handler, ...overrides });
}
afterEach(() => target.stop());

const send = (line: string, headers: readonly string[]): Promise<Answer> =>
  sendTls(target, request(target.port, line, headers));
const ask = (origin: string, names = 'authorization, content-type', method = 'POST'): Promise<Answer> =>
  send('OPTIONS /mcp/files', [
    `Origin: ${origin}`,
    `Access-Control-Request-Method: ${method}`,
    `Access-Control-Request-Headers: ${names}`,
  ]);
const shared = ({ headers }: Answer): string[] =>
  Object.keys(headers).filter((name) => name.startsWith('access-control'));

describe('a page of an allowed origin', () => {
  it('may send what MCP needs, and its browser is told so without a credential and without the handler', async () => {
    await start();
    const answer = await ask(PAGE);
    expect([answer.status, answer.body, handled]).toEqual([204, '', 0]);
    expect(answer.headers).toMatchObject({
      'access-control-allow-origin': PAGE,
      'access-control-allow-methods': 'GET, POST, DELETE',
      vary: 'Origin',
    });
    const names = answer.headers['access-control-allow-headers']?.toLowerCase().split(', ');
    expect(names).toEqual(
      expect.arrayContaining(['authorization', 'content-type', 'mcp-session-id', 'mcp-protocol-version', 'mcp-name']),
    );
  });

  it('may send parameters of tools as headers, and no other name is taken over', async () => {
    await start();
    const answer = await ask(PAGE, 'mcp-param-region, x-evil, mcp-param-, cookie, Mcp-Param-a b');
    const names = answer.headers['access-control-allow-headers'] ?? '';
    expect(names).toContain(', mcp-param-region');
    expect(names).not.toMatch(/evil|cookie|mcp-param-(,|a|$)/i);
  });

  it('may read the answer, its session and its challenge, refused or not', async () => {
    await start();
    const answer = await send('POST /mcp', [`Origin: ${PAGE}`, 'Content-Length: 0']);
    expect([answer.status, handled]).toEqual([401, 1]);
    expect(answer.headers).toMatchObject({ 'access-control-allow-origin': PAGE, vary: 'Origin' });
    expect(answer.headers['access-control-expose-headers']).toMatch(/Mcp-Session-Id.*WWW-Authenticate/);
  });

  it('never has the browser send credentials of its own', async () => {
    await start();
    for (const answer of [await ask(PAGE), await send('GET /mcp', [`Origin: ${PAGE}`])])
      expect(answer.headers).not.toHaveProperty('access-control-allow-credentials');
  });
});

describe('anybody else', () => {
  it('is refused, and may read nothing of the refusal', async () => {
    await start();
    for (const origin of ['https://evil.example', 'null', `${PAGE}.evil`, 'http://app.example', `${PAGE}:444`]) {
      const answer = await ask(origin);
      expect([answer.status, shared(answer)], origin).toEqual([403, []]);
    }
    expect(handled).toBe(0);
  });

  it('may not read either where the list is not enforced', async () => {
    await start({ verifyOrigin: false });
    const answer = await send('POST /mcp', ['Origin: https://evil.example', 'Content-Length: 0']);
    expect([answer.status, shared(answer), handled]).toEqual([401, [], 1]);
    expect(shared(await ask('https://evil.example'))).toEqual([]);
    expect(shared(await ask(PAGE))).not.toEqual([]);
  });

  it('who is no page gets no such headers', async () => {
    await start();
    expect(shared(await send('GET /mcp', []))).toEqual([]);
    // No question of a browser: as any other request.
    expect((await send('OPTIONS /mcp', [`Origin: ${PAGE}`])).status).toBe(401);
    expect(handled).toBe(2);
  });
});
