import { X509Certificate } from 'node:crypto';
import * as fc from 'fast-check';
import { beforeAll, expect, test } from 'vitest';
import { issue } from '../../../test/scan-servers.ts';
import { signatureAlgorithmOf } from './signature-algorithm.ts';

let der: Buffer;
beforeAll(async () => {
  der = new X509Certificate((await issue()).cert).raw;
});

test('a certificate says what it is signed with', () => {
  expect(signatureAlgorithmOf(der)).toBe('ecdsa-with-SHA256');
});

test('a certificate that is cut or changed anywhere gives a text or nothing', () => {
  fc.assert(
    fc.property(fc.nat(der.length), fc.nat(255), (at, value) => {
      const changed = Buffer.from(der);
      changed[at] = value;
      for (const bytes of [changed, der.subarray(0, at)]) {
        const name = signatureAlgorithmOf(bytes);
        expect(name === undefined || /^[\w.-]{1,400}$/.test(name)).toBe(true);
      }
    }),
  );
});

test('bytes of any kind give a text or nothing', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
      expect(['string', 'undefined']).toContain(typeof signatureAlgorithmOf(Buffer.from(bytes)));
    }),
  );
});
