import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { canonicalJson, canonicalObject } from './canonical-json.ts';
import { exactNumber } from './exact-number.ts';
import { type Json, parseJson } from './jsonrpc.ts';

function canonical(text: string): string {
  return canonicalJson(parseJson(text) as Json);
}

// Small enough that two of them are often the same.
const small = fc.jsonValue({ maxDepth: 1, depthSize: 'xsmall' });

describe('canonical JSON', () => {
  it('is the same for what means the same, and only then', () => {
    fc.assert(
      fc.property(small, fc.oneof(small, fc.jsonValue()), (one, other) => {
        const [a, b] = [JSON.stringify(one), JSON.stringify(other)];
        expect(canonical(a)).toBe(canonical(JSON.stringify(turned(JSON.parse(a)))));
        expect(canonical(a) === canonical(b)).toBe(independent(a) === independent(b));
      }),
    );
  });

  it('does not depend on the order of keys, but on that of items', () => {
    expect(canonical('{"b":[1,{"d":1,"c":2}],"a":"x"}')).toBe(canonical('{"a":"x","b":[1,{"c":2,"d":1}]}'));
    expect(canonical('[1,2]')).not.toBe(canonical('[2,1]'));
  });

  it('tells apart what is only alike', () => {
    const texts = [
      'null',
      '"null"',
      'true',
      '"true"',
      '0',
      '"0"',
      '"0e0"',
      '""',
      '[]',
      '{}',
      '[[]]',
      '[null]',
      '[{}]',
      '{"a":null}',
      '{"a":[]}',
      '{"a":{}}',
      '["a",null]',
      '{"":1}',
      '{"a":1,"b":2}',
      '{"a":"1,\\"b\\":2"}',
      '"\\ud800"',
      '"\\\\ud800"',
      '"\\ufffd"',
      '{"__proto__":1}',
      '{"constructor":1}',
      '"a,b"',
      '["a","b"]',
    ];
    expect(new Set(texts.map(canonical)).size).toBe(texts.length);
  });

  it('takes a number for what it is worth, whatever stands beside it', () => {
    for (const number of [
      '42.0',
      '42',
      '4.2e1',
      '0.1',
      '-0.0',
      '1E5',
      '100000.000',
      '9007199254740993',
      '123456789012345',
    ]) {
      const alone: unknown = parseJson(`{"n":${number}}`);
      const beside = parseJson(`{"n":${number},"state":"1e5 12345678901234567"}`) as { n: Json };
      expect(canonicalJson(beside.n), number).toBe(canonicalJson((alone as { n: Json }).n));
    }
    expect(canonical('[42.0,4.2e1]')).toBe(canonical('[42,42]'));
    expect(canonical('9007199254740993')).not.toBe(canonical('9007199254740992'));
    expect(canonical('0.1000000000000000055511151231257827')).not.toBe(canonical('0.1'));
    expect(canonical('1e9007199254740993')).not.toBe(canonical('1e9007199254740992'));
    expect(canonical(`0.${'0'.repeat(500)}1`)).not.toBe(canonical('0'));
  });

  it('leaves out keys of the outermost object alone', () => {
    const value = { _meta: 1, a: { _meta: 2 }, none: undefined };
    expect(canonicalObject(value, (key) => key === '_meta')).toBe('{"a":{"_meta":2e0}}');
    expect(canonicalObject({ _meta: 1 }, () => true)).toBe('{}');
  });
});

describe('an exact number', () => {
  it('has the digits that were written, not those of a double', () => {
    expect(['42', '42.0', '4.2e1', '4200E-2', '42.000'].map(exactNumber)).toEqual(Array(5).fill('42e0'));
    expect(['0', '-0', '0.00', '0e99'].map(exactNumber)).toEqual(Array(4).fill('0e0'));
    expect(exactNumber('-12345678901234567890.5')).toBe('-123456789012345678905e-1');
    expect(exactNumber('1e400')).toBe('1e400');
  });

  it('is nothing for what is no JSON number', () => {
    for (const text of [
      '',
      '042',
      '+1',
      '1.',
      '.5',
      '0x1',
      'NaN',
      'Infinity',
      '1e',
      ' 1',
      '1 ',
      '1_0',
      '--1',
      '1e1.5',
      '٤',
    ]) {
      expect(exactNumber(text), text).toBeUndefined();
    }
    expect(exactNumber('1'.repeat(401))).toBeUndefined();
  });

  it('agrees with doubles where these are exact', () => {
    fc.assert(
      fc.property(fc.maxSafeInteger(), fc.maxSafeInteger(), fc.nat(5), (a, b, zeros) => {
        expect(exactNumber(String(a)) === exactNumber(String(b))).toBe(a === b);
        expect(exactNumber(`${a}.${'0'.repeat(zeros + 1)}`)).toBe(exactNumber(String(a)));
      }),
    );
  });
});

/** The same value with all keys in the opposite order. */
function turned(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(turned);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .toReversed()
      .map(([key, item]) => [key, turned(item)]),
  );
}

/** An independent reading: objects as sorted pairs, numbers as doubles. */
function independent(text: string): string {
  const sorted = (value: unknown): unknown =>
    typeof value === 'object' && value !== null && !Array.isArray(value)
      ? Object.entries(value)
          .sort(([a], [b]) => (a < b ? -1 : 1))
          .map(([key, item]) => ['key', key, sorted(item)])
      : Array.isArray(value)
        ? ['array', ...value.map(sorted)]
        : value;
  return JSON.stringify(sorted(JSON.parse(text)));
}
