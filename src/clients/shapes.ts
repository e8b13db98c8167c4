import type { HttpKeys, Shape, StdioKeys } from './client.ts';

const STDIO: StdioKeys = { command: 'command', args: 'args', env: 'env' };
const HEADERS = ['headers'] as const;

/** `mcpServers` as most clients have it; what differs is given. */
export function mcpServers(differing: Partial<Shape>): Shape {
  return {
    root: ['mcpServers'],
    collection: 'map',
    stdio: STDIO,
    disabled: { key: 'disabled', when: true },
    ...differing,
  };
}

/** An address under `url`, with the given value of `type` if any. */
export function at(type?: string, url = 'url'): HttpKeys {
  return { ...(type === undefined ? {} : { type }), url, headers: HEADERS };
}

/** `type: stdio` with the usual keys. */
export const typedStdio: StdioKeys = { ...STDIO, type: 'stdio' };

/** VS Code. */
export const vscode: Shape = {
  root: ['servers'],
  collection: 'map',
  stdio: typedStdio,
  http: at('http'),
  sse: at('sse'),
};

/** Zed, within its settings. */
export const zed: Shape = {
  root: ['context_servers'],
  collection: 'map',
  stdio: STDIO,
  http: at(),
  disabled: { key: 'enabled', when: false },
};

/** Codex: TOML, `[mcp_servers.NAME]`. */
export const codex: Shape = {
  root: ['mcp_servers'],
  collection: 'map',
  stdio: { ...STDIO, envNames: 'env_vars' },
  http: { url: 'url', headers: ['http_headers'] },
  disabled: { key: 'enabled', when: false },
};

/** opencode, and Kilo Code since it is built on it: a command is one list. */
export const opencode: Shape = {
  root: ['mcp'],
  collection: 'map',
  stdio: { type: 'local', command: 'command', env: 'environment', always: { enabled: true } },
  http: { ...at('remote'), always: { enabled: true } },
  disabled: { key: 'enabled', when: false },
};

/** Continue: a list, and headers under `requestOptions`. */
export const continueDev: Shape = {
  root: ['mcpServers'],
  collection: 'list',
  named: true,
  stdio: STDIO,
  http: { type: 'streamable-http', url: 'url', headers: ['requestOptions', 'headers'] },
  sse: { type: 'sse', url: 'url', headers: ['requestOptions', 'headers'] },
};

const GOOSE = { enabled: true, description: 'Merlon', timeout: 300 } as const;

/** Goose: `extensions`, of which those built in are none of ours. */
export const goose: Shape = {
  root: ['extensions'],
  collection: 'map',
  named: true,
  stdio: { type: 'stdio', command: 'cmd', args: 'args', env: 'envs', envNames: 'env_keys', always: GOOSE },
  http: { type: 'streamable_http', url: 'uri', headers: HEADERS, always: GOOSE },
  sse: { type: 'sse', url: 'uri', headers: HEADERS },
  disabled: { key: 'enabled', when: false },
  ignoredTypes: ['builtin', 'platform', 'frontend', 'inline_python'],
};
