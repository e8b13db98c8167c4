import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { createLineReader, oneLine, type LineFault } from './lines.ts';

interface Read {
  lines: string[];
  fault: LineFault | undefined;
}

function read(chunks: readonly Buffer[], { maxBytes = 1_000_000, strict = true } = {}): Read {
  const lines: string[] = [];
  const reader = createLineReader({ maxBytes, strict, onLine: (line) => lines.push(line) });
  let fault: LineFault | undefined;
  for (const chunk of chunks) fault = reader.push(chunk);
  return { lines, fault };
}

function cut(bytes: Buffer, places: readonly number[]): Buffer[] {
  const sorted = places.map((place) => place % (bytes.length + 1)).sort((a, b) => a - b);
  return [...sorted, bytes.length].map((end, index) => bytes.subarray(sorted[index - 1] ?? 0, end));
}

const places = fc.array(fc.nat(), { maxLength: 30 });
const textLine = fc.string({ unit: 'binary', maxLength: 40 }).filter((text) => !/[\n\r]/u.test(text) && text !== '');

test('any cutting of the bytes gives the same lines', () => {
  fc.assert(
    fc.property(fc.array(textLine), fc.constantFrom('\n', '\r\n'), places, (lines, end, at) => {
      const bytes = Buffer.from(lines.map((line) => line + end).join(''));
      expect(read(cut(bytes, at))).toEqual({ lines, fault: undefined });
    }),
  );
});

test('any cutting of arbitrary bytes gives the same lines and the same fault, in both modes', () => {
  const byte = fc.oneof(fc.constantFrom(10, 13, 0x61, 0xc3, 0xa4, 0xf0), fc.nat(255));
  const bytes = fc.array(byte, { maxLength: 200 }).map((list) => Buffer.from(list));
  fc.assert(
    fc.property(bytes, places, fc.integer({ min: 1, max: 20 }), fc.boolean(), (input, at, maxBytes, strict) => {
      const whole = read([input], { maxBytes, strict });
      expect(read(cut(input, at), { maxBytes, strict })).toEqual(whole);
      expect(
        read(
          [...input].map((one) => Buffer.from([one])),
          { maxBytes, strict },
        ),
      ).toEqual(whole);
    }),
  );
});

test('invalid UTF-8 is a fault and is never delivered as mojibake', () => {
  const bytes = Buffer.concat([
    Buffer.from('{"ok":1}\n{"text":"'),
    Buffer.from([0xff, 0xfe]),
    Buffer.from('"}\nlater\n'),
  ]);
  expect(read([bytes])).toEqual({ lines: ['{"ok":1}'], fault: 'not-utf8' });
});

test('a surrogate half or an overlong encoding is invalid UTF-8', () => {
  expect(read([Buffer.from([0xed, 0xa0, 0x80, 10])]).fault).toBe('not-utf8');
  expect(read([Buffer.from([0xc0, 0xaf, 10])]).fault).toBe('not-utf8');
});

test('a line of exactly the bound passes, with LF and with CRLF; one byte more is a fault', () => {
  expect(read([Buffer.from('12345\n')], { maxBytes: 5 })).toEqual({ lines: ['12345'], fault: undefined });
  expect(read([Buffer.from('12345\r\n')], { maxBytes: 5 })).toEqual({ lines: ['12345'], fault: undefined });
  expect(read([Buffer.from('123456\n')], { maxBytes: 5 })).toEqual({ lines: [], fault: 'too-long' });
});

test('a line that never ends is a fault as soon as it passes the bound', () => {
  expect(read([Buffer.from('1234'), Buffer.from('56')], { maxBytes: 5 }).fault).toBe('too-long');
});

test('after a fault nothing is delivered any more', () => {
  expect(read([Buffer.from('123456\n'), Buffer.from('ok\n')], { maxBytes: 5 }).lines).toEqual([]);
});

/** What a reader that goes on after a fault says, in order. */
function readOn(chunks: readonly Buffer[], maxBytes: number): string[] {
  const said: string[] = [];
  const onFault = (fault: LineFault): void => void said.push(`fault ${fault}`);
  const reader = createLineReader({ maxBytes, strict: true, onLine: (line) => said.push(`line ${line}`), onFault });
  for (const chunk of chunks) expect(reader.push(chunk)).toBeUndefined();
  return said;
}

test('where faults are told, a faulty line is skipped and the next one is read', () => {
  const bad = Buffer.from([0x61, 0xff, 10]);
  const bytes = Buffer.concat([Buffer.from('one\n123456\ntwo\n'), bad, Buffer.from('123456\r\n12345\r\n')]);
  expect(readOn([bytes], 5)).toEqual([
    'line one',
    'fault too-long',
    'line two',
    'fault not-utf8',
    'fault too-long',
    'line 12345',
  ]);
});

test('where faults are told, any cutting of arbitrary bytes tells the same, one thing for each line', () => {
  const byte = fc.oneof(fc.constantFrom(10, 13, 0x61, 0xc3, 0xa4, 0xf0), fc.nat(255));
  const bytes = fc.array(byte, { maxLength: 200 }).map((list) => Buffer.from(list));
  fc.assert(
    fc.property(bytes, places, fc.integer({ min: 1, max: 20 }), (input, at, maxBytes) => {
      const whole = readOn([input], maxBytes);
      expect(readOn(cut(input, at), maxBytes)).toEqual(whole);
      const ends = [...input].filter((one) => one === 10).length;
      expect(whole.length).toBeLessThanOrEqual(ends);
    }),
  );
});

test('where faults are told, a line of many times the bound is one fault', () => {
  const said: string[] = [];
  const reader = createLineReader({
    maxBytes: 5,
    strict: true,
    onLine: () => undefined,
    onFault: (one) => said.push(one),
  });
  for (let index = 0; index < 1_000; index += 1) reader.push(Buffer.alloc(1_000, 'x'));
  expect(said).toEqual([]);
  reader.push(Buffer.from('\n'));
  expect(said).toEqual(['too-long']);
});

test('the tolerant mode cuts a long line, marks it and goes on with the next', () => {
  const result = read([Buffer.from('1234'), Buffer.from('5678'), Buffer.from('90\nok\n')], {
    maxBytes: 5,
    strict: false,
  });
  expect(result).toEqual({ lines: ['12345…', 'ok'], fault: undefined });
});

test('empty lines are skipped and an unfinished line is held back', () => {
  const lines: string[] = [];
  const reader = createLineReader({ maxBytes: 100, strict: true, onLine: (line) => lines.push(line) });
  reader.push(Buffer.from('\n\r\n\na\nhalf'));
  expect(lines).toEqual(['a']);
  expect(reader.held()).toBe(4);
});

test('the work is linear: a long line in one-byte chunks copies each byte a bounded number of times', () => {
  const reader = createLineReader({ maxBytes: 1 << 20, strict: true, onLine: () => undefined });
  const one = Buffer.from('x');
  let copied = 0;
  const copy = Buffer.prototype.copy;
  // Counting the bytes copied instead of measuring time keeps this test true on a busy machine.
  Buffer.prototype.copy = function counting(this: Buffer, ...args: Parameters<typeof copy>) {
    const bytes = copy.apply(this, args);
    copied += bytes;
    return bytes;
  };
  try {
    for (let index = 0; index < 1 << 20; index += 1) reader.push(one);
  } finally {
    Buffer.prototype.copy = copy;
  }
  expect(copied).toBeLessThan(4 << 20);
});

test('a message hidden behind raw line breaks inside an allowed one stays inside it', () => {
  const hidden = '{"jsonrpc":"2.0","id":9,"method":"tools/call","params":{"name":"delete_all"}}';
  for (const gap of ['\n', '\r', '\r\n']) {
    const json = `{"jsonrpc":"2.0","id":1,"method":"ping","params":${gap}${hidden}${gap}}`;
    expect(oneLine(json)).not.toMatch(/[\n\r]/u);
    expect(JSON.parse(oneLine(json))).toEqual(JSON.parse(json));
  }
});

test('line separators inside a string cannot split the message for a reader that honours them', () => {
  for (const separator of ['\u0085', '\u2028', '\u2029']) {
    const json = `{"text":"${separator}{\\"method\\":\\"x\\"}${separator}"}`;
    expect(oneLine(json)).not.toContain(separator);
    expect(JSON.parse(oneLine(json))).toEqual(JSON.parse(json));
  }
});

test('every JSON text keeps its meaning on one line', () => {
  fc.assert(
    fc.property(fc.json(), fc.nat(4), (json, indent) => {
      const pretty = JSON.stringify(JSON.parse(json), null, indent);
      expect(oneLine(pretty)).not.toMatch(/[\n\r\u0085\u2028\u2029]/u);
      expect(JSON.parse(oneLine(pretty))).toEqual(JSON.parse(json));
    }),
  );
});
