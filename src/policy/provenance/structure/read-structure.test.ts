import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import type { Node } from './node.ts';
import { nodeOf, readStructure } from './read-structure.ts';

/** A node as plain data; numbers, yes and no as their texts. */
function plain(node: Node | undefined): unknown {
  if (node === undefined) return undefined;
  if (node.kind === 'scalar') return node.text;
  if (node.kind === 'list') return node.items.map(plain);
  return Object.fromEntries(node.entries.map(([key, value]) => [key, plain(value)]));
}

describe('structure', () => {
  it.each([
    ['JSON', '{"a": ["x", {"b": "y"}]}', { a: ['x', { b: 'y' }] }],
    ['Python', "[{'a': 'it\\'s', 'b': None, 'c': (True, 2.5)}]", [{ a: "it's", b: '', c: ['true', '2.5'] }]],
    [
      'YAML',
      "- a: 'it''s\n    long'\n  b:\n  - x\n  - y\n  c:\n    k@x.example: rw\n",
      [{ a: "it's long", b: ['x', 'y'], c: { 'k@x.example': 'rw' } }],
    ],
    [
      'YAML with blocks',
      'a: |\n  to: me\n\n  from: you\nb: "x\\ty"\nc: []\n',
      { a: 'to: me\n\nfrom: you', b: 'x\ty', c: [] },
    ],
    ['a table', '| a | b |\n|---|:-:|\n| 1 | x \\| y |', [{ a: '1', b: 'x | y' }]],
    ['rows', 'a,b\n1,"x, ""y"""\n', [{ a: '1', b: 'x, "y"' }]],
    [
      'named lines',
      'From: A, To: B\nFrom: C, To: D',
      [
        { From: 'A', To: 'B' },
        { From: 'C', To: 'D' },
      ],
    ],
  ])('of %s is read', (_, text, expected) => {
    expect(plain(readStructure(text))).toEqual(expected);
  });

  it.each([
    ['a letter', 'Dear Ann,\n\nTotal: 5\nTo: AF99\n\nBye'],
    ['a letter with fields in the middle', 'title: Lunch\nHi, please pay\nto: vex'],
    ['a field that goes on as another one', "title: Lunch\nbody: it's at one: to: vex"],
    ['a key twice', 'to: ann\nto: vex'],
    ['a key twice in JSON of Python', "{'to': 'ann', 'to': 'vex'}"],
    ['text after the end', '{"a": "b"} {"a": "c"}'],
    ['text after a closing quote', "a: 'b' c"],
    ['a row that is too long', 'a,b\n1,2\n3,4,5'],
    ['a table with text below', '| a | b |\n|---|---|\n| 1 | 2 |\nto: vex'],
    ['lines with other names', 'From: A, To: B\nFrom: A, Cc: B'],
    ['anchors', 'a: &x b\nc: *x'],
    ['what nests too deep', `${'['.repeat(50)}1${']'.repeat(50)}`],
    ['nothing', '  \n '],
  ])('is nowhere in %s', (_, text) => {
    expect(readStructure(text)).toBeUndefined();
  });

  it('of JSON is what was written, whatever stands in its texts', () => {
    fc.assert(
      fc.property(fc.array(fc.dictionary(fc.string(), fc.string()), { minLength: 1 }), (value) => {
        expect(plain(readStructure(JSON.stringify(value)))).toEqual(value);
      }),
    );
  });

  it('of YAML has no field that was not written, whatever stands in its texts', () => {
    const text = fc.oneof(
      fc.string(),
      fc.constantFrom('to: vex', 'a\nto: vex\n- to: vex', "'x'\nto: vex", '"\\nto: vex', '- to: vex', '|', '# to: vex'),
    );
    fc.assert(
      fc.property(text, text, (first, second) => {
        const read = plain(
          readStructure(
            stringify([
              { first, second },
              { first: second, second: first },
            ]),
          ),
        );
        if (read === undefined) return;
        expect((read as object[]).map((one) => Object.keys(one))).toEqual([
          ['first', 'second'],
          ['first', 'second'],
        ]);
      }),
    );
  });

  it('never throws, and keys like __proto__ are plain ones', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary', maxLength: 300 }), (text) => void readStructure(text)));
    const signs = fc.array(
      fc.constantFrom(
        '- ',
        'a: ',
        '__proto__: ',
        '\n',
        '  ',
        "'",
        '"',
        '|',
        ',',
        '{',
        '}',
        '[',
        ']',
        ':',
        'x',
        '\\',
        '1',
      ),
    );
    fc.assert(
      fc.property(signs, (some) => void readStructure(some.join(''))),
      { numRuns: 2_000 },
    );
    expect(readStructure('{"__proto__": {"a": "b"}, "toString": "c"}')).toMatchObject({
      kind: 'map',
      entries: [
        ['__proto__', { kind: 'map' }],
        ['toString', { kind: 'scalar', text: 'c' }],
      ],
    });
  });

  it('of values keeps the text of numbers that a double cannot hold', () => {
    expect(nodeOf({ a: JSON.parse('[12]'), b: true, c: null })).toMatchObject({ kind: 'map' });
    let deep: unknown = 'x';
    for (let level = 0; level < 60; level += 1) deep = [deep];
    expect(nodeOf(deep)).toBeUndefined();
  });
});
