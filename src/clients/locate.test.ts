import { describe, expect, it } from 'vitest';
import { clientNamed, clients } from './catalog.ts';
import { pathsOf, type Surroundings } from './locate.ts';

const linux: Surroundings = { platform: 'linux', env: {}, home: '/home/u', project: '/srv/p' };
const darwin: Surroundings = { ...linux, platform: 'darwin', home: '/Users/u' };
const win32: Surroundings = { platform: 'win32', env: {}, home: 'C:\\Users\\u', project: 'D:\\p' };

function first(id: string, surroundings: Surroundings, scope = 'user'): string | undefined {
  const files = clientNamed(id)?.files.filter((file) => file.scope === scope && file.readOnly !== true) ?? [];
  return files.flatMap((file) => pathsOf(file, surroundings))[0];
}

describe('the place of a file', () => {
  it.each([
    ['claude-desktop', linux, '/home/u/.config/Claude/claude_desktop_config.json'],
    ['claude-desktop', darwin, '/Users/u/Library/Application Support/Claude/claude_desktop_config.json'],
    ['claude-desktop', win32, 'C:\\Users\\u\\AppData\\Roaming\\Claude\\claude_desktop_config.json'],
    ['cursor', win32, 'C:\\Users\\u\\.cursor\\mcp.json'],
    ['goose', win32, 'C:\\Users\\u\\AppData\\Roaming\\Block\\goose\\config\\config.yaml'],
    ['goose', darwin, '/Users/u/.config/goose/config.yaml'],
    ['codex', linux, '/home/u/.codex/config.toml'],
  ])('of %s is that of the system', (id, surroundings, path) => {
    expect(first(id, surroundings)).toBe(path);
  });

  it('of a project is below the project', () => {
    expect(first('vscode', linux, 'project')).toBe('/srv/p/.vscode/mcp.json');
    expect(first('vscode', win32, 'project')).toBe('D:\\p\\.vscode\\mcp.json');
  });

  it.each([
    ['CODEX_HOME', '/x', 'codex', '/x/config.toml'],
    ['CLINE_MCP_SETTINGS_PATH', '/x/y.json', 'cline', '/x/y.json'],
    ['MCP_CATALOG_PATH', '/x/y.json', 'inspector', '/x/y.json'],
    ['OPENCODE_CONFIG', '/x/y.json', 'opencode', '/x/y.json'],
    ['XDG_CONFIG_HOME', '/x', 'zed', '/x/zed/settings.json'],
  ])('follows %s', (name, value, id, path) => {
    expect(first(id, { ...linux, env: { [name]: value } })).toBe(path);
  });

  it('is not somewhere else too when a variable names it', () => {
    const [file] = clientNamed('codex')?.files ?? [];
    expect(pathsOf(file ?? { paths: [] }, { ...linux, env: { CODEX_HOME: '/x' } })).toEqual(['/x/config.toml']);
  });

  it('does not follow an empty or relative variable', () => {
    expect(first('zed', { ...linux, env: { XDG_CONFIG_HOME: '' } })).toBe('/home/u/.config/zed/settings.json');
    expect(first('zed', { ...linux, env: { XDG_CONFIG_HOME: 'a' } })).toBe('/home/u/.config/zed/settings.json');
  });
});

describe('the catalogue', () => {
  it('has twenty clients, each with an id of its own and a file to write on every system', () => {
    expect(clients).toHaveLength(20);
    expect(new Set(clients.map(({ id }) => id)).size).toBe(20);
    for (const { id } of clients)
      for (const system of [linux, darwin, win32])
        expect({ id, path: first(id, system) }).toEqual({ id, path: expect.any(String) });
  });
});
