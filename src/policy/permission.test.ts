import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { codeOf, errorOf } from '../../test/error-of.ts';
import { ANY, actions, covers, formatPermission, kinds, type Permission, parsePermission } from './permission.ts';

test.each([
  ['*:*', { action: '*', kind: '*', upstream: undefined, name: undefined }],
  ['read:*', { action: 'read', kind: '*', upstream: undefined, name: undefined }],
  ['execute:tool', { action: 'execute', kind: 'tool', upstream: undefined, name: undefined }],
  ['execute:tool/fs', { action: 'execute', kind: 'tool', upstream: 'fs', name: undefined }],
  ['execute:tool/fs/read_file', { action: 'execute', kind: 'tool', upstream: 'fs', name: 'read_file' }],
  ['read:resource/d/file:///a//b/', { action: 'read', kind: 'resource', upstream: 'd', name: 'file:///a//b/' }],
  ['execute:method/up/tasks/get', { action: 'execute', kind: 'method', upstream: 'up', name: 'tasks/get' }],
  ['execute:tool/fs//etc', { action: 'execute', kind: 'tool', upstream: 'fs', name: '/etc' }],
])('%s is understood', (text, parsed) => {
  expect(parsePermission(text)).toEqual(parsed);
});

test.each([
  '',
  '*',
  'tool',
  'execute',
  ':',
  'execute:',
  ':tool',
  'execute:/fs',
  'execute:tool/',
  'execute:tool//read',
  'execute:tool/fs/',
  'Execute:tool',
  'execute:Tool',
  ' execute:tool',
  'execute :tool',
  'execute: tool',
  'execute:tool ',
  'delete:tool',
  'execute:tool*',
  'exec*:tool',
  '**:*',
  'execute:constructor',
  '__proto__:*',
  'execute\u0000:tool',
  'ехecute:tool',
])('%j is refused', (text) => {
  expect(codeOf(() => parsePermission(text))).toBe('CONFIG_INVALID');
});

test('a misspelt word is answered with the nearest known one', () => {
  expect(errorOf(() => parsePermission('excute:tool'))?.todo).toContain('execute');
  expect(errorOf(() => parsePermission('read:resuorce'))?.todo).toContain('resource');
});

test('an endless text does not end up in the message', () => {
  expect(errorOf(() => parsePermission('x'.repeat(1_000_000)))?.message.length).toBeLessThan(200);
});

test('any text at all either parses to something that prints as that text, or is refused as invalid', () => {
  fc.assert(
    fc.property(fc.oneof(fc.string({ unit: 'binary' }), permissionText), (text) => {
      const error = errorOf(() => expect(formatPermission(parsePermission(text))).toBe(text));
      expect([undefined, 'CONFIG_INVALID']).toContain(error?.code);
    }),
  );
});

test('covering is reflexive and transitive', () => {
  fc.assert(
    fc.property(permission, permission, permission, (a, b, c) => {
      expect(covers(a, a)).toBe(true);
      expect(!(covers(a, b) && covers(b, c)) || covers(a, c)).toBe(true);
    }),
  );
});

const segment = fc.constantFrom('fs', 'fsx', 'FS', '..', '.', '*', 'f*', 'ﬁ', 'é', 'e\u0301', ' ', '\u0000', '%2e');
const name = fc.oneof(segment, fc.constantFrom('read_file', 'a/b', 'a/', '/a', '//', 'file:///a/../b', 'tool:x'));
const permission: fc.Arbitrary<Permission> = fc
  .record({
    action: fc.constantFrom(ANY, ...actions),
    kind: fc.constantFrom(ANY, ...kinds),
    upstream: fc.option(segment, { nil: undefined }),
    name: fc.option(name, { nil: undefined }),
  })
  .filter((one) => one.upstream !== undefined || one.name === undefined);
const permissionText = permission.map(formatPermission);

test('what is printed is read back the same', () => {
  fc.assert(
    fc.property(permission, (one) => {
      expect(parsePermission(formatPermission(one))).toEqual(one);
    }),
  );
});
