import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createHttpClient } from '../../src/gateway/http-client.ts';
import { createUpstream } from '../../src/gateway/upstream.ts';
import { fakeClock } from '../../src/kernel/clock.ts';
import { startFakeGateway } from '../fake-gateway.ts';
import { messagesIn } from './answer-shape.ts';
import { bounds, LONG_MS } from './bounds.ts';
import { noChildren } from './chaos-upstream.ts';
import { startCutUpstream } from './cut-upstream.ts';

describe('an event stream of an upstream', () => {
  const TEXT = 'zäh ✓ 🦫\u2028\\n"\u0000';
  const EVENTS = [
    ': hello\n\n',
    'id: 1\ndata:\n\n',
    'data: {"jsonrpc":"2.0",\r\ndata: "method":"notifications/progress","params":{"progressToken":TOKEN,"progress":1,"message":"½"}}\r\n\r\n',
    'event: message\rid: 2\rdata: {"jsonrpc":"2.0",\rdata: "method":"notifications/message","params":{"level":"info","data":"🦫"}}\r\r',
    'retry: 10\nevent: message\nid: 3\ndata: {"jsonrpc":"2.0","id":TOKEN,"result":RESULT}\n\n',
  ];

  /** A whole HTTP response, its body in chunks of odd sizes. */
  function answerTo(id: unknown, method: string): Buffer {
    if (method === 'initialize') {
      const result = { protocolVersion: '2025-11-25', capabilities: {}, serverInfo: { name: 'cut', version: '1' } };
      const json = JSON.stringify({ jsonrpc: '2.0', id, result });
      return Buffer.from(
        `HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: ${json.length}\r\n\r\n${json}`,
      );
    }
    const result = JSON.stringify({ content: [{ type: 'text', text: TEXT }] });
    const body = Buffer.from(EVENTS.join('').replaceAll('TOKEN', String(id)).replace('RESULT', result));
    const chunks: Buffer[] = [];
    for (let at = 0, size = 1; at < body.length; at += size, size = (size * 7) % 61 || 1) {
      const chunk = body.subarray(at, at + size);
      chunks.push(Buffer.from(`${chunk.length.toString(16)};x=y\r\n`), chunk, Buffer.from('\r\n'));
    }
    const head =
      'HTTP/1.1 200 OK\r\nContent-Type: text/event-stream; charset=utf-8\r\nTransfer-Encoding: chunked\r\n\r\n';
    return Buffer.concat([Buffer.from(head), ...chunks, Buffer.from('0\r\nX-Trailer: a\r\n\r\n')]);
  }

  it(
    'says the same wherever its bytes are cut',
    async () => {
      const upstream = await startCutUpstream(answerTo);
      const clock = fakeClock();
      const client = createHttpClient({ clock });
      const definition = {
        name: 'cut',
        kind: 'http',
        url: upstream.url,
        headers: {},
        requestTimeoutMs: 60_000,
      } as const;
      const cut = createUpstream(definition, { client, clock, children: noChildren });
      const own = await startFakeGateway({ clock, upstreams: [cut], roles: { user: ['execute:tool', 'read:info'] } });
      try {
        const session = await own.initialize('/mcp/cut', 'ann:user');
        const headers = {
          authorization: 'Bearer ann:user',
          'content-type': 'application/json',
          accept: 'application/json, text/event-stream',
          'mcp-session-id': session,
        };
        const params = { name: 'echo', arguments: {}, _meta: { progressToken: 'mine' } };
        const body = JSON.stringify({ jsonrpc: '2.0', id: 'x', method: 'tools/call', params });
        const ask = async (cuts: readonly number[]): Promise<unknown[]> => {
          upstream.cuts = cuts;
          const response = await fetch(`${own.url}/mcp/cut`, { method: 'POST', headers, body });
          const type = response.headers.get('content-type');
          return messagesIn({ status: response.status, type, text: await response.text() });
        };
        const whole = await ask([]);
        expect(whole).toMatchObject([
          { method: 'notifications/progress', params: { progressToken: 'mine', message: '½' } },
          { method: 'notifications/message', params: { data: '🦫' } },
          { id: 'x', result: { content: [{ text: TEXT }] } },
        ]);
        const length = answerTo(1_000, 'tools/call').length;
        for (let at = 1; at < length; at += 1) expect(await ask([at]), `cut at ${at}`).toEqual(whole);
        expect(await ask(Array.from({ length }, (_, at) => at))).toEqual(whole);
        await fc.assert(
          fc.asyncProperty(fc.array(fc.nat(length), { maxLength: 12 }), async (cuts) => {
            expect(await ask(cuts.toSorted((a, b) => a - b))).toEqual(whole);
          }),
          bounds(50),
        );
      } finally {
        await own.close();
        await client.close();
        await upstream.close();
      }
    },
    LONG_MS,
  );
});
