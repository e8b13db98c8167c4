import { once } from 'node:events';
import { request as nodeRequest } from 'node:http';
import { createServer, type Socket } from 'node:net';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { systemClock } from '../kernel/clock.ts';
import { createHttpClient } from './http-client.ts';
import { HTTP_CLIENT_MALFORMED, HttpClientError, type ResponseHeaders, ResponseParser } from './http-response.ts';

interface Read {
  status: number;
  tag: string | undefined;
  body: string;
  responses: number;
  ends: number;
  /** Bytes of the input that came after the response. */
  left: number;
  code: string | undefined;
}

/** Reads one response from pieces; what comes after it is not pushed any more. */
function read(pieces: readonly Buffer[], isEnded = true): Read {
  const seen: Read = { status: 0, tag: undefined, body: '', responses: 0, ends: 0, left: 0, code: undefined };
  const parser = new ResponseParser(2_000);
  parser.begin({
    onResponse(status, headers) {
      seen.responses += 1;
      seen.status = status;
      seen.tag = headers.get('x-tag');
    },
    onData(chunk) {
      seen.body += chunk.toString('latin1');
    },
  });
  try {
    for (const piece of pieces) {
      if (seen.ends > 0) {
        seen.left += piece.length;
        continue;
      }
      const used = parser.push(piece);
      if (used === -1) continue;
      seen.ends += 1;
      seen.left += piece.length - used;
    }
    if (isEnded && seen.ends === 0 && parser.end()) seen.ends += 1;
  } catch (error) {
    seen.code = error instanceof HttpClientError ? error.code : String(error);
  }
  return seen;
}

const bytes = (text: string): Buffer => Buffer.from(text, 'latin1');
const oneByOne = (input: Buffer): Buffer[] => [...input].map((byte) => Buffer.from([byte]));

function cut(input: Buffer, places: readonly number[]): Buffer[] {
  const sorted = places.map((place) => place % (input.length + 1)).sort((a, b) => a - b);
  return [...sorted, input.length].map((end, index) => input.subarray(sorted[index - 1] ?? 0, end));
}

interface Made {
  readonly wire: string;
  readonly status: number;
  readonly body: string;
  readonly tag: string;
  readonly untilClose: boolean;
}

const safeText = (maxLength: number): fc.Arbitrary<string> =>
  fc.string({ unit: fc.constantFrom(...Array.from('abcXYZ019 \r\n:;,éÿ\0')), maxLength });
const fieldValue = fc.string({ unit: fc.constantFrom(...Array.from('abcXYZ019:;,=é')), maxLength: 30 });

/** Responses that everybody must read in the same way. */
const valid: fc.Arbitrary<Made> = fc
  .record({
    interim: fc.array(fc.constantFrom(100, 102, 103), { maxLength: 3 }),
    status: fc.constantFrom(200, 201, 202, 400, 404, 500),
    reason: fc.constantFrom('OK', '', 'Not  Found'),
    tag: fieldValue,
    space: fc.constantFrom('', ' ', '\t ', '   '),
    framing: fc.constantFrom('length', 'chunked', 'close', 'none'),
    parts: fc.array(safeText(40), { maxLength: 5 }),
    extension: fc.constantFrom('', ';a', ';a=b;c="d"'),
    trailer: fc.constantFrom('', 'x-trailer: 1\r\n'),
  })
  .map(({ interim, status, reason, tag, space, framing, parts, extension, trailer }) => {
    const isEmpty = framing === 'none';
    const full = isEmpty ? '' : parts.join('');
    const code = isEmpty ? 204 : status;
    let wire = interim.map((early) => `HTTP/1.1 ${early} Wait\r\nx-early: 1\r\n\r\n`).join('');
    wire += `HTTP/1.1 ${code} ${reason}\r\nX-Tag:${space}${tag}${space}\r\n`;
    if (framing === 'length') wire += `Content-Length: ${full.length}\r\n\r\n${full}`;
    else if (framing === 'chunked') {
      const chunks = parts.filter((part) => part !== '');
      const sized = chunks.map((part) => `${part.length.toString(16)}${extension}\r\n${part}\r\n`);
      wire += `Transfer-Encoding: chunked\r\n\r\n${sized.join('')}0${extension}\r\n${trailer}\r\n`;
    } else wire += isEmpty ? '\r\n' : `Connection: close\r\n\r\n${full}`;
    return { wire, status: code, body: full, tag, untilClose: framing === 'close' };
  });

describe('a response', () => {
  it('means the same however it was cut', () => {
    fc.assert(
      fc.property(valid, fc.array(fc.nat(), { maxLength: 20 }), ({ wire, status, body, tag }, places) => {
        const whole = read([bytes(wire)]);
        expect(whole).toEqual({ status, tag, body, responses: 1, ends: 1, left: 0, code: undefined });
        expect(read(oneByOne(bytes(wire)))).toEqual(whole);
        expect(read(cut(bytes(wire), places))).toEqual(whole);
      }),
      { numRuns: 500 },
    );
  });

  it('ends where it ends, whatever follows', () => {
    fc.assert(
      fc.property(
        valid.filter(({ untilClose }) => !untilClose),
        safeText(30),
        ({ wire, body }, more) => {
          expect(read([bytes(wire + more)])).toMatchObject({ body, responses: 1, ends: 1, left: more.length });
        },
      ),
    );
  });

  it('that is cut short is not complete', () => {
    fc.assert(
      fc.property(
        valid.filter(({ untilClose }) => !untilClose),
        fc.nat(),
        ({ wire }, place) => {
          const result = read([bytes(wire).subarray(0, place % wire.length)]);
          expect([result.ends, result.code]).toEqual([0, undefined]);
        },
      ),
    );
  });

  it('made of arbitrary bytes is read or refused, in the same way however cut, and never twice', () => {
    const noise = fc.array(
      fc.oneof(
        fc.constantFrom(
          'HTTP/1.1 200 OK\r\n',
          'HTTP/1.1 100 \r\n',
          'content-length: 3\r\n',
          'transfer-encoding: chunked\r\n',
          '\r\n',
          '\n',
          ' ',
          '3\r\nabc\r\n',
          '0\r\n\r\n',
          'x: y\r\n',
          ':',
        ),
        fc.uint8Array({ maxLength: 6 }).map((array) => Buffer.from(array).toString('latin1')),
      ),
      { maxLength: 20 },
    );
    fc.assert(
      fc.property(noise, fc.array(fc.nat(), { maxLength: 10 }), (pieces, places) => {
        const input = bytes(pieces.join(''));
        const whole = read([input]);
        expect([undefined, HTTP_CLIENT_MALFORMED]).toContain(whole.code);
        expect(whole.responses).toBeLessThanOrEqual(1);
        expect(whole.ends).toBeLessThanOrEqual(whole.code === undefined ? whole.responses : 0);
        expect(read(oneByOne(input))).toEqual(whole);
        expect(read(cut(input, places))).toEqual(whole);
      }),
      { numRuns: 2_000 },
    );
  });

  const head = 'HTTP/1.1 200 OK\r\n';
  const chunked = `${head}transfer-encoding: chunked\r\n\r\n`;
  it.each([
    ['an HTTP/2 preface', 'PRI * HTTP/2.0\r\n\r\n'],
    ['HTTP/0.9', '<html>\r\n'],
    ['a version of its own', 'HTTP/1.2 200 OK\r\n\r\n'],
    ['a status of two digits', 'HTTP/1.1 20 OK\r\n\r\n'],
    ['a status of four digits', 'HTTP/1.1 2000 OK\r\n\r\n'],
    ['a status out of range', 'HTTP/1.1 600 OK\r\n\r\n'],
    ['an empty line in front', `\r\n${head}\r\n`],
    ['a bare line feed after the status', 'HTTP/1.1 200 OK\nx: y\r\n\r\n'],
    ['a bare line feed after a field', `${head}x: y\n\r\n`],
    ['a bare line feed as the end of the head', `${head}x: y\r\n\n`],
    ['a bare carriage return in a value', `${head}x: a\rb\r\n\r\n`],
    ['a bare carriage return in the reason', 'HTTP/1.1 200 O\rK\r\n\r\n'],
    ['a folded line', `${head}x: y\r\n z\r\n\r\n`],
    ['a folded first line', `${head} x: y\r\n\r\n`],
    ['white space before the colon', `${head}content-length : 3\r\n\r\nabc`],
    ['no colon', `${head}content-length\r\n\r\n`],
    ['no name', `${head}: y\r\n\r\n`],
    ['a name that is no token', `${head}x(y): z\r\n\r\n`],
    ['a NUL in a value', `${head}x: \0\r\n\r\n`],
    ['content-length beside transfer-encoding', `${head}content-length: 3\r\ntransfer-encoding: chunked\r\n\r\n`],
    ['transfer-encoding beside content-length', `${head}transfer-encoding: chunked\r\ncontent-length: 3\r\n\r\n`],
    ['two content-lengths', `${head}content-length: 3\r\ncontent-length: 4\r\n\r\n`],
    ['a list of content-lengths', `${head}content-length: 3, 3\r\n\r\n`],
    ['a negative content-length', `${head}content-length: -1\r\n\r\n`],
    ['a signed content-length', `${head}content-length: +3\r\n\r\n`],
    ['a hexadecimal content-length', `${head}content-length: 0x3\r\n\r\n`],
    ['an empty content-length', `${head}content-length:\r\n\r\n`],
    ['a content-length beyond counting', `${head}content-length: 9999999999999999\r\n\r\n`],
    ['a coding that is not chunked', `${head}transfer-encoding: gzip, chunked\r\n\r\n`],
    ['identity', `${head}transfer-encoding: identity\r\n\r\n`],
    ['chunked twice', `${head}transfer-encoding: chunked\r\ntransfer-encoding: chunked\r\n\r\n`],
    ['chunked with something hidden', `${head}transfer-encoding: \x0bchunked\r\n\r\n`],
    ['chunked of HTTP/1.0', 'HTTP/1.0 200 OK\r\ntransfer-encoding: chunked\r\n\r\n'],
    ['chunked without a body', 'HTTP/1.1 204 None\r\ntransfer-encoding: chunked\r\n\r\n'],
    ['a chunk size that is no number', `${chunked}g\r\n`],
    ['an empty chunk size', `${chunked}\r\n`],
    ['a chunk size with a sign', `${chunked}-3\r\nabc\r\n`],
    ['a chunk size with a prefix', `${chunked}0x3\r\nabc\r\n`],
    ['a chunk size with white space', `${chunked}3 \r\nabc\r\n`],
    ['a chunk size over 2^47', `${chunked}800000000001\r\n`],
    ['a chunk size that overflows', `${chunked}10000000000000003\r\nabc\r\n`],
    ['a chunk size that ends in a bare line feed', `${chunked}3\nabc\r\n`],
    ['a chunk extension with a bare carriage return', `${chunked}3;\ra\r\nabc\r\n`],
    ['a long chunk extension', `${chunked}3;${'a'.repeat(256)}\r\nabc\r\n`],
    ['a chunk extension without end', `${chunked}3;${'a'.repeat(10_000)}`],
    ['a chunk longer than its size', `${chunked}3\r\nabcd\r\n`],
    ['a chunk without its line end', `${chunked}3\r\nabc3\r\n`],
    ['a bad trailer', `${chunked}0\r\nx y: z\r\n\r\n`],
    ['long trailers', `${chunked}0\r\n${'x: y\r\n'.repeat(1_400)}\r\n`],
    ['a head over the bound', `${head}x: ${'y'.repeat(2_000)}\r\n\r\n`],
    ['a head over the bound, of many fields', head + 'x: y\r\n'.repeat(400)],
    ['a head without end', `${head}x: ${'y'.repeat(2_000)}`],
    ['101', 'HTTP/1.1 101 Switching\r\n\r\n'],
    ['nine interim responses', `${'HTTP/1.1 103 Hints\r\n\r\n'.repeat(9)}${head}\r\n`],
    ['an interim response with a body', 'HTTP/1.1 100 Wait\r\ncontent-length: 3\r\n\r\nabc'],
  ])('with %s is refused', (_what, wire) => {
    expect(read([bytes(wire)]).code).toBe(HTTP_CLIENT_MALFORMED);
    expect(read(oneByOne(bytes(wire))).code).toBe(HTTP_CLIENT_MALFORMED);
  });

  it.each([
    ['eight interim responses', `${'HTTP/1.1 103 Hints\r\n\r\n'.repeat(8)}${head}content-length: 1\r\n\r\na`, 'a'],
    ['the same content-length twice', `${head}content-length: 1\r\ncontent-length: 1\r\n\r\na`, 'a'],
    ['304 with a length that it does not have', 'HTTP/1.1 304 Same\r\ncontent-length: 5\r\n\r\n', ''],
    ['a chunk extension of 256 bytes', `${chunked}3;${'a'.repeat(255)}\r\nabc\r\n0\r\n\r\n`, 'abc'],
    ['a size with zeros in front', `${chunked}0000000000000003\r\nabc\r\n00\r\n\r\n`, 'abc'],
    ['no reason', 'HTTP/1.1 200\r\ncontent-length: 1\r\n\r\na', 'a'],
  ])('with %s is read', (_what, wire, body) => {
    expect(read([bytes(wire)], false)).toMatchObject({ body, ends: 1, left: 0, code: undefined });
  });

  it('says whether its connection may be used again', () => {
    const canReuse = (wire: string): boolean => {
      const parser = new ResponseParser(2_000);
      parser.begin({ onResponse() {}, onData() {} });
      expect(parser.push(bytes(wire))).toBe(wire.length);
      return parser.canReuse;
    };
    expect(canReuse(`${head}content-length: 0\r\n\r\n`)).toBe(true);
    expect(canReuse(`${head}connection: keep-alive\r\ncontent-length: 0\r\n\r\n`)).toBe(true);
    expect(canReuse(`${head}connection: x, Close\r\ncontent-length: 0\r\n\r\n`)).toBe(false);
    expect(canReuse('HTTP/1.0 200 OK\r\nconnection: keep-alive\r\ncontent-length: 0\r\n\r\n')).toBe(false);
  });

  it('stops at once when the sink wants no more', () => {
    const parser = new ResponseParser(2_000);
    let chunks = 0;
    parser.begin({
      onResponse() {},
      onData() {
        chunks += 1;
        parser.stop();
      },
    });
    expect(parser.push(bytes(`${chunked}1\r\na\r\n1\r\nb\r\n0\r\n\r\n`))).toBe(-1);
    expect(chunks).toBe(1);
    expect(() => parser.push(bytes(head))).toThrow(HttpClientError);
  });
});

type Heard = { status: number; tag: string | undefined; body: string } | { code: string };

describe('a generated response over a real socket', () => {
  it("means to this client what it means to Node's", async () => {
    let wire = '';
    const server = createServer((socket: Socket) => {
      socket.on('error', () => {});
      socket.once('data', () => socket.end(bytes(wire)));
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    const url = new URL(`http://127.0.0.1:${port}/`);
    const client = createHttpClient({ clock: systemClock });

    const ours = (): Promise<Heard> =>
      new Promise((resolve) => {
        let heard = { status: 0, tag: undefined as string | undefined, body: '' };
        client.send(
          { url, method: 'GET', headers: [] },
          {
            onResponse: (status: number, headers: ResponseHeaders) => {
              heard = { ...heard, status, tag: headers.get('x-tag') };
            },
            onData: (chunk) => {
              heard.body += chunk.toString('latin1');
            },
            onEnd: () => resolve(heard),
            onError: () => resolve({ code: 'error' }),
          },
        );
      });
    const theirs = (): Promise<Heard> =>
      new Promise((resolve) => {
        const sent = nodeRequest(url, { agent: false }, (response) => {
          let body = '';
          response.setEncoding('latin1');
          response.on('data', (text: string) => {
            body += text;
          });
          const tag = response.headers['x-tag'];
          const status = response.statusCode ?? 0;
          response.on('end', () => resolve({ status, tag: typeof tag === 'string' ? tag : undefined, body }));
          response.on('error', () => resolve({ code: 'error' }));
        });
        sent.on('error', () => resolve({ code: 'error' }));
        sent.end();
      });

    await fc.assert(
      fc.asyncProperty(valid, async (made) => {
        ({ wire } = made);
        const expected = { status: made.status, tag: made.tag, body: made.body };
        expect(await ours()).toEqual(expected);
        expect(await theirs()).toEqual(expected);
      }),
      { numRuns: 300 },
    );
    await client.close();
    server.close();
    await once(server, 'close');
  });
});
