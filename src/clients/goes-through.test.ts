import { describe, expect, it } from 'vitest';
import { type Own, throughMerlon, unwrapped } from './goes-through.ts';
import { readServers } from './read.ts';
import { at, mcpServers } from './shapes.ts';

function entryOf(entry: Record<string, unknown>, name = 'x') {
  const text = JSON.stringify({ mcpServers: { [name]: entry } });
  const [found] = readServers(text, { format: 'json', shape: mcpServers({ http: at() }) }).entries;
  if (found === undefined) throw new Error('no entry');
  return found;
}

function start(command: string, ...args: string[]) {
  return entryOf({ command, args });
}

const own: Own = { program: '/opt/m/main.js' };

describe('a server goes through Merlon', () => {
  it.each([
    ['merlon', ['wrap', '--', 'x'], 'wrap'],
    ['/usr/local/bin/merlon', ['stdio', 'files', '-c', 'merlon.yaml'], 'stdio'],
    ['C:\\npm\\merlon.cmd', ['wrap', '--', 'x'], 'wrap'],
    ['/opt/bin/node', ['/opt/m/main.js', 'wrap', '--', 'x'], 'wrap'],
    ['node.exe', ['C:\\npm\\node_modules\\merlon\\dist\\cli\\main.js', 'stdio', 'x'], 'stdio'],
  ])('when %s %j is started: %s', (command, args, expected) => {
    expect(throughMerlon(start(command, ...args), own)).toBe(expected);
  });

  it.each([
    ['merlon', ['serve']],
    ['merlon', []],
    ['npx', ['merlon', 'wrap', '--', 'x']],
    ['sh', ['-c', 'merlon wrap -- x']],
    ['node', ['/tmp/main.js', 'wrap', '--', 'x']],
    ['merlon-evil', ['wrap', '--', 'x']],
  ])('not when %s %j is started', (command, args) => {
    expect(throughMerlon(start(command, ...args), own)).toBeUndefined();
  });

  it.each([
    [{ headers: { authorization: 'Bearer ${env:MERLON_API_KEY}' } }, 'x', 'http'],
    [{ headers: { Authorization: 'Bearer merlon_kydr5wod_x' } }, 'x', 'http'],
    [{ bearer_token_env_var: 'MERLON_API_KEY' }, 'x', 'http'],
    [{}, 'merlon-files', 'http'],
    [{}, 'merlons', undefined],
    [{ headers: { Authorization: 'Bearer ${env:NOT_MERLON_API_KEY}' } }, 'x', undefined],
    [{ headers: { 'X-Other': 'Bearer ${env:MERLON_API_KEY}' } }, 'x', undefined],
  ])('when it is reached with %j as %s: %s', (more, name, expected) => {
    expect(throughMerlon(entryOf({ url: 'https://a.example/mcp', ...more }, name))).toBe(expected);
  });

  it('when it is reached at the address of a known gateway', () => {
    const entry = entryOf({ url: 'https://a.example/mcp' });
    expect(throughMerlon(entry, { urls: ['https://a.example/mcp'] })).toBe('http');
  });
});

describe('what was wrapped', () => {
  it('is what stands after the first two dashes', () => {
    expect(unwrapped(start('merlon', 'wrap', '--name', 'a', '--', 'x', '--', 'y'))).toEqual({
      command: 'x',
      args: ['--', 'y'],
    });
  });

  it.each([
    ['merlon', 'wrap', 'x'],
    ['merlon', 'wrap', '--'],
    ['merlon', 'stdio', '--', 'x'],
    ['x', 'wrap', '--', 'y'],
  ])('is nothing in %s %s %s', (command, ...args) => {
    expect(unwrapped(start(command, ...args))).toBeUndefined();
  });
});
