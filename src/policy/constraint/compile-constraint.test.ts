import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type ErrorCode, MerlonError } from '../../kernel/errors.ts';
import { parseJson } from '../../kernel/jsonrpc.ts';
import { argumentHolds, compileConstraint, holds } from './compile-constraint.ts';
import type { Constraint } from './constraint.ts';

const meets = (constraint: Constraint, value: unknown): boolean => holds(compileConstraint(constraint), value);

/** A value as it comes off the wire: numbers that a double cannot hold keep their digits. */
const wire = (text: string): unknown => (parseJson(`[${text},1.0000000000000000000]`) as unknown[])[0];

function codeOf(act: () => unknown): ErrorCode | undefined {
  try {
    act();
    return undefined;
  } catch (error) {
    if (error instanceof MerlonError) return error.code;
    throw error;
  }
}

describe('what could never be meant is refused', () => {
  const deep = (levels: number): unknown => (levels === 0 ? {} : { each: deep(levels - 1) });
  test.each([
    [null],
    [[]],
    ['x'],
    [{ oneOf: [] }],
    [{ oneOf: 'a' }],
    [{ oneOf: [{}] }],
    [{ oneOf: [Number.NaN] }],
    [{ oneOf: [Number.POSITIVE_INFINITY] }],
    [{ oneOf: [undefined] }],
    [{ oneOf: Array.from({ length: 10_001 }, () => 'a') }],
    [{ min: 2, max: 1 }],
    [{ min: '1' }],
    [{ max: Number.NaN }],
    [{ max: Number.POSITIVE_INFINITY }],
    [{ maxLength: -1 }],
    [{ maxLength: 1.5 }],
    [{ pattern: '' }],
    [{ pattern: 'a)|(?:b' }],
    [{ pattern: '(a' }],
    [{ pattern: '(?=a)' }],
    [{ pattern: '(a)\\1' }],
    [{ pattern: '((a{100}){100}){100}' }],
    [{ pattern: /a/ }],
    [{ subpath: [] }],
    [{ subpath: '/tmp' }],
    [{ subpath: ['tmp'] }],
    [{ subpath: ['~'] }],
    [{ subpath: [''] }],
    [{ subpath: ['/tmp/../etc'] }],
    [{ subpath: ['/tmp/.'] }],
    [{ subpath: ['C:\\tmp'] }],
    [{ subpath: ['file:///tmp'] }],
    [{ subpath: ['/tmp', 1] }],
    [{ origin: [] }],
    [{ origin: ['api.example.com'] }],
    [{ origin: ['https://api.example.com/v1'] }],
    [{ origin: ['https://api.example.com?x'] }],
    [{ origin: ['https://user@api.example.com'] }],
    [{ origin: ['https://*.example.com'] }],
    [{ origin: ['null'] }],
    [{ host: ['*'] }],
    [{ host: ['https://api.example.com'] }],
    [{ host: ['api.*.com'] }],
    [{ emailDomain: ['@example.com'] }],
    [{ emailDomain: ['a@example.com'] }],
    [{ emailDomain: ['*.example.com'] }],
    [{ argv: [] }],
    [{ argv: [{}] }],
    [{ argv: ['ls'] }],
    [{ argv: [{ program: '' }] }],
    [{ argv: [{ program: 'ls -l' }] }],
    [{ argv: [{ program: 'ls', arguments: [] }] }],
    [{ argv: [{ program: 'ls', words: {} }] }],
    [{ argv: [{ program: 'ls', words: [{ oneOf: [] }] }] }],
    [{ argv: [{ program: 'ls', rest: { min: 1 } }] }],
    [{ each: [] }],
    [{ each: { subpath: ['a'] } }],
    [{ optional: 'yes' }],
    [{ subpath: undefined }],
    [{ subPath: ['/tmp'] }],
    [{ prefix: '/tmp' }],
    [JSON.parse('{"__proto__": {"optional": true}}')],
    [{ toString: 1 }],
    [deep(9)],
  ])('%j', (constraint) => {
    expect(codeOf(() => compileConstraint(constraint as Constraint))).toBe('CONFIG_INVALID');
  });

  test('and a message repeats nothing of it', () => {
    const secret = 'hunter2';
    for (const constraint of [
      { subpath: [secret] },
      { [secret]: 1 },
      { pattern: `(${secret}` },
      { oneOf: [{ secret }] },
    ]) {
      expect(() => compileConstraint(constraint as Constraint)).toThrow(
        expect.not.objectContaining({ message: expect.stringContaining(secret) as string }) as Error,
      );
    }
  });

  test('whatever it is, it is refused with a code and nothing else', () => {
    fc.assert(
      fc.property(fc.anything(), (anything) => {
        expect([undefined, 'CONFIG_INVALID']).toContain(codeOf(() => compileConstraint(anything as Constraint)));
      }),
    );
  });
});

describe('an absent argument', () => {
  test.each([
    [{}, undefined, false],
    [{}, null, false],
    [{}, '', true],
    [{ optional: true }, undefined, true],
    [{ optional: true, subpath: ['/tmp'] }, null, true],
    [{ optional: true, subpath: ['/tmp'] }, '/etc', false],
    [{ oneOf: [null] }, null, true],
    [{ oneOf: [null] }, undefined, false],
    [{ oneOf: [null], maxLength: 3 }, null, false],
    [{ each: { oneOf: ['a'] } }, [null], false],
    [{ each: { oneOf: ['a'], optional: true } }, [null, 'a'], true],
  ] as const)('%j of %j: %j', (constraint, value, expected) => {
    expect(meets(constraint, value)).toBe(expected);
  });
});

describe('oneOf', () => {
  test.each([
    [['a'], 'a', true],
    [['a'], 'A', false],
    [['a'], ['a'], false],
    [['1'], 1, false],
    [[1], '1', false],
    [[1], true, false],
    [[0], -0, true],
    [[true], true, true],
    [['[object Object]'], {}, false],
    [['é'], 'e\u0301', false],
    [['toString'], 'toString', true],
    [['a'], '__proto__', false],
  ])('%j of %j: %j', (oneOf, value, expected) => {
    expect(meets({ oneOf }, value)).toBe(expected);
  });

  test('numbers are compared digit by digit, however they are written', () => {
    expect(meets({ oneOf: [42] }, wire('42.0'))).toBe(true);
    expect(meets({ oneOf: [42] }, wire('4.2e1'))).toBe(true);
    expect(meets({ oneOf: [42] }, wire('42.00000000000000000001'))).toBe(false);
    expect(meets({ oneOf: [Number('12345678901234567890')] }, wire('12345678901234567890'))).toBe(false);
    expect(meets({ oneOf: ['42'] }, wire('42.0'))).toBe(false);
  });
});

describe('min and max', () => {
  test.each([
    ['0', true],
    ['100', true],
    ['100.0', true],
    ['1e2', true],
    ['1.0e-400', false],
    ['-0', true],
    ['-1', false],
    ['-1e-30', false],
    ['100.00000000000000000001', false],
    ['99.99999999999999999999', false],
    ['1e999', false],
    ['-1e999', false],
    ['12345678901234567890', false],
    ['"50"', false],
    ['true', false],
    ['[50]', false],
    ['{"value": 50}', false],
  ])('0 to 100 of %s: %j', (text, expected) => {
    expect(meets({ min: 0, max: 100 }, wire(text))).toBe(expected);
  });

  test('numbers that are none are outside every bound', () => {
    for (const value of [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 10n]) {
      expect(meets({ min: -1 }, value)).toBe(false);
      expect(meets({ max: 1e308 }, value)).toBe(false);
    }
  });

  test('whole numbers of any length are compared exactly', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: -(10n ** 30n), max: 10n ** 30n }), fc.maxSafeInteger(), (value, bound) => {
        const near = [value, BigInt(bound), BigInt(bound) + 1n, BigInt(bound) - 1n];
        for (const one of near) {
          expect(meets({ max: bound }, wire(String(one)))).toBe(one <= BigInt(bound));
          expect(meets({ min: bound }, wire(String(one)))).toBe(one >= BigInt(bound));
        }
      }),
    );
  });
});

describe('maxLength', () => {
  test.each([
    [3, 'abc', true],
    [3, 'abcd', false],
    [1, '😀', false],
    [2, '😀', true],
    [0, '', true],
    [1, ['a'], true],
    [1, ['a', 'b'], false],
    [1, { length: 0 }, false],
    [1, 5, false],
  ])('%j of %j: %j', (maxLength, value, expected) => {
    expect(meets({ maxLength }, value)).toBe(expected);
  });
});

describe('pattern', () => {
  test.each([
    ['a|b', 'a', true],
    ['a|b', 'ab', false],
    ['a|b', 'xa', false],
    ['[0-9]+', '12\n', false],
    ['[0-9]+', '12\nx', false],
    ['(?i)abc', 'ABC', true],
    ['abc', 'ABC', false],
    ['^a$', 'a', true],
    ['a', ['a'], false],
    ['[0-9]+', 12, false],
    ['.*', '', true],
  ])('%j of %j: %j', (pattern, value, expected) => {
    expect(meets({ pattern }, value)).toBe(expected);
  });

  test('a text on which it would take too long does not hold', () => {
    const constraint = compileConstraint({ pattern: '(?:a?){60}(?:a|b)*' });
    expect(holds(constraint, 'a'.repeat(60))).toBe(true);
    expect(holds(constraint, 'a'.repeat(90_000))).toBe(false);
    expect(holds(compileConstraint({ pattern: 'a*' }), 'a'.repeat(10_000_000))).toBe(false);
  });
});

describe('what has a meaning is read, not compared as text', () => {
  test.each([
    [{ subpath: ['/tmp/'] }, '/tmp/a', true],
    [{ subpath: ['/tmp'] }, 'file:///tmp/a', true],
    [{ subpath: ['/tmp'] }, '/tmp/../etc/passwd', false],
    [{ subpath: ['/tmp'] }, '/tmpfile', false],
    [{ subpath: ['/tmp'] }, '/bin/../tmp/a', false],
    [{ subpath: ['/srv', '/tmp'] }, '/tmp/a/../b', true],
    [{ subpath: ['/tmp'] }, ['/tmp/a'], false],
    [{ subpath: ['/tmp'] }, { toString: (): string => '/tmp/a' }, false],
    [{ origin: ['https://api.example.com'] }, 'https://api.example.com:443/v1', true],
    [{ origin: ['https://api.example.com/'] }, 'HTTPS://API.EXAMPLE.COM', true],
    [{ origin: ['https://api.example.com'] }, 'https://api.example.com@evil.net', false],
    [{ origin: ['https://api.example.com'] }, 'https://api.example.com.evil.net', false],
    [{ origin: ['https://api.example.com'] }, 'http://api.example.com', false],
    [{ origin: ['https://api.example.com'] }, 'https://api.example.com:8443', false],
    [{ origin: ['https://bücher.example'] }, 'https://xn--bcher-kva.example/a', true],
    [{ host: ['*.example.com'] }, 'https://api.example.com/a', true],
    [{ host: ['*.example.com'] }, 'example.com', false],
    [{ host: ['127.0.0.1'] }, 'http://0x7f.1', true],
    [{ host: ['example.com'] }, 'https://example.com@evil.net', false],
    [{ emailDomain: ['Example.com'] }, 'a@EXAMPLE.COM', true],
    [{ emailDomain: ['example.com'] }, 'a@mail.example.com', false],
    [{ emailDomain: ['example.com'] }, 'a@example.com@evil.net', false],
    [{ emailDomain: ['example.com'] }, '"a@example.com"@evil.net', false],
    [{ emailDomain: ['example.com'] }, 'a@example.com,b@evil.net', false],
    [{ emailDomain: ['example.com'] }, { __entity: { type: 'User', id: 'a@example.com' } }, false],
    [{ argv: [{ program: 'ls' }] }, 'ls', true],
    [{ argv: [{ program: 'ls' }] }, 'ls -l', false],
    [{ argv: [{ program: 'ls' }] }, '/tmp/ls', false],
    [{ argv: [{ program: 'ls', rest: {} }] }, 'ls -l "a b"', true],
    [{ argv: [{ program: 'ls', rest: {} }] }, 'ls; id', false],
    [{ argv: [{ program: 'ls', rest: { subpath: ['/tmp'] } }] }, ['ls', '/tmp/a', '/tmp/../etc'], false],
    [{ argv: [{ program: 'git', words: [{ oneOf: ['log', 'show'] }] }] }, 'git log', true],
    [{ argv: [{ program: 'git', words: [{ oneOf: ['log', 'show'] }] }] }, 'git push', false],
    [{ argv: [{ program: 'git', words: [{ oneOf: ['log', 'show'] }] }] }, 'git', false],
    [{ argv: [{ program: 'git', words: [{ oneOf: ['log'] }] }] }, 'git log -p', false],
    [{ argv: [{ program: 'git', words: [{ oneOf: ['log'], optional: true }] }] }, 'git', true],
    [{ argv: [{ program: 'ls' }, { program: 'pwd' }] }, ['pwd'], true],
    [{ each: { emailDomain: ['example.com'] } }, ['a@example.com', 'b@example.com'], true],
    [{ each: { emailDomain: ['example.com'] } }, ['a@example.com', 'b@evil.net'], false],
    [{ each: { emailDomain: ['example.com'] } }, 'a@example.com', true],
    [{ each: { emailDomain: ['example.com'] } }, [['a@example.com']], false],
    [{ each: { each: { oneOf: [1] } } }, [[1], [1, 1], 1], true],
    [{ each: { oneOf: [1] } }, [], true],
    [{ each: { oneOf: [1] }, maxLength: 1 }, [1, 1], false],
  ] as const)('%j of %j: %j', (constraint, value, expected) => {
    expect(meets(constraint as Constraint, value)).toBe(expected);
  });
});

test('a compiled constraint does not change with the object that it was made of', () => {
  const folders = ['/tmp'];
  const oneOf = ['a'];
  const compiled = compileConstraint({ each: { subpath: folders } });
  const listed = compileConstraint({ oneOf });
  folders.push('/etc');
  oneOf.push('b');
  expect(holds(compiled, '/etc/passwd')).toBe(false);
  expect(holds(listed, 'b')).toBe(false);
});

const constraints: readonly Constraint[] = [
  {},
  { oneOf: ['a', 1, null] },
  { min: 0, max: 1 },
  { maxLength: 3 },
  { pattern: '(?:a|b)+' },
  { subpath: ['/tmp'] },
  { origin: ['https://a.example'] },
  { host: ['*.a.example'] },
  { emailDomain: ['a.example'] },
  { argv: [{ program: 'ls', words: [{ subpath: ['/'] }], rest: {} }] },
  { each: { each: { subpath: ['/tmp'] } } },
];

test('the answer is always true or false', () => {
  const compiled = constraints.map(compileConstraint);
  const hostile = [
    new Proxy(
      {},
      {
        get: () => {
          throw new Error('no');
        },
      },
    ),
    new Proxy([], {
      get: () => {
        throw new Error('no');
      },
    }),
    Array.from({ length: 1000 }).reduce<unknown>((inner) => [inner], '/tmp'),
    Symbol('a'),
    () => true,
    'a'.repeat(1_000_000),
    ['a'.repeat(1_000_000)],
  ];
  const judge = (value: unknown) => {
    for (const one of compiled) expect(typeof holds(one, value)).toBe('boolean');
  };
  for (const value of hostile) judge(value);
  fc.assert(fc.property(fc.anything({ withBigInt: true, withNullPrototype: true, withSparseArray: true }), judge));
});

test('an argument holds where all its values do and nothing of it is missing or malformed', () => {
  const must = compileConstraint({ oneOf: ['a'] });
  const may = compileConstraint({ oneOf: ['a'], optional: true });
  const found = (values: readonly string[], absent = false, malformed = false) => ({
    values: values.map((value) => ({ at: 'x', value })),
    absent,
    malformed,
  });
  expect(argumentHolds(must, found(['a', 'a']))).toBe(true);
  expect(argumentHolds(must, found([]))).toBe(true);
  expect(argumentHolds(must, found(['a', 'b']))).toBe(false);
  expect(argumentHolds(must, found([], true))).toBe(false);
  expect(argumentHolds(must, found(['a'], true))).toBe(false);
  expect(argumentHolds(may, found(['a'], true))).toBe(true);
  expect(argumentHolds(may, found(['b'], true))).toBe(false);
  expect(argumentHolds(may, found([], false, true))).toBe(false);
});
