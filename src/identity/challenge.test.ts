import { Agent, createServer, request } from 'node:http';
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { MerlonError } from '../kernel/errors.ts';
import { challenge } from './challenge.ts';

const required = new MerlonError('AUTH_REQUIRED', 'x');
const invalid = new MerlonError('AUTH_INVALID', 'x');
const forbidden = new MerlonError('FORBIDDEN', 'x');

test('without a credential there is no error code, with a bad one invalid_token, without permission insufficient_scope', () => {
  expect(challenge(required)).toBe('Bearer realm="merlon"');
  expect(challenge(invalid)).toBe('Bearer realm="merlon", error="invalid_token"');
  expect(challenge(forbidden, { scope: 'execute:tool/fs/read' })).toBe(
    'Bearer realm="merlon", error="insufficient_scope", scope="execute:tool/fs/read"',
  );
});

test('the metadata address is told', () => {
  const resourceMetadataUrl = 'https://gate.example/.well-known/oauth-protected-resource/mcp';
  expect(challenge(required, { resourceMetadataUrl })).toBe(
    `Bearer realm="merlon", resource_metadata="${resourceMetadataUrl}"`,
  );
});

test('a tool name cannot smuggle in a wider scope, a parameter, or a header', () => {
  expect(challenge(forbidden, { scope: 'execute:tool/fs/x *:*' })).toContain('scope="execute:tool/fs/x%20*:*"');
  expect(challenge(forbidden, { scope: 'x", realm="evil' })).toContain('scope="x%22,%20realm%3D%22evil"');
  expect(challenge(forbidden, { scope: 'x\r\nSet-Cookie: a=b' })).toContain('scope="x%0D%0ASet-Cookie:%20a%3Db"');
  expect(challenge(forbidden, { scope: 'é\ud800' })).toContain('scope="%C3%A9%EF%BF%BD"');
  expect(challenge(required, { resourceMetadataUrl: 'https://a/"\\\r\nX: y' })).toContain('="https://a/\\"\\\\X: y"');
});

// The official SDK takes the first `resource_metadata=` that it finds, inside another parameter's quotes too.
test('a tool name cannot send a client to another authorization server', () => {
  const resourceMetadataUrl = 'https://gate.example/.well-known/oauth-protected-resource/mcp';
  const found = (value: string): string | undefined => /resource_metadata=(?:"([^"]+)"|([^\s,]+))/.exec(value)?.[0];
  for (const name of ['resource_metadata=https://evil.example/', 'x,resource_metadata="https://evil.example/"']) {
    const scope = `execute:tool/up/${name}`;
    expect(found(challenge(forbidden, { scope }))).toBeUndefined();
    expect(found(challenge(forbidden, { scope, resourceMetadataUrl }))).toContain(resourceMetadataUrl);
  }
});

test('more scopes than a head can carry are not told in part', () => {
  const scope = Array.from({ length: 100 }, (_, index) => `read:resource/files/file:///${'x'.repeat(40)}${index}`);
  expect(challenge(forbidden, { scope })).toBe('Bearer realm="merlon", error="insufficient_scope"');
  expect(challenge(forbidden, { scope: scope.slice(0, 50) })).toContain(scope.slice(0, 50).join(' '));
});

test('several scopes stay several', () => {
  expect(challenge(forbidden, { scope: ['read:info', 'a b'] })).toContain('scope="read:info a%20b"');
});

test('whatever is put in, the value is one line of quoted parameters', () => {
  const text = fc.string({ unit: 'binary' });
  const quoted = '"(?:[\\x20\\x21\\x23-\\x5b\\x5d-\\x7e]|\\\\["\\\\])*"';
  const shape = new RegExp(`^Bearer realm="merlon", error=${quoted}, resource_metadata=${quoted}(, scope=${quoted})?$`);
  fc.assert(
    fc.property(text, text, (scope, resourceMetadataUrl) => {
      const value = challenge(forbidden, { scope, resourceMetadataUrl });
      expect(value).toMatch(shape);
      const found = /, scope="([^"]*)"$/.exec(value)?.[1] ?? '';
      expect(found).not.toMatch(/[ =]/);
      expect(found === '').toBe(scope === '');
    }),
  );
});

test('node sends it, and a client reads it, as one header', async () => {
  const hostile = { scope: 'x\r\nEvil: 1\u0000é"', resourceMetadataUrl: 'https://a/\r\nEvil: 1' };
  const server = createServer((_, response) => {
    response.writeHead(403, { 'www-authenticate': challenge(forbidden, hostile) }).end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const port = address !== null && typeof address === 'object' ? address.port : 0;
  const headers = await new Promise<NodeJS.Dict<string | string[]>>((resolve, reject) => {
    request({ port, host: '127.0.0.1', agent: new Agent() }, (response) => {
      response.resume();
      resolve(response.headers);
    })
      .on('error', reject)
      .end();
  });
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  expect(headers['evil']).toBeUndefined();
  expect(headers['www-authenticate']).toMatch(/^Bearer realm="merlon", error="insufficient_scope"/);
});
