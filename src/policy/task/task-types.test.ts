import { describe, expect, test } from 'vitest';
import { permissionsSettings } from '../settings.ts';
import { beyondCeiling } from './role-ceiling.ts';
import { defaultContext, rolesWithoutTask, taskTypesOf } from './task-types.ts';

const parse = (type: object) => permissionsSettings.safeParse({ tasks: { types: [type] } });
const problems = (type: object) =>
  (parse(type).error?.issues ?? []).map(({ path }) => path.slice(3).map(String).join('.'));
const whole = (grant: object) => ({ name: 'a', roles: ['user'], grants: [{ tool: 'mail/send', ...grant }] });

describe('a task type', () => {
  test.each([
    ['no name', { roles: ['user'] }, ['name']],
    ['no roles', { name: 'a' }, ['roles']],
    ['an empty list of roles', { name: 'a', roles: [] }, ['roles']],
    ['two days', { name: 'a', roles: ['user'], seconds: 172_800 }, ['seconds']],
    ['an unknown resource', { name: 'a', roles: ['user'], resources: ['all'] }, ['resources.0']],
    [
      'a folder that leads out',
      { name: 'a', roles: ['user'], scopes: { read: ['files:/tmp/../'] } },
      ['scopes.read.0'],
    ],
    ['a folder to execute', { name: 'a', roles: ['user'], scopes: { execute: ['files:/tmp/'] } }, ['scopes.execute.0']],
    ['an unknown key', { name: 'a', roles: ['user'], pin: false }, ['']],
    ['tools by a prefix', whole({ tool: 'mail/send_*' }), ['grants.0.tool']],
    ['a tool of no upstream', whole({ tool: 'send' }), ['grants.0.tool']],
    ['tools of any upstream', whole({ tool: '*/send' }), ['grants.0.tool']],
    ['no effects', whole({ effects: [] }), ['grants.0.effects']],
    ['an argument that is no path', whole({ args: { 'a..b': {} } }), ['grants.0.args.a..b']],
    ['a constraint that nothing meets', whole({ args: { a: { one_of: [] } } }), ['grants.0.args.a.one_of']],
    [
      'a constraint deep inside',
      whole({ args: { a: { each: { each: { origin: ['x'] } } } } }),
      ['grants.0.args.a.each.each.origin.0'],
    ],
    ['sources that are none', whole({ integrity: { a: ['anybody'] } }), ['grants.0.integrity.a.0']],
    ['no sources', whole({ integrity: { a: [] } }), ['grants.0.integrity.a']],
    ['a sum of nothing', whole({ budgets: [{ kind: 'sum', max: 1 }] }), ['grants.0.budgets.0.argument']],
    [
      'a count of an argument',
      whole({ budgets: [{ kind: 'count', argument: 'a', max: 1 }] }),
      ['grants.0.budgets.0.argument'],
    ],
    ['half a call', whole({ budgets: [{ kind: 'count', max: 0.5 }] }), ['grants.0.budgets.0.max']],
    ['less than nothing', whole({ budgets: [{ kind: 'sum', argument: 'a', max: -1 }] }), ['grants.0.budgets.0.max']],
    [
      'different values in a time',
      whole({ budgets: [{ kind: 'distinct', argument: 'a', max: 1, per_seconds: 1 }] }),
      ['grants.0.budgets.0.per_seconds'],
    ],
  ])('with %s is refused', (_what, type, paths) => expect(problems(type)).toEqual(paths));

  test('is there once by its name', () => {
    const type = { name: 'a', roles: ['user'] };
    const found = permissionsSettings.safeParse({ tasks: { types: [type, type] } });
    expect(found.error?.issues.map(({ path }) => path.join('.'))).toEqual(['tasks.types.1.name']);
  });

  test('comes out with the names that tasks are made with, and nothing that was not said', () => {
    const settings = permissionsSettings.parse({
      roles: [
        { name: 'user', permissions: ['execute:tool'], default_task: 'mail' },
        { name: 'guest', permissions: [] },
        { name: 'reader', permissions: [], effects: ['read'] },
      ],
      tasks: {
        types: [
          {
            name: 'mail',
            roles: ['user'],
            resources: ['file_access'],
            grants: [
              {
                tool: 'mail/send',
                args: { to: { each: { email_domain: ['example.com'] }, max_length: 3 } },
                integrity: { to: ['user'] },
                other_args: 'none',
                uses: 5,
                budgets: [
                  { kind: 'sum', argument: 'amount', max: 2.5, per_seconds: 60 },
                  { kind: 'distinct', argument: 'to', max: 2 },
                ],
                on_deny: 'ask',
                always_ask: true,
                second_factor: true,
              },
              { tool: '*' },
            ],
          },
        ],
      },
    });
    const { types, defaults, ceilings } = taskTypesOf(settings);
    expect(types.get('mail')).toStrictEqual({
      name: 'mail',
      roles: ['user'],
      seconds: 3_600,
      resources: ['file_access'],
      scopes: { read: ['files:/tmp/'], write: ['files:/tmp/'], execute: [] },
      grants: [
        {
          tool: 'mail/send',
          args: { to: { each: { emailDomain: ['example.com'] }, maxLength: 3 } },
          integrity: { to: ['user'] },
          otherArgs: 'none',
          uses: 5,
          budgets: [
            { kind: 'sum', argument: 'amount', max: 2.5, perSeconds: 60 },
            { kind: 'distinct', argument: 'to', max: 2 },
          ],
          onDeny: 'ask',
          alwaysAsk: true,
          secondFactor: true,
        },
        { tool: '*' },
      ],
      pinned: true,
      onDeny: 'deny',
    });
    expect([...defaults]).toEqual([['user', 'mail']]);
    expect(ceilings.get('reader')).toEqual(['read']);
    expect(types.get('toString')).toBeUndefined();
    expect(defaultContext({ name: 'mail', resources: ['file_access'] })).toEqual({
      type: 'mail',
      resources: ['file_access'],
    });
  });

  test('that says its scopes has those alone', () => {
    const settings = permissionsSettings.parse({
      tasks: { types: [{ name: 'a', roles: ['user'], resources: ['file_access'], scopes: { read: ['files:/srv/'] } }] },
    });
    expect(taskTypesOf(settings).types.get('a')?.scopes).toEqual({ read: ['files:/srv/'], write: [], execute: [] });
  });
});

test('a guest never writes, sends or runs what is not in the sandbox; other roles may, unless they say otherwise', () => {
  const { ceilings } = taskTypesOf(permissionsSettings.parse({}));
  const beyond = (role: string, effects: ('read' | 'write' | 'execute' | 'egress')[], sandboxed: boolean) =>
    beyondCeiling(ceilings.get(role) ?? [], { effects, sandboxed });
  expect(beyond('guest', ['read', 'write', 'execute', 'egress'], false)).toEqual(['write', 'execute', 'egress']);
  expect(beyond('guest', ['read', 'execute'], true)).toEqual([]);
  expect(beyond('user', ['read', 'write', 'execute', 'egress'], false)).toEqual([]);
});

test('roles that call tools at will and have no default task, or one without bounds, are told', () => {
  const roles = [
    ['all', ['*:*'], undefined],
    ['some', ['execute:tool/mail'], undefined],
    ['any', ['execute:tool/*/search'], undefined],
    ['bound', ['execute:tool'], 'work'],
    ['unbound', ['execute:tool'], 'everything'],
    ['named', ['read:*', 'execute:tool/mail/search', 'execute:prompt'], undefined],
    ['none', [], undefined],
  ] as const;
  const settings = roles.map(([name, permissions, task]) => ({
    name,
    permissions,
    ...(task === undefined ? {} : { default_task: task }),
  }));
  const types = [
    { name: 'work', roles: ['bound'], grants: [{ tool: '*' }] },
    { name: 'everything', roles: ['unbound'], pinned: false, grants: [{ tool: '*', on_deny: 'ask' }] },
  ];
  const { roles: all, tasks } = permissionsSettings.parse({ roles: settings, tasks: { types } });
  expect(rolesWithoutTask({ roles: all, tasks })).toEqual(['all', 'some', 'any', 'unbound']);
});
