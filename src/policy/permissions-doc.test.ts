import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { decide, defineRole } from './decide.ts';
import { endpointNeeds, type MethodNeed, methodNeeds, operationOf } from './operation.ts';
import { formatPermission, kinds, parsePermission } from './permission.ts';

const doc = readFileSync(new URL('../../docs/permissions.md', import.meta.url), 'utf8');

/** The rows of the first table under a heading, header left out, backticks kept. */
function table(heading: string): string[][] {
  const section = doc.split(/^## /m).find((part) => part.startsWith(heading)) ?? '';
  const lines = section.split('\n').filter((line) => line.startsWith('|'));
  return lines.slice(2).map((line) =>
    line
      .slice(1, -1)
      .split('|')
      .map((cell) => cell.trim()),
  );
}

const code = (text: string): string => `\`${text}\``;

test('the table of kinds lists every kind, in order', () => {
  expect(table('Grammar').map(([kind]) => kind)).toEqual(kinds.map(code));
});

test('the table of methods is the table that decides', () => {
  const placeholder = (need: MethodNeed): string => {
    if (need.argument === undefined) return code(`${need.action}:${need.kind}`);
    if (need.argument === 'ref') return '`read:prompt/UP/NAME` or `read:resource/UP/URI`, after its `ref`';
    return code(`${need.action}:${need.kind}/UP/${need.argument.toUpperCase()}`);
  };
  const expected = [...methodNeeds].map(([method, need]) => [code(method), placeholder(need)]);
  expect(table('What each MCP method needs')).toEqual([
    ...expected,
    ['`notifications/…`', '`read:info`'],
    ['anything else', '`execute:method/UP/METHOD`'],
  ]);
});

test('the table of endpoints is the table that decides', () => {
  const expected = Object.entries(endpointNeeds).map(([path, need]) => [
    code(path),
    typeof need === 'string' ? need : code(formatPermission(need)),
  ]);
  expect(table('What each management endpoint needs')).toEqual(expected);
});

test('every permission shown parses', () => {
  const shown = table('What a permission allows').map(([cell = '']) => cell.slice(1, -1));
  expect(shown.length).toBeGreaterThan(8);
  for (const text of shown) expect(formatPermission(parsePermission(text))).toBe(text);
});

test('the examples allow what the table says, and not their neighbours', () => {
  const call = (upstream: string, name: string) => operationOf('tools/call', { name }, upstream);
  const may = (text: string, operation: ReturnType<typeof call>) => decide(defineRole('r', [text]), operation).allowed;
  expect(may('read:*', operationOf('prompts/get', { name: 'p' }, 'x'))).toBe(true);
  expect(may('read:*', { action: 'read', kind: 'audit' })).toBe(true);
  expect(may('read:*', call('filesystem', 'read_file'))).toBe(false);
  expect(may('execute:tool', call('filesystem', 'read_file'))).toBe(true);
  expect(may('execute:tool/filesystem', call('filesystem2', 'read_file'))).toBe(false);
  expect(may('execute:tool/filesystem/read_file', call('filesystem', 'read_file_2'))).toBe(false);
  expect(may('execute:method/everything/tasks/get', operationOf('tasks/get', {}, 'everything'))).toBe(true);
});
