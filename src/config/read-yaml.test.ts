import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readYaml } from './read-yaml.ts';
import { findScalar } from './tree.ts';

const FILE = 'merlon.yaml';
const places = (text: string) =>
  readYaml(text, FILE).problems.map(({ place, code }) => `${place?.line}:${place?.column} ${code}`);

describe('what is no plain YAML is refused at its place', () => {
  test.each([
    ['a key that is there twice', 'a: 1\nb:\n  c: 1\n  c: 2\n', '4:3'],
    ['an alias without an anchor', 'a: *b', '1:4'],
    ['an alias before its anchor', 'a: *b\nb: &b 1', '1:4'],
    ['a merge key', 'a: &a {b: 1}\nc:\n  <<: *a', '3:3'],
    ['a key that changes objects', 'a:\n  __proto__: { b: 1 }', '2:3'],
    ['a tag of its own', 'a: !secret b', '1:4'],
    ['a binary tag', 'a: !!binary aGk=', '1:4'],
    ['a list as a key', '? [a]\n: b', '1:3'],
    ['a second document', 'a: 1\n---\nb: 2', '2:1'],
    ['a tab as indentation', 'a:\n\tb: 1', '2:1'],
    ['a quote without its end', 'a: "b', '1:6'],
  ])('%s', (_what, text, place) => {
    expect(places(text)).toEqual([`${place} CONFIG_SYNTAX`]);
  });
});

describe('hostile files end soon', () => {
  const laughs = ['a: &l0 [x, x, x, x, x, x, x, x, x, x]'];
  for (let level = 1; level < 9; level += 1) {
    laughs.push(`a${level}: &l${level} [${Array.from({ length: 10 }, () => `*l${level - 1}`).join(', ')}]`);
  }
  test.each([
    ['a billion laughs', laughs.join('\n')],
    ['an anchor within itself', 'a: &a [*a]'],
    ['very deep brackets', '['.repeat(200_000)],
    ['very deep, well-formed brackets', `${'['.repeat(200)}${']'.repeat(200)}`],
    ['very deep lists', `${'- '.repeat(100_000)}a`],
    ['very many keys', Array.from({ length: 60_000 }, (_, index) => `k${index}: 1`).join('\n')],
    ['very many aliases', `a: &a 1\nb:\n${'- *a\n'.repeat(60_000)}`],
  ])('%s', (_what, text) => {
    expect(new Set(readYaml(text, FILE).problems.map(({ code }) => code))).toEqual(new Set(['CONFIG_SYNTAX']));
  });
});

test('YAML 1.1 does not come back through a directive: yes is text', () => {
  const { tree } = readYaml('%YAML 1.1\n---\na: yes\n', FILE);
  expect(tree && findScalar(tree, ['a'])).toBe('yes');
});

test('arbitrary text is read or refused with places inside the file, and never quoted', () => {
  const pieces = [
    'a',
    ': ',
    '\n',
    '  ',
    '- ',
    '[',
    ']',
    '{',
    '}',
    ',',
    '&x ',
    '*x',
    '!t ',
    '%D',
    '"',
    "'",
    '|',
    '>',
    '#',
    '? ',
    '\t',
    '<<',
    '---\n',
  ];
  const soup = fc.array(fc.constantFrom(...pieces), { maxLength: 40 }).map((parts) => parts.join(''));
  const text = fc.oneof(fc.string({ unit: 'binary' }), soup);
  fc.assert(
    fc.property(text, (source) => {
      const { tree, problems } = readYaml(`secret_k3y: ${source}`, FILE);
      expect(tree !== undefined || problems.length > 0).toBe(true);
      const lines = source.split(/\r\n|\r|\n/).length;
      for (const { place, message } of problems) {
        expect(place?.line).toBeGreaterThanOrEqual(1);
        expect(place?.line).toBeLessThanOrEqual(lines + 1);
        expect(place?.column).toBeGreaterThanOrEqual(1);
        expect(message).not.toContain('k3y:');
      }
    }),
    { numRuns: 2000 },
  );
});
