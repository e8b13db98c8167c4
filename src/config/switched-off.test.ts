import { describe, expect, test } from 'vitest';
import { load, TLS } from '../../test/config.ts';
import { configJsonSchema, isSchema } from './json-schema.ts';
import { protections } from './switched-off.ts';

const off = async (text: string) => (await load(text)).switchedOff.map(({ key }) => key);

test('nothing is switched off by default', async () => {
  await expect(off(TLS)).resolves.toEqual([]);
});

describe('every switch that is on by default', () => {
  const switches = ['server', 'auth', 'security'].flatMap((section) => {
    const schema = configJsonSchema().properties?.[section];
    const keys = isSchema(schema) ? Object.entries(schema.properties ?? {}) : [];
    return keys
      .filter(([, child]) => isSchema(child) && child.type === 'boolean' && child.default === true)
      .map(([key]) => `${section}.${key}`);
  });

  test('is found in the schema', () => expect(switches.length).toBeGreaterThanOrEqual(8));

  test.each(switches)('%s is reported when it is turned off', async (key) => {
    const [section = '', name = ''] = key.split('.');
    const tls = section === 'server' ? { tls_cert: 'a', tls_key: 'b' } : {};
    const rest = section === 'server' ? {} : { server: { tls_cert: 'a', tls_key: 'b' } };
    await expect(off(JSON.stringify({ ...rest, [section]: { ...tls, [name]: false } }))).resolves.toEqual([key]);
  });
});

test.each([
  ['server: { tls_cert: a, tls_key: b, tls_min_version: TLSv1.2 }', 'server.tls_min_version'],
  ['server: { tls_cert: a, tls_key: b, hsts_max_age_seconds: 0 }', 'server.hsts_max_age_seconds'],
  [`${TLS}security: { sandbox_type: none }`, 'security.sandbox_type'],
])('%s is reported', async (text, key) => {
  await expect(off(text)).resolves.toEqual([key]);
});

test('every line of the table has a key of the schema and a sentence', () => {
  for (const { key, sentence } of protections) {
    const [section = '', name = ''] = key.split('.');
    const schema = configJsonSchema().properties?.[section];
    expect(isSchema(schema) ? Object.keys(schema.properties ?? {}) : []).toContain(name);
    expect(sentence).toMatch(/^[A-Z].+\.$/);
  }
});
