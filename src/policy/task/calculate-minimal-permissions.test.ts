import { describe, expect, test } from 'vitest';
import { compileConstraint, holds } from '../constraint/compile-constraint.ts';
import type { TaskGrant } from '../grant/task-grant.ts';
import { type Effect, effects as allEffects, type SinkKind, type ToolProfile } from '../tool/tool-profile.ts';
import { calculateMinimalPermissions, type MintRequest } from './calculate-minimal-permissions.ts';
import { defaultScopes } from './scope.ts';
import type { Task } from './task.ts';
import type { TaskType } from './task-type.ts';

const NOW = 1_000_000;

function tool(
  name: string,
  effects: readonly Effect[],
  sinks: Record<string, SinkKind> = {},
  sandboxed = false,
): ToolProfile {
  return { tool: name, hash: `hash of ${name}`, effects, sinks, output: 'untrusted', sandboxed };
}

const readFile = tool('fs/read', ['read'], { path: 'path' });
const writeFile = tool('fs/write', ['write'], { path: 'path' });
const copyFile = tool('fs/copy', ['read', 'write'], { from: 'path', to: 'path' });
const fetchUrl = tool('web/fetch', ['read', 'egress'], { url: 'url' });
const download = tool('web/download', ['read', 'write', 'egress'], { url: 'url', to: 'path' });
const sendMail = tool('mail/send', ['egress'], { to: 'recipient', cc: 'recipient' });
const runInside = tool('code/run', ['execute'], { code: 'command' }, true);
const runOutside = tool('shell/run', ['execute'], { command: 'command' });
const clock = tool('clock/now', ['read']);
const everyTool = [readFile, writeFile, copyFile, fetchUrl, download, sendMail, runInside, runOutside, clock];

const everyResource = ['code_execution', 'file_access', 'network_access'] as const;

function type(changes: Partial<TaskType> = {}): TaskType {
  return {
    name: 'work',
    roles: ['user', 'guest'],
    seconds: 600,
    resources: everyResource,
    scopes: { ...defaultScopes(everyResource), execute: ['sandboxed_code', 'network:https://api.example.com/'] },
    grants: [],
    pinned: true,
    onDeny: 'deny',
    ...changes,
  };
}

/** Every sink must come from the user. */
const pin: MintRequest['pin'] = ({ sinks }) => ({
  integrity: Object.fromEntries(Object.keys(sinks).map((path) => [path, ['user', 'trusted'] as const])),
});

function mint(changes: Partial<MintRequest> = {}) {
  let count = 0;
  return calculateMinimalPermissions({
    type: type(),
    context: {},
    role: 'user',
    profiles: everyTool,
    mayUse: () => true,
    pin,
    now: NOW,
    newId: () => `g${(count += 1)}`,
    ...changes,
  });
}

const toolsOf = ({ grants }: { readonly grants: readonly TaskGrant[] }): readonly string[] =>
  grants.map(({ tool: name }) => name);

/** Whether a value fits what the grants of a tool say of one argument. */
function fits(grants: readonly TaskGrant[], name: string, path: string, value: unknown): boolean {
  const found = grants.filter((grant) => grant.tool === name);
  expect(found).not.toEqual([]);
  return found.some(({ args }) => {
    const must = args !== undefined && Object.hasOwn(args, path) ? args[path] : undefined;
    return must === undefined || holds(compileConstraint(must), value);
  });
}

describe('what a task is not given', () => {
  test('anything, when it asks for nothing and its type has no grants', () => {
    expect(mint()).toMatchObject({ grants: [], leftOut: [], scopes: { read: [], write: [], execute: [] } });
  });

  test('a type that is not for its role', () => {
    expect(() => mint({ role: 'admin' })).toThrow(expect.objectContaining({ code: 'FORBIDDEN' }));
  });

  test.each([
    ['an unknown resource', { resources: ['everything'] }],
    ['a resource that every object has', { resources: ['toString'] }],
    ['an unknown key', { resource: ['file_access'] }],
    ['a key that every object has', JSON.parse('{"__proto__": {"seconds": 1}}')],
    ['the key constructor', { constructor: 'x' }],
    ['a request of 16,385 characters', { request: 'a'.repeat(16_385) }],
    ['a request that is no Unicode', { request: '\ud800' }],
    ['no seconds', { seconds: 0 }],
    ['half a second', { seconds: 0.5 }],
    ['seconds that no double can hold', JSON.parse('{"seconds": 1e400}')],
    ['a scope of a folder above', { scopes: { read: ['files:/tmp/../etc/'] } }],
    ['a scope under the wrong action', { scopes: { execute: ['files:/tmp/'] } }],
    ['a scope under no action', { scopes: { delete: [] } }],
    ['tools that are no list', { tools: 'fs/read' }],
    ['a tool that is no text', { tools: [{}] }],
    ['1,001 tools', { tools: Array.from({ length: 1_001 }, (_, index) => `a/${index}`) }],
    ['a list in place of a context', []],
    ['nothing at all', null],
  ])('anything, when its context has %s', (_what, context) => {
    expect(() => mint({ context: context as never })).toThrow(expect.objectContaining({ code: 'PARAMS_INVALID' }));
  });

  test('tools that there are not, and those that its role may not use, in the same words', () => {
    const minted = mint({
      type: type({ grants: [{ tool: '*' }] }),
      context: { tools: ['fs/read', 'fs/write', 'fs/nothing', 'toString', '__proto__', 'fs/*', '*'] },
      mayUse: (name) => name !== 'fs/write',
    });
    expect(toolsOf(minted)).toEqual(['fs/read']);
    const unknown = ['fs/write', 'fs/nothing', 'toString', '__proto__', 'fs/*', '*'];
    expect(minted.leftOut).toEqual(unknown.map((name) => ({ tool: name, why: 'unknown' })));
  });

  test('tools that its role may not use and that nobody named, without a word', () => {
    const minted = mint({ type: type({ grants: [{ tool: '*' }] }), mayUse: (name) => name === 'fs/read' });
    expect([toolsOf(minted), minted.leftOut]).toEqual([['fs/read'], []]);
  });

  test('tools of an upstream whose name only begins like the one of the type', () => {
    const profiles = [readFile, tool('fs2/read', ['read']), tool('f/s/read', ['read'])];
    expect(toolsOf(mint({ profiles, type: type({ grants: [{ tool: 'fs/*' }] }) }))).toEqual(['fs/read']);
    expect(toolsOf(mint({ profiles, type: type({ grants: [{ tool: 'fs/rea' }] }) }))).toEqual([]);
  });

  test('a tool that can do more than the grant of its type', () => {
    const minted = mint({ type: type({ grants: [{ tool: 'web/*', effects: ['read', 'egress'] }] }) });
    expect(toolsOf(minted)).toEqual(['web/fetch']);
    expect(minted.leftOut).toEqual([{ tool: 'web/download', why: 'effects' }]);
  });

  test('a tool that it names and that its type does not have', () => {
    const minted = mint({
      type: type({ grants: [{ tool: 'fs/read' }] }),
      context: { tools: ['mail/send', 'fs/read'] },
    });
    expect(toolsOf(minted)).toEqual(['fs/read']);
    expect(minted.leftOut).toEqual([{ tool: 'mail/send', why: 'type' }]);
  });

  test('more time than its type has', () => {
    expect(mint({ context: { seconds: 86_400 } }).expiresAt).toBe(NOW + 600_000);
    expect(mint({ context: { seconds: 60 } }).expiresAt).toBe(NOW + 60_000);
    expect(mint().expiresAt).toBe(NOW + 600_000);
  });
});

describe('the mission’s resources', () => {
  test('come as its scopes, and as grants of the tools that can be held to them', () => {
    const minted = mint({ context: { resources: everyResource } });
    expect(minted.scopes).toEqual({
      read: ['files:/tmp/'],
      write: ['files:/tmp/'],
      execute: ['sandboxed_code', 'network:https://api.example.com/'],
    });
    expect(toolsOf(minted)).toEqual(['fs/read', 'fs/write', 'fs/copy', 'web/fetch', 'web/download', 'code/run']);
    expect(minted.notGiven).toEqual([]);
  });

  test('hold paths and addresses as programs read them', () => {
    const { grants } = mint({ context: { resources: everyResource } });
    const paths = [
      '/tmp/a',
      '/tmp/a/../b',
      '/tmp/../etc/passwd',
      '/tmpx/a',
      '/etc/passwd',
      'a',
      '',
      ['/tmp/a', '/etc/b'],
    ];
    const right = [true, true, false, false, false, false, false, false];
    for (const [name, path] of [
      ['fs/read', 'path'],
      ['fs/write', 'path'],
      ['fs/copy', 'to'],
      ['web/download', 'to'],
    ] as const) {
      expect(paths.map((value) => fits(grants, name, path, value))).toEqual(right);
    }
    const urls = ['https://api.example.com/v1', 'https://api.example.com@evil.example/', 'http://api.example.com/'];
    expect(urls.map((value) => fits(grants, 'web/fetch', 'url', value))).toEqual([true, false, false]);
    expect(fits(grants, 'fs/read', 'path', undefined)).toBe(false);
  });

  test('give a guest no writing, and no execution but in the sandbox, whatever the type says', () => {
    const generous = type({ grants: [{ tool: '*' }], pinned: false });
    const minted = mint({ type: generous, role: 'guest', context: { resources: everyResource } });
    expect(minted.scopes).toEqual({ read: ['files:/tmp/'], write: [], execute: ['sandboxed_code'] });
    expect(new Set(toolsOf(minted))).toEqual(new Set(['fs/read', 'code/run', 'clock/now']));
    expect(minted.notGiven).toEqual([
      { asked: 'file_access', why: 'role' },
      { asked: 'network_access', why: 'role' },
    ]);
    expect(minted.leftOut).toContainEqual({ tool: 'fs/write', why: 'role' });
  });

  test('give a guest what the configuration says instead, where it says something', () => {
    const generous = type({ grants: [{ tool: '*' }] });
    expect(toolsOf(mint({ type: generous, role: 'guest', ceiling: ['read', 'write'] }))).toContain('fs/write');
    expect(toolsOf(mint({ type: generous, ceiling: [] }))).toEqual([]);
  });

  test('say so when the network stands for nothing, and when the type does not have it', () => {
    const noNetwork = type({ scopes: defaultScopes(everyResource) });
    const asked = { resources: ['network_access'] as const };
    expect(mint({ type: noNetwork, context: asked }).notGiven).toEqual([{ asked: 'network_access', why: 'type' }]);
    const onlyFiles = type({ resources: ['file_access'] });
    const minted = mint({ type: onlyFiles, context: { resources: everyResource } });
    expect(minted.scopes.execute).toEqual([]);
    expect(minted.notGiven.map(({ asked: one }) => one)).toEqual(['code_execution', 'network_access']);
  });

  test('let other sinks be used only with values that are pinned', () => {
    const chmod = tool('fs/share', ['write'], { path: 'path', mode: 'permission' });
    const { grants } = mint({
      profiles: [chmod],
      context: { resources: ['file_access'] },
      type: type({ pinned: false }),
    });
    expect(grants).toMatchObject([{ integrity: { mode: ['user', 'trusted'] }, otherArgs: 'plain' }]);
    expect(grants[0]?.integrity).not.toHaveProperty('path');
    const loose = mint({ profiles: [chmod], context: { resources: ['file_access'] }, pin: () => ({}) });
    expect(loose.grants[0]).toMatchObject({ otherArgs: 'plain' });
    expect(loose.grants[0]?.args).not.toHaveProperty('mode');
  });

  test('do not give tools that are sent elsewhere, run outside the sandbox, or read and write beyond both lists', () => {
    const split = type({ scopes: { read: ['files:/in/'], write: ['files:/out/'], execute: [] } });
    expect(toolsOf(mint({ type: split, context: { resources: everyResource } }))).toEqual(['fs/read', 'fs/write']);
  });
});

describe('scopes that a task asks for', () => {
  test('narrow what its resources stand for', () => {
    const { scopes, grants } = mint({ context: { scopes: { read: ['files:/tmp/a/'] } } });
    expect(scopes).toEqual({ read: ['files:/tmp/a/'], write: [], execute: [] });
    expect(['/tmp/a/x', '/tmp/b'].map((value) => fits(grants, 'fs/read', 'path', value))).toEqual([true, false]);
  });

  test('do not widen it: of a folder above comes what the type has', () => {
    const { scopes, notGiven } = mint({
      context: { scopes: { read: ['files:/'], execute: ['network:https://evil.example/'] } },
    });
    expect(scopes).toEqual({ read: ['files:/tmp/'], write: [], execute: [] });
    expect(notGiven).toEqual([
      { asked: 'files:/', why: 'type' },
      { asked: 'network:https://evil.example/', why: 'type' },
    ]);
  });

  test('also bound the tools that the type gives anyway', () => {
    const open = type({ grants: [{ tool: 'fs/*' }, { tool: 'shell/*' }, { tool: 'clock/*' }], pinned: false });
    const minted = mint({ type: open, context: { scopes: { read: ['files:/srv/a/'], write: [], execute: [] } } });
    expect(toolsOf(minted)).toEqual(['fs/read', 'clock/now']);
    expect(fits(minted.grants, 'fs/read', 'path', '/srv/b')).toBe(false);
    expect(fits(minted.grants, 'fs/read', 'path', '/srv/a/b')).toBe(true);
    expect(minted.leftOut).toContainEqual({ tool: 'shell/run', why: 'scopes' });
  });
});

describe('a grant', () => {
  test('is pinned to the definition of its tool, and to where values come from', () => {
    const { grants } = mint({ type: type({ grants: [{ tool: 'mail/send' }], onDeny: 'ask' }) });
    expect(grants).toEqual([
      {
        id: 'g1',
        tool: 'mail/send',
        definition: 'hash of mail/send',
        effects: ['egress'],
        integrity: { to: ['user', 'trusted'], cc: ['user', 'trusted'] },
        otherArgs: 'plain',
        onDeny: 'ask',
      },
    ]);
  });

  test('does not admit a sink that its type leaves out, though it is pinned', () => {
    const grants = [{ tool: 'mail/send', args: { to: { emailDomain: ['example.com'] } } }];
    expect(mint({ type: type({ grants }) }).grants).toMatchObject([
      { args: { to: { emailDomain: ['example.com'] } }, integrity: { to: ['user', 'trusted'] }, otherArgs: 'plain' },
    ]);
    expect(mint({ type: type({ grants }) }).grants[0]?.integrity).not.toHaveProperty('cc');
  });

  test('takes what its type says of where a value comes from in place of pinning', () => {
    const grants = [{ tool: 'mail/send', integrity: { to: ['untrusted' as const] }, otherArgs: 'any' as const }];
    expect(mint({ type: type({ grants }) }).grants[0]?.integrity).toEqual({
      to: ['untrusted'],
      cc: ['user', 'trusted'],
    });
  });

  test('is asked about at every call where the request asks for no such deed, unless its type says otherwise', () => {
    const asking: MintRequest['pin'] = () => ({ otherArgs: 'any', onDeny: 'ask', alwaysAsk: true });
    const grants = [{ tool: 'fs/write' }, { tool: 'mail/send', alwaysAsk: false }];
    expect(mint({ type: type({ grants }), pin: asking }).grants).toMatchObject([
      { tool: 'fs/write', alwaysAsk: true, onDeny: 'deny' },
      { tool: 'mail/send', alwaysAsk: false, onDeny: 'deny' },
    ]);
  });

  test('carries the bounds of its type', () => {
    const template = {
      tool: 'fs/*',
      uses: 3,
      budgets: [{ kind: 'count' as const, max: 2, perSeconds: 60 }],
      alwaysAsk: true,
      secondFactor: true,
      onDeny: 'ask' as const,
    };
    const { grants } = mint({ type: type({ grants: [template] }), context: { tools: ['fs/read'] } });
    const { tool: _, ...bounds } = template;
    expect(grants).toMatchObject([bounds]);
  });

  test('never carries more effects than its tool has', () => {
    for (const { effects } of mint({ type: type({ grants: [{ tool: '*', effects: [...allEffects] }] }) }).grants) {
      expect(effects.length).toBeLessThan(4);
    }
  });
});

describe('a part of a task', () => {
  const parentOf = (grants: readonly TaskGrant[], changes: Partial<Task> = {}): Task => ({
    id: 't1',
    type: 'work',
    principal: 'p',
    role: 'user',
    openedAt: NOW,
    expiresAt: NOW + 1_000,
    epoch: 1,
    status: 'open',
    grants,
    ...changes,
  });
  const parentGrant: TaskGrant = {
    id: 'p1',
    tool: 'fs/read',
    definition: 'hash of fs/read',
    effects: ['read'],
    args: { path: { each: { subpath: ['/tmp/a'] } } },
    uses: 2,
    alwaysAsk: true,
    expiresAt: NOW + 500,
  };
  const open = type({ grants: [{ tool: '*' }], pinned: false, onDeny: 'ask' });

  test('gets nothing that it does not ask for by name', () => {
    expect(mint({ type: open, parent: parentOf([parentGrant]) }).grants).toEqual([]);
  });

  test('gets nothing that its parent does not have, or has as another definition', () => {
    const asked = { tools: ['fs/read', 'mail/send'] };
    const minted = mint({ type: open, context: asked, parent: parentOf([{ ...parentGrant, definition: 'older' }]) });
    expect(minted.grants).toEqual([]);
    expect(minted.leftOut).toEqual([
      { tool: 'fs/read', why: 'parent' },
      { tool: 'mail/send', why: 'parent' },
    ]);
  });

  test('is cut to every bound of the parent’s grant', () => {
    const minted = mint({ type: open, context: { tools: ['fs/read'] }, parent: parentOf([parentGrant]) });
    expect(minted.grants).toEqual([
      {
        id: 'g1',
        tool: 'fs/read',
        definition: 'hash of fs/read',
        effects: ['read'],
        args: { path: { each: { subpath: ['/tmp/a'] } } },
        otherArgs: 'plain',
        uses: 2,
        alwaysAsk: true,
        expiresAt: NOW + 500,
        onDeny: 'deny',
        parent: 'p1',
      },
    ]);
    expect(minted.expiresAt).toBe(NOW + 1_000);
  });

  test('gets the narrower of two folders, and nothing of two that have nothing in common', () => {
    const part = (folder: string) =>
      mint({
        type: type(),
        context: { scopes: { read: [`files:${folder}`] } },
        parent: parentOf([parentGrant]),
      }).grants.map(({ args }) => args?.['path']?.each?.subpath);
    expect(part('/tmp/')).toEqual([['/tmp/a']]);
    expect(part('/tmp/a/b/')).toEqual([['/tmp/a/b']]);
    expect(part('/tmp/b/')).toEqual([]);
  });

  test.each([
    ['has ended', { status: 'revoked' as const }],
    ['is over', { expiresAt: NOW }],
  ])('gets nothing of a parent that %s', (_what, changes) => {
    const minted = mint({ type: open, context: { tools: ['fs/read'] }, parent: parentOf([parentGrant], changes) });
    expect(minted.grants).toEqual([]);
  });
});
