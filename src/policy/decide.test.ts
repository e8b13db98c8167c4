import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { decide, defineRole, type Grant, isGrant, type Operation, type Role } from './decide.ts';
import { actions, covers, formatPermission, kinds, parsePermission } from './permission.ts';

const call = (upstream: string, name: string): Operation => ({ action: 'execute', kind: 'tool', upstream, name });
const may = (permissions: string[], operation: Operation): boolean =>
  decide(defineRole('r', permissions), operation).allowed;

test('nothing is allowed without a role or without a permission', () => {
  expect(decide(undefined, { action: 'read', kind: 'info' }).allowed).toBe(false);
  expect(may([], { action: 'read', kind: 'info' })).toBe(false);
});

test('the roles of the example configuration mean what they say', () => {
  const read: Operation = { action: 'read', kind: 'resource', upstream: 'fs', name: 'file:///a' };
  const info: Operation = { action: 'read', kind: 'info' };
  const manage: Operation = { action: 'manage', kind: 'keys' };
  const asked = [info, read, call('fs', 'write_file'), manage];
  const answers = (...permissions: string[]) => asked.map((operation) => may(permissions, operation));
  expect(answers('*:*')).toEqual([true, true, true, true]);
  expect(answers('read:*', 'execute:tool')).toEqual([true, true, true, false]);
  expect(answers('read:info')).toEqual([true, false, false, false]);
});

test.each([
  ['execute:tool/fs', 'fsx', 'read', false],
  ['execute:tool/fsx', 'fs', 'read', false],
  ['execute:tool/fs', 'fs', 'read', true],
  ['execute:tool/fs', 'FS', 'read', false],
  ['execute:tool/fs/read', 'fs', 'read', true],
  ['execute:tool/fs/read', 'fs', 'read_file', false],
  ['execute:tool/fs/read', 'fs', 'READ', false],
  ['execute:tool/fs/read', 'fs', 'read/', false],
  ['execute:tool/fs/read', 'fs', 'read/../write', false],
  ['execute:tool/fs/read', 'fs', './read', false],
  ['execute:tool/fs/read', 'fs', 'read\u0000', false],
  ['execute:tool/fs/re*', 'fs', 'read', false],
  ['execute:tool/f*', 'fs', 'read', false],
  ['execute:tool/fs/é', 'fs', 'e\u0301', false],
  ['execute:tool/*/read', 'any', 'read', true],
  ['execute:tool/*/read', 'any', 'write', false],
  ['execute:tool/fs/*', 'fs', 'a/b', true],
  ['execute:tool/fs/*', 'fsx', 'a', false],
  ['execute:*/fs', 'fs', 'read', true],
  ['read:tool/fs/read', 'fs', 'read', false],
  ['execute:tools', 'fs', 'read', false],
])('%s asked for %s %s: %s', (permission, upstream, name, allowed) => {
  expect(may([permission], call(upstream, name))).toBe(allowed);
});

test('an upstream whose name holds a slash is not mistaken for another upstream with a longer tool name', () => {
  expect(may(['execute:tool/a/b'], call('a/b', 'c'))).toBe(false);
  expect(may(['execute:tool/a/b/c'], call('a/b', 'c'))).toBe(false);
});

test('a permission that names an upstream does not reach what belongs to none', () => {
  expect(may(['read:info/fs', 'read:info/*'], { action: 'read', kind: 'info' })).toBe(false);
});

const part = fc.oneof(
  fc.constantFrom('fs', 'fsx', 'f', 'read', 'read_file', '..', '*', 'FS', 'é', 'e\u0301'),
  fc.string({ unit: 'binary', minLength: 1 }).filter((text) => !text.includes('/')),
);
const rest = fc.oneof(
  part,
  fc.tuple(part, part).map(([a, b]) => `${a}/${b}`),
  part.map((a) => `${a}/`),
);
const operation: fc.Arbitrary<Operation> = fc.record({
  action: fc.constantFrom(...actions),
  kind: fc.constantFrom(...kinds),
  upstream: part,
  name: rest,
});
const permissionText = fc
  .record({
    action: fc.constantFrom('*', ...actions),
    kind: fc.constantFrom('*', ...kinds),
    upstream: fc.option(part, { nil: undefined }),
    name: fc.option(rest, { nil: undefined }),
  })
  .map((one) => formatPermission(one));

test('a decision is exactly whether one permission covers the operation', () => {
  fc.assert(
    fc.property(fc.array(permissionText), operation, (permissions, asked) => {
      const wanted = { upstream: undefined, name: undefined, ...asked };
      const allowed = permissions.some((text) => covers(parsePermission(text), wanted));
      expect(may(permissions, asked)).toBe(allowed);
    }),
  );
});

test('a wider permission never denies what a narrower one allows, and adding one never takes anything away', () => {
  fc.assert(
    fc.property(fc.array(permissionText), permissionText, permissionText, operation, (some, a, b, asked) => {
      const wider = covers(parsePermission(a), parsePermission(b));
      expect(!(wider && may([b], asked)) || may([a], asked)).toBe(true);
      expect(!may(some, asked) || may([...some, a], asked)).toBe(true);
    }),
  );
});

test('the missing permission that a denial names allows exactly this operation', () => {
  const other = fc.tuple(operation, operation).filter(([a, b]) => a.name !== '*' && a.upstream !== '*' && a !== b);
  fc.assert(
    fc.property(other, ([asked, another]) => {
      const decision = decide(defineRole('none', []), asked);
      const missing = decision.allowed ? '' : decision.missing;
      expect(may([missing], asked)).toBe(true);
      const same = formatPermission(another) === formatPermission(asked);
      expect(may([missing], another)).toBe(same);
    }),
  );
});

test('a grant carries what was decided, cannot be changed and cannot be forged', () => {
  const decision = decide(defineRole('user', ['execute:tool']), call('fs', 'read'));
  if (!decision.allowed) throw new Error('denied');
  const { grant } = decision;
  expect([grant.role, grant.operation]).toEqual(['user', call('fs', 'read')]);
  expect(isGrant(grant)).toBe(true);
  expect(() => Object.assign(grant, { role: 'admin' })).toThrow(TypeError);
  expect(() => Object.assign(grant.operation, { name: 'write' })).toThrow(TypeError);
  expect(isGrant(Object.assign({}, grant))).toBe(false);
  expect(isGrant(Object.create(grant))).toBe(false);
  // @ts-expect-error a look-alike is no Grant
  const forged: Grant = { role: 'admin', operation: call('fs', 'read') };
  expect(isGrant(forged)).toBe(false);
});

test('a role given as plain data is judged like a defined one, and frozen so that it stays what was judged', () => {
  const role: Role = { name: 'plain', permissions: [parsePermission('execute:tool/fs')] };
  expect(decide(role, call('fs', 'x')).allowed).toBe(true);
  expect(decide(role, call('fsx', 'x')).allowed).toBe(false);
  expect(() => (role.permissions as unknown[]).push(parsePermission('*:*'))).toThrow(TypeError);
});
