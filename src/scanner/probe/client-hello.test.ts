import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { choiceIn, clientHello } from './client-hello.ts';

function serverHello(sessionBytes: number, suite: number): Buffer {
  const hello = Buffer.alloc(44 + sessionBytes + 3);
  hello.set([22, 3, 3, 0, 0, 2]);
  hello[43] = sessionBytes;
  hello.writeUInt16BE(suite, 44 + sessionBytes);
  return hello;
}

test('the suite stands behind the session id, however long that is', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 32 }), fc.integer({ min: 0, max: 0xffff }), (sessionBytes, suite) => {
      const hello = serverHello(sessionBytes, suite);
      expect(choiceIn(hello)).toBe(suite);
      expect(choiceIn(hello.subarray(0, 44 + sessionBytes + 1))).toBe('more');
    }),
  );
});

test('an alert is a refusal; a session id that is too long, or another protocol, is garbled', () => {
  expect(choiceIn(Buffer.from([21, 3, 3, 0, 2, 2, 40]))).toBeUndefined();
  expect(choiceIn(serverHello(33, 0x002f))).toBe('garbled');
  expect(choiceIn(Buffer.from('HTTP/1.1 400 Bad Request'))).toBe('garbled');
});

test('bytes of any kind give an answer', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 100 }), (bytes) => {
      const choice = choiceIn(Buffer.from(bytes));
      expect(choice === undefined || choice === 'more' || choice === 'garbled' || choice <= 0xffff).toBe(true);
    }),
  );
});

test('an offer names the host, but never an address', () => {
  expect(clientHello('a.example', [0x002f]).includes('a.example')).toBe(true);
  expect(clientHello('127.0.0.1', [0x002f]).includes('127.0.0.1')).toBe(false);
});
