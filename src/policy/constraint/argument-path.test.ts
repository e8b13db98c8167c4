import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type JsonObject, parseJson } from '../../kernel/jsonrpc.ts';
import { type ArgumentPath, compilePath, MAX_VALUES, parsePath, readArgument } from './argument-path.ts';
import { uncoveredArguments } from './uncovered-arguments.ts';

const args = (text: string): JsonObject => parseJson(text) as JsonObject;

test.each([
  ['a', ['a']],
  ['a.b', ['a', 'b']],
  ['a[]', ['a', undefined]],
  ['attachments[].file_id', ['attachments', undefined, 'file_id']],
  ['a[][].b[]', ['a', undefined, undefined, 'b', undefined]],
  ['__proto__.constructor', ['__proto__', 'constructor']],
  ['with space-and_$', ['with space-and_$']],
  ['收件人', ['收件人']],
])('%j is a path', (text, steps) => {
  expect(parsePath(text)).toEqual({ text, steps });
});

test.each([
  '',
  '.',
  'a.',
  '.a',
  'a..b',
  '[]',
  '[].a',
  'a[0]',
  'a[',
  'a]',
  'a[]b',
  'a.[]',
  'a[ ]',
  'a\n',
  'a'.repeat(513),
  'a.'.repeat(40) + 'a',
])('%j is no path', (text) => {
  expect(parsePath(text)).toBeUndefined();
  expect(() => compilePath(text)).toThrow(expect.objectContaining({ code: 'CONFIG_INVALID' }) as Error);
});

describe('what stands at a path', () => {
  test.each([
    ['{"a": 1}', 'a', [['a', 1]], false],
    ['{"a": null}', 'a', [['a', null]], false],
    ['{"a": {"b": 1}}', 'a', [['a', { b: 1 }]], false],
    ['{"a": {"b": 1}}', 'a.b', [['a.b', 1]], false],
    ['{}', 'a', [], true],
    ['{"a": 1}', 'a.b', [], true],
    ['{"a": "b"}', 'a.length', [], true],
    ['{"a": [1]}', 'a.length', [], true],
    ['{"a": null}', 'a.b', [], true],
    ['{"a": null}', 'a[]', [], true],
    [
      '{"a": [{"b": 1}, {"b": 2}]}',
      'a[].b',
      [
        ['a[0].b', 1],
        ['a[1].b', 2],
      ],
      false,
    ],
    ['{"a": [{"b": 1}, {}]}', 'a[].b', [['a[0].b', 1]], true],
    ['{"a": [{"b": 1}, "b"]}', 'a[].b', [['a[0].b', 1]], true],
    [
      '{"a": [[1, 2], []]}',
      'a[][]',
      [
        ['a[0][0]', 1],
        ['a[0][1]', 2],
      ],
      false,
    ],
    ['{"a": []}', 'a[].b', [], false],
    ['{"__proto__": 1}', '__proto__', [['__proto__', 1]], false],
    ['{}', '__proto__', [], true],
    ['{}', 'constructor.name', [], true],
    ['{"a": {}}', 'a.toString', [], true],
    ['{"a.b": 1}', 'a.b', [], true],
  ])('%s at %s', (text, path, values, absent) => {
    const found = readArgument(args(text), path);
    expect(found).toEqual({ values: values.map(([at, value]) => ({ at, value })), absent, malformed: false });
  });

  test('a number that is kept exactly is a value and nothing to look into', () => {
    const exact = args('{"a": 12345678901234567890}');
    expect(readArgument(exact, 'a').values).toHaveLength(1);
    expect(readArgument(exact, 'a.rawJSON')).toEqual({ values: [], absent: true, malformed: false });
    expect(readArgument(exact, 'a[]').malformed).toBe(true);
  });

  test.each(['{"a": "x"}', '{"a": {"0": 1, "length": 1}}', '{"a": 0}', '{"a": false}'])(
    'items of what is no list are malformed: %s',
    (text) => {
      expect(readArgument(args(text), 'a[]')).toEqual({ values: [], absent: false, malformed: true });
    },
  );

  test('more values than anybody would send are malformed', () => {
    const many = { a: Array.from({ length: 200 }, () => Array.from({ length: 200 }, () => 1)) };
    expect(readArgument(many, 'a[][]')).toEqual({ values: [], absent: false, malformed: true });
    const most = { a: Array.from({ length: MAX_VALUES }, () => 1) };
    expect(readArgument(most, 'a[]').values).toHaveLength(MAX_VALUES);
    expect(readArgument({ a: [...most.a, 1] }, 'a[]').malformed).toBe(true);
  });
});

const uncovered = (text: string, ...paths: readonly string[]) => uncoveredArguments(args(text), paths.map(compilePath));

describe('arguments that no path covers', () => {
  test.each([
    ['{}', [], []],
    ['{"a": 1}', [], ['a']],
    ['{"a": 1}', ['a'], []],
    ['{"a": {"b": 1, "c": {"d": []}}}', ['a.b'], ['a.c.d']],
    ['{"a": {"b": 1, "c": {"d": []}}}', ['a'], []],
    ['{"a": [{"b": 1, "c": 2}, {"c": 3}]}', ['a[].b'], ['a[].c']],
    ['{"a": []}', ['a[].b'], []],
    ['{"a": []}', ['a.b'], ['a']],
    ['{"a": {}}', ['a.b'], []],
    ['{"a": {}}', ['a[]'], ['a']],
    ['{"a": "x"}', ['a.b', 'a[]'], ['a']],
    ['{"a": null}', [], ['a']],
    ['{"a.b": 1}', ['a.b'], ['a.b']],
    ['{"a[]": 1}', ['a[]'], ['a[]']],
    ['{"a": {"": 1}}', ['a.b'], ['a.']],
    ['{"__proto__": {"x": 1}}', [], ['__proto__.x']],
    ['{"__proto__": {"x": 1}}', ['__proto__.x'], []],
    ['{"constructor": 1, "toString": 2}', ['constructor'], ['toString']],
    ['{"n": 12345678901234567890}', [], ['n']],
  ])('%s but for %j', (text, paths, leaves) => {
    expect(uncovered(text, ...paths)).toMatchObject({ leaves, isWhole: true });
  });

  test('are listed with all that they stand under', () => {
    const { paths } = uncovered('{"to": {"b": 1, "c": [{"d": 1}]}, "e": 1}', 'to.b', 'e');
    expect([...paths]).toEqual(['to', 'to.c', 'to.c[]', 'to.c[].d']);
  });

  test('too many or too deep ones are said to be', () => {
    const deep = (levels: number): string => (levels === 0 ? '1' : `{"a": ${deep(levels - 1)}}`);
    expect(uncovered(deep(32)).isWhole).toBe(true);
    expect(uncovered(deep(33)).isWhole).toBe(false);
    const wide = { a: Array.from({ length: MAX_VALUES + 1 }, () => 1) };
    expect(uncoveredArguments(wide, []).isWhole).toBe(false);
    expect(uncoveredArguments(wide, [compilePath('a')]).isWhole).toBe(true);
  });
});

interface Leaf {
  readonly steps: readonly (string | undefined)[];
  readonly value: unknown;
}

/** Every scalar and every empty container, the slow and obvious way. */
function leavesOf(value: unknown, steps: Leaf['steps']): readonly Leaf[] {
  if (typeof value !== 'object' || value === null) return [{ steps, value }];
  const inside = Array.isArray(value)
    ? value.map((item: unknown) => [undefined, item] as const)
    : Object.entries(value as Record<string, unknown>);
  if (inside.length === 0) return [{ steps, value }];
  return inside.flatMap(([step, item]) => leavesOf(item, [...steps, step]));
}

const begins = (whole: Leaf['steps'], start: Leaf['steps']): boolean =>
  start.length <= whole.length && start.every((step, index) => step === whole[index]);

const names = fc.constantFrom('a', 'b', '__proto__', 'toString');
const { tree } = fc.letrec((tie) => ({
  tree: fc.oneof(
    { maxDepth: 4 },
    fc.constantFrom(1, 'x', null, true),
    fc.array(tie('tree'), { maxLength: 3 }),
    fc
      .array(fc.tuple(names, tie('tree')), { maxLength: 3 })
      .map((entries) => JSON.parse(objectText(entries)) as unknown),
  ),
}));
const objectText = (entries: readonly (readonly [string, unknown])[]) =>
  `{${entries.map(([name, value]) => `${JSON.stringify(name)}:${JSON.stringify(value)}`).join()}}`;
const objects = fc
  .array(fc.tuple(names, tree), { maxLength: 4 })
  .map((entries) => JSON.parse(objectText(entries)) as JsonObject);
const steps = fc.array(fc.oneof(names, fc.constant('[]')), { maxLength: 3 });
const paths: fc.Arbitrary<ArgumentPath> = fc
  .tuple(names, steps)
  .map(([first, rest]) =>
    compilePath(rest.reduce<string>((text, step) => text + (step === '[]' ? step : `.${step}`), first)),
  );

test('what is uncovered is what stands neither at a path nor inside of it', () => {
  fc.assert(
    fc.property(objects, fc.array(paths, { maxLength: 3 }), (object, covered) => {
      const expected = Object.entries(object)
        .flatMap(([name, value]) => leavesOf(value, [name]))
        .filter(({ steps: at }) => !covered.some((path) => begins(at, path.steps)))
        // An empty object or list holds nothing of a path that goes through it.
        .filter(({ steps: at, value }) => {
          if (typeof value !== 'object' || value === null) return true;
          return !covered.some(
            (path) => begins(path.steps, at) && (path.steps[at.length] === undefined) === Array.isArray(value),
          );
        })
        .map(({ steps: at }) =>
          at.map((step, index) => (step === undefined ? '[]' : (index === 0 ? '' : '.') + step)).join(''),
        );
      expect(new Set(uncoveredArguments(object, covered).leaves)).toEqual(new Set(expected));
    }),
    { numRuns: 1000 },
  );
});

test('what is read at a path is there, and what is there and well formed is read', () => {
  fc.assert(
    fc.property(objects, paths, (object, path) => {
      const { values, absent, malformed } = readArgument(object, path);
      const scalars = Object.entries(object)
        .flatMap(([name, value]) => leavesOf(value, [name]))
        .filter(
          ({ steps: at, value }) => at.length === path.steps.length && begins(at, path.steps) && value !== undefined,
        );
      expect(values.length).toBeGreaterThanOrEqual(malformed ? 0 : scalars.length);
      if (!malformed)
        expect(values.map(({ value }) => value)).toEqual(expect.arrayContaining(scalars.map(({ value }) => value)));
      if (malformed) expect(values).toEqual([]);
      if (values.length === 0 && !absent && !malformed) expect(path.steps).toContain(undefined);
    }),
    { numRuns: 1000 },
  );
});
