import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parametersOf, shapesOf, surveyOf } from './tool-parameters.ts';

const text = { type: 'string' };
const paths = (inputSchema: unknown): string[] => parametersOf({ inputSchema }).map(({ path }) => path);

describe('parameters', () => {
  it('are found through references, lists, alternatives and maps', () => {
    const schema = {
      $defs: {
        Address: { type: 'object', properties: { street: text } },
        List: { type: 'array', items: { $ref: '#/$defs/Address' } },
      },
      properties: {
        home: { $ref: '#/$defs/Address' },
        others: { anyOf: [{ $ref: '#/$defs/List' }, { type: 'null' }] },
        pair: { prefixItems: [{ properties: { left: text } }] },
        byName: { additionalProperties: { properties: { to: text } } },
      },
      else: { properties: { later: text } },
    };
    expect(paths(schema)).toEqual([
      'home',
      'home.street',
      'others',
      'others[].street',
      'pair',
      'pair[].left',
      'byName',
      'byName.*.to',
      'later',
    ]);
  });

  it('are those of the reference and those beside it', () => {
    const schema = { $ref: '#/$defs/A', properties: { beside: text }, $defs: { A: { properties: { inside: text } } } };
    expect(paths(schema)).toEqual(['inside', 'beside']);
  });

  it('take type and description from what they refer to', () => {
    const schema = {
      definitions: { 'a/b~c': { enum: ['x'], description: 'theirs' } },
      properties: {
        one: { $ref: '#/definitions/a~1b~0c' },
        two: { $ref: '#/definitions/a~1b~0c', description: 'own' },
      },
    };
    expect(
      parametersOf({ inputSchema: schema }).map(({ description, schema: { enum: options } }) => [description, options]),
    ).toEqual([
      ['theirs', ['x']],
      ['own', ['x']],
    ]);
  });

  it('are not looked for outside the schema, nor behind what is not its own', () => {
    for (const $ref of [
      'https://example.com/a.json',
      'other.json#/a',
      '#/constructor/prototype',
      '#/__proto__',
      '#anchor',
      '#/%E0%A4%A',
    ]) {
      expect(paths({ properties: { one: { $ref } } })).toEqual(['one']);
    }
  });

  it('of a schema inside itself are given once, with the place where it begins again', () => {
    const node = { properties: { name: text, children: { type: 'array', items: { $ref: '#/$defs/Node' } } } };
    const { parameters, loops, isComplete } = surveyOf({
      $defs: { Node: node },
      properties: { root: { $ref: '#/$defs/Node' } },
    });
    expect(parameters.map(({ path }) => path)).toEqual(['root', 'root.name', 'root.children']);
    expect(loops).toEqual([{ path: 'root.children[]', of: 'root' }]);
    expect(isComplete).toBe(true);
    expect(surveyOf({ properties: { self: { $ref: '#' } } }).loops).toEqual([{ path: 'self.self', of: 'self' }]);
  });

  it('that refer to each other in a ring have none', () => {
    const $defs = { a: { $ref: '#/$defs/b' }, b: { $ref: '#/$defs/a' } };
    expect(paths({ $defs, properties: { one: { $ref: '#/$defs/a' } } })).toEqual(['one']);
  });

  it('are cut, and that is said, where there are too many or what they stand for is too much', () => {
    const many = Object.fromEntries(Array.from({ length: 10_000 }, (_, index) => [`p${index}`, text]));
    expect(surveyOf({ properties: many })).toMatchObject({ isComplete: false, parameters: { length: 2_000 } });
    const $defs: Record<string, object> = { d40: text };
    for (let level = 0; level < 40; level += 1) {
      const next = { $ref: `#/$defs/d${level + 1}` };
      $defs[`d${level}`] = { anyOf: [next, next] };
    }
    expect(surveyOf({ $defs, $ref: '#/$defs/d0' }).isComplete).toBe(false);
    expect(shapesOf({ $defs }, { $ref: '#/$defs/d0' }).length).toBeLessThanOrEqual(65);
    let deep: object = text;
    for (let level = 0; level < 200; level += 1) deep = { properties: { in: deep } };
    expect(surveyOf(deep).isComplete).toBe(false);
  });

  it('that may be text besides an object of known fields have a form of their own', () => {
    const fields = { properties: { id: text } };
    expect(shapesOf({}, { type: 'object', ...fields })).toEqual([]);
    expect(shapesOf({}, { type: ['string', 'object', 'null'], ...fields })).toHaveLength(1);
    expect(shapesOf({}, { anyOf: [{ type: 'object', ...fields }, text] })).toHaveLength(1);
  });

  it('with more forms than are looked at may have any', () => {
    const shapes = shapesOf({}, { anyOf: Array.from({ length: 200 }, (_, index) => ({ const: index })) });
    expect(shapes.some(({ isOpaque }) => isOpaque)).toBe(true);
  });

  it('are found in any JSON without a failure', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (schema) => {
        const { parameters } = surveyOf(schema);
        for (const { schema: one } of parameters) expect(shapesOf(schema, one).length).toBeLessThanOrEqual(65);
      }),
    );
  });
});
