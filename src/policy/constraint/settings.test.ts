import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { compileConstraint } from './compile-constraint.ts';
import type { Command, Constraint } from './constraint.ts';
import { type ConstraintSettings, constraintSettings } from './settings.ts';

const problems = (settings: unknown) =>
  (constraintSettings.safeParse(settings).error?.issues ?? []).map(({ path }) => path.join('.'));

test.each([
  [{ one_of: [] }, ['one_of']],
  [{ one_of: [{}] }, ['one_of.0']],
  [{ min: 2, max: 1 }, ['min']],
  [{ max_length: -1 }, ['max_length']],
  [{ pattern: '(?=a)' }, ['pattern']],
  [{ subpath: ['tmp'] }, ['subpath.0']],
  [{ subpath: '/tmp' }, ['subpath']],
  [{ origin: ['https://a.example', 'https://a.example/v1'] }, ['origin.1']],
  [{ host: ['*'] }, ['host.0']],
  [{ email_domain: ['a@b'] }, ['email_domain.0']],
  [{ argv: [{}] }, ['argv.0.program']],
  [{ argv: [{ program: 'a b' }] }, ['argv.0.program']],
  [{ argv: [{ program: 'a', words: [{ email_domain: ['@'] }] }] }, ['argv.0.words.0.email_domain.0']],
  [{ argv: [{ program: 'a', rest: { max: 1 } }] }, ['argv.0.rest']],
  [{ each: { max_length: 1.5 } }, ['each.max_length']],
  [{ each: { each: { one_of: [] } } }, ['each.each.one_of']],
  [{ optional: 'yes' }, ['optional']],
  [{ oneOf: ['a'] }, ['']],
  [JSON.parse('{"__proto__": {"optional": true}}'), ['']],
  ['x', ['']],
])('%j is wrong at %j', (settings, places) => {
  expect(problems(settings)).toEqual(places);
});

test('a message repeats nothing of what was written', () => {
  const secret = 'hunter2';
  for (const settings of [{ subpath: [secret] }, { pattern: `(${secret}` }, { argv: [{ program: `${secret} x` }] }]) {
    expect(JSON.stringify(constraintSettings.safeParse(settings).error?.issues)).not.toContain(secret);
  }
});

const scalars = fc.oneof(
  fc.string(),
  fc.double({ noNaN: true, noDefaultInfinity: true }),
  fc.boolean(),
  fc.constant(null),
);
const some = <T>(items: fc.Arbitrary<T>) => fc.array(items, { minLength: 1, maxLength: 3 });
const { constraint } = fc.letrec<{ constraint: Constraint; command: Command; word: Constraint }>((tie) => ({
  word: fc.record({ oneOf: some(fc.string()), subpath: fc.constant(['/tmp']) }, { requiredKeys: [] }),
  command: fc.record(
    {
      program: fc.constantFrom('git', '/bin/ls', '__proto__'),
      words: fc.array(tie('word'), { maxLength: 2 }),
      rest: tie('word'),
    },
    { requiredKeys: ['program'] },
  ),
  constraint: fc.record(
    {
      oneOf: some(scalars),
      min: fc.integer({ max: 0 }),
      max: fc.integer({ min: 0 }),
      maxLength: fc.nat(),
      pattern: fc.constantFrom('a', '(?i)a|b', '[0-9]{1,3}'),
      subpath: some(fc.constantFrom('/', '/tmp', '/srv/data/')),
      origin: some(fc.constantFrom('https://a.example', 'http://127.0.0.1:8080')),
      host: some(fc.constantFrom('a.example', '*.b.example', '::1')),
      emailDomain: some(fc.constantFrom('a.example', 'bücher.example')),
      argv: some(tie('command')),
      each: fc.oneof({ maxDepth: 3, depthIdentifier: 'each' }, fc.constant({}), tie('constraint')),
      optional: fc.boolean(),
    },
    { requiredKeys: [] },
  ),
}));

/** As an operator writes it. */
function written({ oneOf, maxLength, emailDomain, argv, each, ...same }: Constraint): ConstraintSettings {
  return JSON.parse(
    JSON.stringify({
      ...same,
      one_of: oneOf,
      max_length: maxLength,
      email_domain: emailDomain,
      argv: argv?.map(({ program, words, rest }) => ({
        program,
        words: words?.map(written),
        rest: rest === undefined ? undefined : written(rest),
      })),
      each: each === undefined ? undefined : written(each),
    }),
  ) as ConstraintSettings;
}

test('what is written becomes the constraint that is meant, and one that can be asked', () => {
  fc.assert(
    fc.property(constraint, (meant) => {
      const read = constraintSettings.parse(written(meant));
      // JSON knows no negative zero.
      expect(read).toEqual(JSON.parse(JSON.stringify(meant)));
      expect(() => compileConstraint(read)).not.toThrow();
    }),
  );
});

test('whatever is written, it is refused or can be asked', () => {
  const anything = fc.oneof(
    fc.anything(),
    fc.dictionary(
      fc.constantFrom('one_of', 'min', 'max', 'subpath', 'argv', 'each', 'host', 'optional'),
      fc.anything(),
    ),
  );
  fc.assert(
    fc.property(anything, (settings) => {
      const { data } = constraintSettings.safeParse(settings);
      if (data === undefined) return;
      expect(() => compileConstraint(data)).not.toThrow();
    }),
  );
});

test('the schema can be written as JSON Schema, with a description for each field', () => {
  const schema = z.toJSONSchema(constraintSettings, { io: 'input' });
  const found = propertiesIn(schema);
  const names = found.map(([name]) => name);
  expect(names).toEqual(expect.arrayContaining(['one_of', 'email_domain', 'argv', 'each', 'program', 'words', 'rest']));
  for (const [name, shape] of found) {
    const { $ref, ...own } = shape as { $ref?: string };
    const shared = schema.$defs?.[$ref?.replace('#/$defs/', '') ?? ''];
    expect({ ...shared, ...own }, name).toHaveProperty('description');
  }
});

function propertiesIn(schema: unknown): readonly (readonly [string, unknown])[] {
  if (typeof schema !== 'object' || schema === null) return [];
  const { properties = {} } = schema as { properties?: Record<string, unknown> };
  return [...Object.entries(properties), ...Object.values(schema).flatMap(propertiesIn)];
}
