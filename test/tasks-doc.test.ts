import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { Effect, SinkKind, ToolProfile } from '../src/policy/tool/tool-profile.ts';
import { calculateMinimalPermissions } from '../src/policy/task/calculate-minimal-permissions.ts';
import { parseTaskContext } from '../src/policy/task/task-context.ts';
import { taskTypesOf } from '../src/policy/task/task-types.ts';
import { load, TLS } from './config.ts';

const doc = readFileSync(new URL('../docs/tasks.md', import.meta.url), 'utf8');

/** The first block of a language. */
function block(language: string): string {
  return doc.split(`\`\`\`${language}\n`)[1]?.split('```')[0] ?? '';
}

const tool = (name: string, effects: readonly Effect[], sinks: Record<string, SinkKind> = {}): ToolProfile => ({
  tool: name,
  hash: name,
  effects,
  sinks,
  output: 'untrusted',
  sandboxed: false,
});

const profiles = [
  tool('mail/search', ['read']),
  tool('mail/read', ['read']),
  tool('mail/send', ['egress'], { to: 'recipient' }),
  tool('mail/delete', ['write'], { id: 'target' }),
  tool('files/read_file', ['read'], { path: 'path' }),
  tool('files/write_file', ['write'], { path: 'path' }),
  tool('files/delete_file', ['write'], { path: 'path' }),
];

async function minted(context: unknown) {
  const { config } = await load(`${TLS}${block('yaml')}`);
  const { types, defaults } = taskTypesOf(config.permissions);
  const parsed = parseTaskContext(context);
  const type = types.get(parsed.type ?? defaults.get('assistant') ?? '');
  expect(type).toBeDefined();
  if (type === undefined) return [];
  const { grants } = calculateMinimalPermissions({
    type,
    context: parsed,
    role: 'assistant',
    profiles,
    mayUse: () => true,
    pin: () => ({ integrity: { to: ['user'] }, otherArgs: 'any' }),
    now: 0,
    newId: () => 'g',
  });
  return grants;
}

describe('the example of the page on tasks', () => {
  it('gives who opens no task what reads mail', async () => {
    expect((await minted({})).map((grant) => grant.tool)).toEqual(['mail/search', 'mail/read']);
  });

  it('gives the task of the report what the page says', async () => {
    const grants = await minted(JSON.parse(block('json')));
    const named = ['mail/search', 'mail/read', 'mail/send', 'files/read_file', 'files/write_file'];
    expect(grants.map((grant) => grant.tool)).toEqual(named);
    const [, , send, read, write] = grants;
    expect(read?.args).toEqual({ path: { each: { subpath: ['/srv/reports', '/srv/templates'] } } });
    expect(write?.args).toEqual({ path: { each: { subpath: ['/srv/reports'] } } });
    expect(send).toMatchObject({ integrity: { to: ['user'] }, otherArgs: 'none', uses: 10, onDeny: 'ask' });
  });
});
