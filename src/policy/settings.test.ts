import { describe, expect, test } from 'vitest';
import { permissionsSettings } from './settings.ts';

const problems = (roles: unknown) =>
  (permissionsSettings.safeParse({ roles }).error?.issues ?? []).map(({ path }) => path.join('.'));

test('the default roles are those of the mission', () => {
  expect(permissionsSettings.parse({})).toEqual({
    model: 'rbac',
    roles: [
      { name: 'admin', permissions: ['*:*'] },
      { name: 'user', permissions: ['read:*', 'execute:tool'] },
      { name: 'guest', permissions: ['read:info'] },
    ],
    tasks: { types: [], approval_seconds: 120, max_open_per_caller: 50 },
  });
});

describe('roles', () => {
  test.each([
    [
      'one name twice',
      [
        { name: 'a', permissions: [] },
        { name: 'a', permissions: [] },
      ],
      ['roles.1.name'],
    ],
    [
      'one name twice beside a role that is none',
      [5, { name: 'a', permissions: [] }, { name: 'a', permissions: [] }],
      ['roles.0', 'roles.2.name'],
    ],
    ['a permission without an action', [{ name: 'a', permissions: ['read'] }], ['roles.0.permissions.0']],
    ['a permission with a space', [{ name: 'a', permissions: ['read: info'] }], ['roles.0.permissions.0']],
    ['an empty name', [{ name: '', permissions: [] }], ['roles.0.name']],
    ['no permissions', [{ name: 'a' }], ['roles.0.permissions']],
  ])('with %s are refused', (_what, roles, paths) => expect(problems(roles)).toEqual(paths));

  test('may have any name without spaces and finer permissions', () => {
    expect(problems([{ name: 'App.Admin', permissions: ['execute:tool/filesystem/read_file'] }])).toEqual([]);
  });
});
