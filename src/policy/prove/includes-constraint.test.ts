import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compileConstraint, holds } from '../constraint/compile-constraint.ts';
import type { Constraint } from '../constraint/constraint.ts';
import { includesConstraint } from './includes-constraint.ts';

describe('includesConstraint', () => {
  it('compares folders as they are meant', () => {
    const within = (inner: string, outer: string) => includesConstraint({ subpath: [outer] }, { subpath: [inner] });
    expect(within('/tmp/a', '/tmp')).toBe(true);
    expect(within('/tmp/', '/tmp')).toBe(true);
    expect(within('/tmp', '/tmp/')).toBe(true);
    expect(within('/tmp', '/')).toBe(true);
    expect(within('/', '/tmp')).toBe(false);
    expect(within('/tmp2', '/tmp')).toBe(false);
    expect(within('/tmp', '/tmp/a')).toBe(false);
    // What cannot be granted proves nothing.
    expect(within('/tmp/../', '/tmp')).toBe(false);
    expect(within('/tmp/../etc', '/tmp')).toBe(false);
    expect(within('/tmp/a', '/tmp/../tmp')).toBe(false);
    expect(within('tmp', '/')).toBe(false);
  });

  it('compares origins and hosts as they are meant', () => {
    const origin = (inner: string, outer: string) => includesConstraint({ origin: [outer] }, { origin: [inner] });
    expect(origin('https://API.example.com:443/', 'https://api.example.com')).toBe(true);
    expect(origin('http://api.example.com', 'https://api.example.com')).toBe(false);
    expect(origin('https://api.example.com@evil.net', 'https://api.example.com')).toBe(false);
    const host = (inner: string, outer: string) => includesConstraint({ host: [outer] }, { host: [inner] });
    expect(host('example.com', '*.example.com')).toBe(false);
    expect(host('*.example.com', 'example.com')).toBe(false);
    expect(host('a.example.com', '*.example.com')).toBe(true);
    expect(host('*.a.example.com', '*.example.com')).toBe(true);
    expect(host('*.Example.com', '*.example.com')).toBe(true);
    expect(host('*.com', '*.example.com')).toBe(false);
    expect(host('aexample.com', '*.example.com')).toBe(false);
    expect(includesConstraint({ host: ['*.example.com'] }, { origin: ['https://a.example.com:8443'] })).toBe(true);
    expect(includesConstraint({ host: ['*.example.com'] }, { origin: ['https://example.com'] })).toBe(false);
    expect(includesConstraint({ origin: ['https://a.example.com'] }, { host: ['a.example.com'] })).toBe(false);
  });

  it('compares e-mail domains, of which none contains another', () => {
    const domain = (inner: string, outer: string) =>
      includesConstraint({ emailDomain: [outer] }, { emailDomain: [inner] });
    expect(domain('EXAMPLE.com', 'example.com')).toBe(true);
    expect(domain('a.example.com', 'example.com')).toBe(false);
  });

  it('judges listed values by what they are read as', () => {
    expect(includesConstraint({ subpath: ['/tmp'] }, { oneOf: ['/tmp/a', '/tmp/b/'] })).toBe(true);
    expect(includesConstraint({ subpath: ['/tmp'] }, { oneOf: ['/tmp/../etc'] })).toBe(false);
    expect(includesConstraint({ pattern: '[ab]+' }, { oneOf: ['a', 'abba'] })).toBe(true);
    expect(includesConstraint({ pattern: '[ab]+' }, { oneOf: ['a', 'c'] })).toBe(false);
    // Only the values that the rest lets pass count.
    expect(includesConstraint({ max: 5 }, { oneOf: [3, 7], max: 6 })).toBe(true);
    expect(includesConstraint({ oneOf: [3] }, { min: 3, max: 3 })).toBe(true);
    expect(includesConstraint({ oneOf: ['a'] }, { oneOf: ['a', null] })).toBe(false);
    expect(includesConstraint({}, { oneOf: [null] })).toBe(false);
    expect(includesConstraint({ optional: true }, { oneOf: [null] })).toBe(true);
    expect(includesConstraint({ oneOf: [null, 'a'] }, { oneOf: [null] })).toBe(true);
    expect(includesConstraint({ oneOf: [null, 'a'] }, { oneOf: [null], optional: true })).toBe(false);
  });

  it('takes a value that is no list for its own only item', () => {
    expect(includesConstraint({ each: { max: 5 } }, { max: 4 })).toBe(true);
    expect(includesConstraint({ each: { max: 5 } }, { max: 6 })).toBe(false);
    expect(includesConstraint({ each: { max: 5 } }, { maxLength: 6 })).toBe(false);
    expect(includesConstraint({ max: 5 }, { each: { max: 5 } })).toBe(false);
    expect(includesConstraint({ each: { subpath: ['/'] } }, { each: { subpath: ['/tmp'] } })).toBe(true);
    expect(includesConstraint({ each: {} }, { each: { optional: true } })).toBe(false);
  });

  it('compares commands place by place', () => {
    const argv = (outer: NonNullable<Constraint['argv']>[number], inner: NonNullable<Constraint['argv']>[number]) =>
      includesConstraint({ argv: [outer] }, { argv: [inner] });
    const status = { oneOf: ['status'] };
    expect(argv({ program: 'git', words: [{ oneOf: ['status', 'log'] }] }, { program: 'git', words: [status] })).toBe(
      true,
    );
    expect(argv({ program: 'git', words: [status] }, { program: 'git' })).toBe(false);
    expect(argv({ program: 'git', words: [{ ...status, optional: true }] }, { program: 'git' })).toBe(true);
    expect(argv({ program: 'git', rest: {} }, { program: 'git', words: [status], rest: status })).toBe(true);
    expect(argv({ program: 'git', words: [status] }, { program: 'git', words: [status], rest: {} })).toBe(false);
    expect(argv({ program: 'git' }, { program: '/usr/bin/git' })).toBe(false);
    expect(argv({ program: 'git' }, { program: 'git', words: [status] })).toBe(false);
    expect(argv({ program: 'git', words: [{}, {}] }, { program: 'git', words: [{}, { optional: true }] })).toBe(false);
  });

  it('never says that a constraint is included which lets a value pass that the other refuses', () => {
    fc.assert(
      fc.property(constraint, constraint, fc.array(value, { minLength: 1, maxLength: 20 }), (outer, inner, values) => {
        if (!includesConstraint(outer, inner)) return;
        const [wide, narrow] = [compileConstraint(outer), compileConstraint(inner)];
        for (const one of [undefined, null, ...values]) expect(holds(narrow, one) && !holds(wide, one)).toBe(false);
      }),
      { numRuns: 20_000 },
    );
  });

  it('finds what is obviously narrower', () => {
    const counts = { proven: 0, all: 0 };
    fc.assert(
      fc.property(constraint, field, (outer, more) => {
        const inner = { ...more, ...outer };
        counts.all += 1;
        if (includesConstraint(outer, inner)) counts.proven += 1;
      }),
      { numRuns: 2_000 },
    );
    expect(counts.proven).toBe(counts.all);
  });
});

const scalar = fc.constantFrom('a', 'ab', '/tmp', '/tmp/a', '/tmp/../a', 'x@a.com', 'https://a.com/x', 1, 2, 3, true);
const texts = (...all: string[]) => fc.uniqueArray(fc.constantFrom(...all), { minLength: 1, maxLength: 3 });
const leaf: fc.Arbitrary<Constraint> = fc.oneof(
  fc.record({ oneOf: fc.uniqueArray(fc.oneof(scalar, fc.constant(null)), { minLength: 1, maxLength: 4 }) }),
  fc.record({ min: fc.integer({ min: 0, max: 3 }) }),
  fc.record({ max: fc.integer({ min: 1, max: 4 }) }),
  fc.record({ maxLength: fc.integer({ min: 0, max: 4 }) }),
  fc.record({ pattern: fc.constantFrom('a', '[ab]+', '/tmp.*', '.*') }),
  fc.record({ subpath: texts('/', '/tmp', '/tmp/', '/tmp/a', '/a') }),
  fc.record({ origin: texts('https://a.com', 'https://A.com:443/', 'http://a.com', 'https://b.a.com') }),
  fc.record({ host: texts('a.com', '*.a.com', 'b.a.com', '*.b.a.com') }),
  fc.record({ emailDomain: texts('a.com', 'A.com', 'b.a.com') }),
);
const command = fc.record(
  {
    program: fc.constantFrom('a', 'ls'),
    words: fc.array(fc.record({ oneOf: texts('a', 'b'), optional: fc.boolean() }), { maxLength: 2 }),
    rest: fc.constantFrom({}, { oneOf: ['a'] }),
  },
  { requiredKeys: ['program'] },
);
const field: fc.Arbitrary<Constraint> = fc.oneof(
  leaf,
  fc.record({ argv: fc.array(command, { minLength: 1, maxLength: 2 }) }),
  fc.record({ each: leaf }),
);
const constraint: fc.Arbitrary<Constraint> = fc
  .tuple(field, fc.option(field), fc.boolean())
  .map(([one, other, optional]) => ({ ...one, ...other, ...(optional ? { optional } : {}) }))
  .filter(({ min, max }) => min === undefined || max === undefined || min <= max);
const item = fc.oneof(
  scalar,
  fc.constantFrom(0, 4, 1.5, 'b', '', 'A', 'x@b.a.com', 'x@A.com', 'http://a.com', 'https://b.a.com:443', 'b.a.com'),
  fc.constantFrom('c.b.a.com', 'ls', 'ls a', 'ls a b', 'a a', '/tmp/b', '/a/b', '/', 'toString', '__proto__', null, {}),
);
const value = fc.oneof(item, fc.array(item, { maxLength: 3 }));
