import { describe, expect, it } from 'vitest';
import { configSchema } from '../src/config/schema.ts';
import { dotted } from '../src/scanner/collect/config/read-config-facts.ts';
import { merlonDefaults, merlonOnlyKeys, merlonSections } from '../src/scanner/collect/config/merlon-defaults.ts';

/** Every default of the schema by dotted path; what is empty by default and no list says nothing. */
function flat(value: unknown, path: readonly string[] = []): [string, unknown][] {
  if (Array.isArray(value) && value.some((item) => typeof item === 'object')) {
    return value.flatMap((item, index) => flat(item, [...path, String(index)]));
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return [[dotted(path), value]];
  return Object.entries(value).flatMap(([key, below]) => flat(below, [...path, key]));
}

describe('the defaults that the scanner knows of', () => {
  it('are those of the configuration', () => {
    expect(merlonDefaults).toEqual(Object.fromEntries(flat(configSchema.parse({}))));
  });

  it('are told apart by keys and sections that the configuration has', () => {
    const { shape } = configSchema;
    expect([...merlonSections].sort()).toEqual(Object.keys(shape).sort());
    const sections: Readonly<Record<string, unknown>> = shape;
    for (const path of merlonOnlyKeys) {
      const [section = '', key = ''] = path.split('.');
      const text = JSON.stringify(Object.keys(inner(sections[section])));
      expect(text, path).toContain(`"${key}"`);
    }
  });
});

function inner(schema: unknown): object {
  if (typeof schema !== 'object' || schema === null) return {};
  if ('shape' in schema && typeof schema.shape === 'object' && schema.shape !== null) return schema.shape;
  return 'unwrap' in schema && typeof schema.unwrap === 'function' ? inner(schema.unwrap()) : {};
}
