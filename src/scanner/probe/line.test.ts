import { describe, expect, it } from 'vitest';
import { serveLoopback } from '../../../test/scan/loopback-server.ts';
import { type Line, type LineRules, MAX_AT_ONCE, openLine } from './line.ts';

function lineTo(url: URL, rules: Partial<LineRules> = {}): Line {
  return openLine({
    url,
    verifyTls: true,
    signal: new AbortController().signal,
    deadlineMs: 2_000,
    secrets: [],
    now: () => Date.now(),
    ...rules,
  });
}

describe('a line', () => {
  it('has few requests under way at a time, and answers all', async () => {
    let open = 0;
    let most = 0;
    const url = await serveLoopback((_req, res) => {
      open += 1;
      most = Math.max(most, open);
      setImmediate(() => {
        open -= 1;
        res.end();
      });
    });
    const line = lineTo(url);
    const looks = await Promise.all(Array.from({ length: 20 }, () => line.ask({ url, method: 'GET' })));
    line.close();
    expect(looks.filter((look) => 'saw' in look)).toHaveLength(20);
    expect(most).toBeLessThanOrEqual(MAX_AT_ONCE);
  });

  it('asks again when it is told to wait, and takes 429 for an answer only when it is to', async () => {
    let asked = 0;
    const url = await serveLoopback((_req, res) => {
      asked += 1;
      res.writeHead(asked < 3 ? 429 : 200, { 'retry-after': '0' }).end();
    });
    const line = lineTo(url);
    expect(await line.ask({ url, method: 'GET' }, { isImpatient: true })).toMatchObject({ saw: { status: 429 } });
    expect(await line.ask({ url, method: 'GET' })).toMatchObject({ saw: { status: 200 } });
    line.close();
  });

  it.each(['0', '86400'])('gives up on a server that only ever says to wait %s s', async (seconds) => {
    const url = await serveLoopback((_req, res) => void res.writeHead(429, { 'retry-after': seconds }).end());
    const line = lineTo(url);
    expect(await line.ask({ url, method: 'GET' })).toMatchObject({ blind: 'error' });
    line.close();
  });

  it('asks once more when a kept connection had ended', async () => {
    let asked = 0;
    const url = await serveLoopback((req, res) => {
      asked += 1;
      // The second request on a connection finds it dead.
      if (asked === 2) req.socket.destroy();
      else res.end('ok');
    });
    const line = lineTo(url);
    await line.ask({ url, method: 'GET' });
    expect(await line.ask({ url, method: 'GET' })).toMatchObject({ saw: { body: 'ok' } });
    line.close();
  });

  it('keeps no secret that comes back', async () => {
    const url = await serveLoopback((req, res) => {
      res.writeHead(200, { 'x-echo': req.headers.authorization ?? '' }).end(`You sent ${req.headers.authorization}!`);
    });
    const line = lineTo(url, { secrets: ['s3cret-token'] });
    const look = await line.ask({ url, method: 'GET', headers: { authorization: 'Bearer s3cret-token' } });
    line.close();
    expect(look).toMatchObject({
      saw: { body: 'You sent Bearer [credential]!', headers: { 'x-echo': 'Bearer [credential]' } },
    });
  });
});
