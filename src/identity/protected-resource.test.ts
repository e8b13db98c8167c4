import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  isMetadataPath,
  isWithin,
  metadataOf,
  metadataUrl,
  partFor,
  partIn,
  type ProtectedResource,
} from './protected-resource.ts';

const WELL_KNOWN = '/.well-known/oauth-protected-resource';
const at = (address: string): ProtectedResource => ({
  authorizationServers: ['https://sso.example/tenant'],
  scopes: [],
  address: () => address,
});

test('scopes are told only where the operator wrote some', () => {
  const resource = { ...at('https://gate.example'), scopes: ['openid', 'mcp'] };
  expect(metadataOf(resource, '').scopes_supported).toEqual(['openid', 'mcp']);
  expect(metadataOf(at('https://gate.example'), '')).not.toHaveProperty('scopes_supported');
});

test('each part of the gateway has a document of its own, under an address of its own', () => {
  const resource = at('https://gate.example');
  for (const part of ['', '/mcp', '/mcp/files']) {
    // RFC 9728, section 3.1: between the host and the path.
    expect(metadataUrl(resource, part)).toBe(`https://gate.example${WELL_KNOWN}${part}`);
    expect(metadataOf(resource, part)).toEqual({
      resource: `https://gate.example${part}`,
      authorization_servers: ['https://sso.example/tenant'],
      bearer_methods_supported: ['header'],
      resource_name: 'Merlon',
    });
  }
});

test('the address is told in its canonical spelling (AUTHZ-33, AUTHZ-34)', () => {
  for (const address of ['https://Gate.Example/', 'HTTPS://gate.example:443', 'https://gate.example//'])
    expect(metadataOf(at(address), '/mcp').resource).toBe('https://gate.example/mcp');
  expect(metadataOf(at('https://gate.example:8443/base/'), '/mcp').resource).toBe('https://gate.example:8443/base/mcp');
});

test('behind a proxy that cuts off a path, the document is found with the path and without it', () => {
  const address = 'https://gate.example/base';
  expect(metadataUrl(at(address), '/mcp/files')).toBe(`https://gate.example/base${WELL_KNOWN}/mcp/files`);
  expect(partIn(`${WELL_KNOWN}/mcp/files`, address)).toBe('/mcp/files');
  expect(partIn(`${WELL_KNOWN}/base/mcp/files`, address)).toBe('/mcp/files');
  expect(partIn(`${WELL_KNOWN}/base`, address)).toBe('');
  expect(partIn(`${WELL_KNOWN}/based/mcp`, address)).toBe('/based/mcp');
  expect(partIn(`${WELL_KNOWN}/base/mcp`, undefined)).toBe('/base/mcp');
});

test('only paths of documents are taken for such', () => {
  expect([WELL_KNOWN, `${WELL_KNOWN}/`, `${WELL_KNOWN}/mcp`, `${WELL_KNOWN}/a/b`].map(isMetadataPath)).not.toContain(
    false,
  );
  const others = ['/', '', '/.well-known', `${WELL_KNOWN}s`, `${WELL_KNOWN}s/mcp`, `/x${WELL_KNOWN}`];
  expect(others.map(isMetadataPath)).not.toContain(true);
});

test.each<[string, string | undefined]>([
  ['https://gate.example', ''],
  ['https://gate.example/', ''],
  ['HTTPS://GATE.example:443/mcp', '/mcp'],
  ['https://gate.example/mcp/files/', '/mcp/files'],
  ['https://gate.example/mcp/files', '/mcp/files'],
  ['https://gate.example/elsewhere', '/elsewhere'],
  ['https://gate.example.evil/mcp', undefined],
  ['https://gate.example:8443/mcp', undefined],
  ['http://gate.example/mcp', undefined],
  ['https://gate.example@evil.example/mcp', undefined],
  ['https://user@gate.example/mcp', undefined],
  ['https://gate.example/mcp?x', undefined],
  ['https://gate.example/mcp#x', undefined],
  ['gate.example', undefined],
  ['/mcp', undefined],
  ['', undefined],
  ['merlon', undefined],
])('a token for %j is for %j', (audience, part) => {
  expect(partFor(audience, 'https://gate.example')).toBe(part);
});

test('below an address with a path, only what lies below it is a part', () => {
  const address = 'https://gate.example/base';
  expect(partFor('https://gate.example/base/mcp', address)).toBe('/mcp');
  expect(partFor('https://gate.example/base', address)).toBe('');
  for (const audience of ['https://gate.example', 'https://gate.example/mcp', 'https://gate.example/based/mcp'])
    expect(partFor(audience, address)).toBeUndefined();
});

test('who may use the whole may use its parts, and nothing beside it', () => {
  expect(isWithin('/mcp/files', '/mcp')).toBe(true);
  expect(isWithin('/mcp/files', '')).toBe(true);
  expect(isWithin('/mcp', '/mcp/files')).toBe(false);
  expect(isWithin('/mcp/files2', '/mcp/files')).toBe(false);
});

test('whatever an audience says, it is for a part only if it says the address', () => {
  fc.assert(
    fc.property(fc.oneof(fc.string({ unit: 'binary' }), fc.webUrl({ withFragments: true })), (audience) => {
      const part = partFor(audience, 'https://gate.example');
      expect(part === undefined || new URL(audience).origin === 'https://gate.example').toBe(true);
    }),
  );
});
