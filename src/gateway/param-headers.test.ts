import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type ParamHeader, paramHeadersOf } from './param-headers.ts';

function withProperty(property: unknown): readonly ParamHeader[] | undefined {
  return paramHeadersOf({ type: 'object', properties: { value: property } });
}

describe('the header declarations of a tool', () => {
  it('are found at any depth of properties', () => {
    const schema = {
      type: 'object',
      properties: {
        region: { type: 'string', 'x-mcp-header': 'Region' },
        where: {
          type: 'object',
          properties: { zone: { type: 'integer', 'x-mcp-header': 'Zone' }, free: { type: 'number' } },
        },
        dry: { type: 'boolean', 'x-mcp-header': 'Dry-Run' },
      },
    };
    expect(paramHeadersOf(schema)).toEqual([
      { header: 'Region', path: ['region'], type: 'string' },
      { header: 'Zone', path: ['where', 'zone'], type: 'integer' },
      { header: 'Dry-Run', path: ['dry'], type: 'boolean' },
    ]);
  });

  it('may be none', () => {
    for (const schema of [
      undefined,
      null,
      true,
      'x',
      [],
      {},
      { type: 'object', properties: { a: { type: 'string' } } },
    ]) {
      expect(paramHeadersOf(schema)).toEqual([]);
    }
  });

  it('must be header names (HTTP-32 to HTTP-34)', () => {
    for (const header of ['', 'My Region', 'a:b', 'Région', 'Region\t1', 'a\r\nx', '\0', 5, null, true, {}, ['A']]) {
      expect(withProperty({ type: 'string', 'x-mcp-header': header }), JSON.stringify(header)).toBeUndefined();
    }
  });

  it('must be of a primitive type (HTTP-36)', () => {
    for (const type of ['object', 'array', 'null', 'number', undefined, ['string', 'null'], 'toString']) {
      expect(withProperty({ type, 'x-mcp-header': 'A' }), JSON.stringify(type)).toBeUndefined();
    }
  });

  it('must be unique, whatever their case (HTTP-35)', () => {
    const both = (first: string, second: string): readonly ParamHeader[] | undefined =>
      paramHeadersOf({
        properties: {
          a: { type: 'string', 'x-mcp-header': first },
          b: { properties: { c: { type: 'string', 'x-mcp-header': second } } },
        },
      });
    expect(both('Region', 'Region')).toBeUndefined();
    expect(both('MyField', 'myfield')).toBeUndefined();
    expect(both('A', 'B')).toHaveLength(2);
  });

  it('must be reachable through properties alone (HTTP-38, HTTP-39)', () => {
    const declaration = { type: 'string', 'x-mcp-header': 'A' };
    const nested = { properties: { a: declaration } };
    for (const keyword of [
      'items',
      'additionalItems',
      'unevaluatedItems',
      'contains',
      'contentSchema',
      'additionalProperties',
      'unevaluatedProperties',
      'propertyNames',
      'not',
      'if',
      'then',
      'else',
    ]) {
      expect(withProperty({ [keyword]: declaration }), keyword).toBeUndefined();
      expect(paramHeadersOf({ [keyword]: nested }), keyword).toBeUndefined();
    }
    for (const keyword of ['oneOf', 'anyOf', 'allOf', 'prefixItems', 'items']) {
      expect(withProperty({ [keyword]: [{}, nested] }), keyword).toBeUndefined();
    }
    for (const keyword of ['$defs', 'definitions', 'patternProperties', 'dependentSchemas', 'dependencies']) {
      expect(paramHeadersOf({ [keyword]: { Any: nested } }), keyword).toBeUndefined();
    }
    expect(paramHeadersOf(declaration)).toBeUndefined();
  });

  it('are not what only looks like one', () => {
    const innocent = { 'x-mcp-header': 'A' };
    expect(withProperty({ type: 'object', default: innocent, const: innocent, examples: [innocent] })).toEqual([]);
    expect(paramHeadersOf({ properties: { 'x-mcp-header': { type: 'string' } } })).toEqual([]);
  });

  it('take names of the prototype for what they are', () => {
    const schema: unknown = JSON.parse(
      '{"properties":{"__proto__":{"type":"string","x-mcp-header":"A"},"constructor":{"type":"string","x-mcp-header":"__proto__"}}}',
    );
    expect(paramHeadersOf(schema)).toEqual([
      { header: 'A', path: ['__proto__'], type: 'string' },
      { header: '__proto__', path: ['constructor'], type: 'string' },
    ]);
  });

  it('are given up where a schema nests without end', () => {
    let schema: unknown = { type: 'string', 'x-mcp-header': 'A' };
    for (let depth = 0; depth < 50_000; depth += 1) schema = { properties: { a: schema } };
    expect(paramHeadersOf(schema)).toBeUndefined();
  });

  it('are valid or refused for any schema', () => {
    const { schema } = fc.letrec((tie) => ({
      schema: fc.oneof(
        { maxDepth: 4 },
        fc.anything(),
        fc.record(
          {
            type: fc.constantFrom('string', 'integer', 'boolean', 'number', 'object'),
            'x-mcp-header': fc.oneof(fc.constantFrom('A', 'a', 'B', 'x y'), fc.string()),
            properties: fc.dictionary(fc.string(), tie('schema'), { maxKeys: 3 }),
            items: tie('schema'),
          },
          { requiredKeys: [] },
        ),
      ),
    }));
    fc.assert(
      fc.property(schema, (value) => {
        const found = paramHeadersOf(value) ?? [];
        for (const { header, path } of found) {
          expect(header).toMatch(/^[!-~]+$/);
          expect(path.length).toBeGreaterThan(0);
        }
        expect(new Set(found.map(({ header }) => header.toLowerCase())).size).toBe(found.length);
      }),
    );
  });
});
