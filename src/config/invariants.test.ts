import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { stringify } from 'yaml';
import { load } from '../../test/config.ts';
import { errorTable } from '../kernel/errors.ts';
import { isLoopbackHost } from '../kernel/loopback.ts';
import { ConfigErrors, type Loaded } from './load.ts';

const attempt = (text: string, given: Parameters<typeof load>[1] = {}): Promise<Loaded | ConfigErrors> =>
  load(text, given).catch((error: unknown) => {
    if (error instanceof ConfigErrors) return error;
    throw error;
  });

describe('whatever the file says', () => {
  const words = [
    'server',
    'auth',
    'providers',
    'type',
    'jwt',
    'api_key',
    'mcpServers',
    'command',
    'url',
    'port',
    'roles',
  ];
  const marks = [
    ': ',
    ':\n  ',
    '\n',
    '\n  ',
    '- ',
    '[',
    ']',
    '{',
    '}',
    ', ',
    '&a ',
    '*a',
    '"',
    "'",
    '|\n',
    '!t ',
    '#',
    '? ',
    '<<',
  ];
  const values = [
    '${env:A}',
    '${file:b}',
    '${port}',
    '${',
    'true',
    'null',
    '~',
    '1',
    '-1',
    '1e999',
    '.nan',
    '0x7',
    '""',
    'https://a',
  ];
  const soup = fc
    .array(fc.constantFrom(...words, ...marks, ...values), { maxLength: 60 })
    .map((parts) => parts.join(''));

  test('the loader answers with a configuration or with its own errors, each with a code and a place', async () => {
    await fc.assert(
      fc.asyncProperty(fc.oneof(fc.string({ unit: 'binary' }), soup, fc.json()), async (text) => {
        const result = await attempt(text, { env: { A: 'a-value' }, files: { '/etc/merlon/b': 'b-value\n' } });
        if (!(result instanceof ConfigErrors)) return;
        expect(result.problems.length).toBeGreaterThan(0);
        for (const { code, place } of result.problems) {
          expect(Object.keys(errorTable)).toContain(code);
          expect(place?.line).toBeGreaterThanOrEqual(1);
          expect(place?.column).toBeGreaterThanOrEqual(1);
        }
      }),
      { numRuns: 1500 },
    );
  });

  test('values of any shape under known keys never crash it', async () => {
    const value = fc.oneof({ depthSize: 'small' }, fc.jsonValue({ maxDepth: 3 }), fc.constantFrom(...values));
    const some = (...keys: string[]) =>
      fc.dictionary(fc.oneof(fc.constantFrom(...keys), fc.string({ maxLength: 8 })), value, { maxKeys: 5 });
    const provider = some('type', 'secret', 'public_key', 'jwks_url', 'algorithm', 'issuer', 'default_role').map(
      (each) => Object.assign({ type: 'jwt' }, each),
    );
    const file = fc.record(
      {
        server: some('host', 'port', 'secure', 'public_url', 'allowed_hosts', 'allowed_origins', 'state_dir'),
        auth: fc.record({ providers: fc.array(fc.oneof(provider, value), { maxLength: 3 }), required: value }),
        permissions: fc.record({ roles: fc.array(fc.oneof(some('name', 'permissions'), value), { maxLength: 3 }) }),
        logging: some('level', 'path'),
        mcpServers: fc.dictionary(
          fc.string({ maxLength: 6 }),
          some('command', 'args', 'env', 'url', 'headers', 'type', 'shared'),
        ),
      },
      { requiredKeys: [] },
    );
    await fc.assert(
      fc.asyncProperty(file, async (content) => {
        const result = await attempt(JSON.stringify(content), { env: { A: 'a-value' } });
        expect(result instanceof ConfigErrors ? result.problems.length : 1).toBeGreaterThan(0);
      }),
      { numRuns: 800 },
    );
  });
});

test('what loads without the flag is never reachable from outside without TLS and authentication', async () => {
  const flag = (name: string) => fc.constantFrom(true, false, undefined, `\${env:ON}`, `\${env:OFF}`, name);
  const host = fc.constantFrom('127.0.0.1', '0.0.0.0', '::', '::1', 'localhost', 'a.example', '${env:ANY}', undefined);
  const file = fc.record({ host, secure: flag('yes'), required: flag('no'), tls: fc.boolean() });
  let loaded = 0;
  await fc.assert(
    fc.asyncProperty(file, async ({ host: name, secure, required, tls }) => {
      const certificate = tls ? { tls_cert: 'a.pem', tls_key: 'a.key' } : {};
      const text = stringify(
        { server: { host: name, secure, ...certificate }, auth: { required } },
        { keepUndefined: false },
      );
      const result = await attempt(text, { env: { ON: 'true', OFF: 'false', ANY: '0.0.0.0' } });
      if (result instanceof ConfigErrors) return;
      loaded += 1;
      const { server, auth } = result.config;
      expect(isLoopbackHost(server.host) || (server.secure && auth.required)).toBe(true);
      expect(!server.secure || (server.tls_cert !== undefined && server.tls_key !== undefined)).toBe(true);
    }),
    { numRuns: 500 },
  );
  expect(loaded).toBeGreaterThan(20);
});
