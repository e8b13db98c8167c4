import { createHash } from 'node:crypto';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isExactNumber, parseJson } from '../kernel/jsonrpc.ts';
import { recordArgs } from './recorded-args.ts';

const SECRET = 'K7-horse-battery-staple-91';
const visit = (value: unknown): unknown => {
  if (typeof value === 'string') return value.replaceAll(SECRET, '***');
  if (Array.isArray(value)) return value.map(visit);
  if (typeof value !== 'object' || value === null || isExactNumber(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key.replaceAll(SECRET, '***'), visit(item)]));
};
const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

describe('recordArgs', () => {
  it('keeps short arguments whole, masked, with the hash of what was really sent', () => {
    const args = { path: '/a', key: `x${SECRET}y`, n: 1 };
    expect(recordArgs(args, visit)).toEqual({
      args: '{"path":"/a","key":"x***y","n":1}',
      argsHash: sha256(JSON.stringify(args)),
    });
    expect(recordArgs(undefined, visit)).toEqual({ args: 'null', argsHash: sha256('null') });
  });

  it('keeps numbers exactly', () => {
    expect(recordArgs(parseJson('{"n":123456789012345678901}'), visit).args).toBe('{"n":123456789012345678901}');
  });

  it('cuts long arguments and says how long they were', () => {
    for (const size of [3_000, 30_000, 3_000_000]) {
      const args = { text: 'a'.repeat(size) };
      const recorded = recordArgs(args, visit);
      expect(recorded.args).toBe(`{"text":"${'a'.repeat(2_039)}[cut: ${size + 11} characters]`);
      expect(recorded.argsHash).toBe(sha256(JSON.stringify(args)));
    }
  });

  it('looks at a bounded part of large arguments', () => {
    let seen = 0;
    const count = (value: unknown): unknown => {
      seen = JSON.stringify(value).length;
      return value;
    };
    recordArgs(
      Array.from({ length: 100_000 }, (_, i) => ({ [`key-${i}`]: ['value', i] })),
      count,
    );
    expect(seen).toBeGreaterThan(10_000);
    expect(seen).toBeLessThan(100_000);
  });

  it('shows nothing near the end of what it looked at, where a secret may have been cut in two', () => {
    const fold = (value: unknown): unknown => (typeof value === 'string' ? value.replace(/B{1000,}/, '#') : value);
    for (let before = 24_552; before < 24_580; before++) {
      const recorded = recordArgs(`${'B'.repeat(before)}${SECRET}`, (value) => visit(fold(value)));
      expect(recorded.args).toMatch(/^\[cut: \d+ characters\]$/);
    }
  });

  it('never shows a secret or a part of one, wherever the cuts fall', () => {
    const piece = fc.oneof(
      fc.constant(SECRET),
      fc.nat(9_000).map((length) => 'x'.repeat(length)),
      fc.constant(SECRET.repeat(400)),
    );
    const part = fc.oneof(piece, fc.array(piece, { maxLength: 3 }), fc.dictionary(piece, piece, { maxKeys: 3 }));
    fc.assert(
      fc.property(fc.array(part, { maxLength: 10 }), (args) => {
        const { args: shown } = recordArgs(args, visit);
        expect(shown).not.toContain(SECRET.slice(0, 4));
        expect(shown.length).toBeLessThan(2_100);
      }),
    );
  });
});
