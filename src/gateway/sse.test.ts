import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createSseReader, type SseEvent, sseEvent } from './sse.ts';

function read(chunks: readonly Buffer[]): SseEvent[] {
  const events: SseEvent[] = [];
  const reader = createSseReader((event) => events.push(event));
  for (const chunk of chunks) reader.push(chunk);
  return events;
}

function cut(bytes: Buffer, sizes: readonly number[]): Buffer[] {
  const chunks: Buffer[] = [];
  let at = 0;
  for (const size of sizes) {
    chunks.push(bytes.subarray(at, at + size));
    at += size;
  }
  chunks.push(bytes.subarray(at));
  return chunks;
}

describe('an event stream', () => {
  it('reads the same events however its bytes are cut', () => {
    fc.assert(
      fc.property(fc.array(fc.json(), { maxLength: 5 }), fc.array(fc.nat(20)), (payloads, sizes) => {
        const bytes = Buffer.from(payloads.map((json) => sseEvent(JSON.stringify(JSON.parse(json)))).join(''));
        const expected = payloads.map((json) => JSON.stringify(JSON.parse(json)));
        expect(read(cut(bytes, sizes)).map((event) => event.data)).toEqual(expected);
      }),
    );
  });

  it('takes LF, CR LF and CR as line ends, also cut between CR and LF', () => {
    for (const eol of ['\n', '\r\n', '\r']) {
      const text = [`: comment`, `event: x`, `id: 7`, `data: a`, `data:b`, ``, ``].join(eol);
      for (let at = 0; at <= text.length; at += 1) {
        const events = read([Buffer.from(text.slice(0, at)), Buffer.from(text.slice(at))]);
        expect(events).toEqual([{ type: 'x', data: 'a\nb', id: '7' }]);
      }
    }
  });

  it('goes on after the last event that came whole, wherever it is cut (WHATWG HTML, 9.2.6)', () => {
    const events = [
      `event: message\nid: a\ndata: {}\n\n`,
      `id: b\ndata: \n\n`,
      `id: c\nevent: message\ndata: {"last":1}\n\n`,
    ];
    const text = events.join('');
    for (let at = 0; at <= text.length; at += 1) {
      const reader = createSseReader(() => {}, undefined, 'before');
      reader.push(Buffer.from(text.slice(0, at)));
      const whole = events.filter((_, index) => events.slice(0, index + 1).join('').length <= at).length;
      expect(reader.lastId).toBe(['before', 'a', 'b', 'c'][whole]);
    }
  });

  it('never crashes on arbitrary bytes', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array()), (chunks) => {
        expect(Array.isArray(read(chunks.map((chunk) => Buffer.from(chunk))))).toBe(true);
      }),
    );
  });

  it('refuses a line or an event beyond its bound', () => {
    const reader = createSseReader(() => {}, 64);
    expect(() => reader.push(Buffer.from(`data: ${'x'.repeat(100)}`))).toThrow();
    const slow = createSseReader(() => {}, 64);
    expect(() => {
      for (let line = 0; line < 10; line += 1) slow.push(Buffer.from(`data: ${'x'.repeat(20)}\n`));
    }).toThrow();
  });
});
