import { describe, expect, test } from 'vitest';
import { mcpServersSettings, serverSettings } from './settings.ts';

const server = (settings: object) => serverSettings.safeParse(settings).success;

describe('server', () => {
  test.each([
    { host: 'example.com' },
    { host: '::1' },
    { port: 0 },
    { public_url: 'https://mcp.example.com/base' },
    { allowed_hosts: ['mcp.example.com', 'localhost:8443', '[::1]:8443', '10.0.0.1'] },
    { allowed_origins: ['https://app.example.com', 'http://localhost:3000', 'vscode-webview://abc'] },
  ])('accepts %j', (settings) => expect(server(settings)).toBe(true));

  test.each([
    { host: '' },
    { host: 'a b' },
    { host: 'https://a.example' },
    { port: 65_536 },
    { port: '8443' },
    { public_url: 'http://mcp.example.com' },
    { public_url: 'https://user:pass@mcp.example.com' },
    { public_url: 'https://mcp.example.com/?a=b' },
    { allowed_hosts: ['*'] },
    { allowed_hosts: ['https://a.example'] },
    { allowed_origins: ['*'] },
    { allowed_origins: ['https://*.example.com'] },
    { allowed_origins: ['https://app.example.com/'] },
    { allowed_origins: ['null'] },
    { tls_min_version: 'TLSv1.1' },
    { max_body_bytes: 0 },
  ])('refuses %j', (settings) => expect(server(settings)).toBe(false));

  test('writes hosts and origins as browsers send them', () => {
    const { allowed_hosts, allowed_origins } = serverSettings.parse({
      allowed_hosts: ['MCP.Example.com'],
      allowed_origins: ['HTTPS://App.Example.com:443'],
    });
    expect(allowed_hosts).toEqual(['mcp.example.com']);
    expect(allowed_origins).toEqual(['https://app.example.com']);
  });
});

const upstream = (entry: object) => mcpServersSettings.safeParse({ a: entry });

describe('mcpServers', () => {
  test.each([
    [{ command: 'npx' }, 'stdio'],
    [{ command: 'npx', type: 'stdio', shared: true }, 'stdio'],
    [{ url: 'https://a.example/mcp' }, 'http'],
    [{ url: 'https://a.example/mcp', type: 'streamable-http' }, 'http'],
    [{ url: 'https://a.example/mcp', type: 'streamableHttp' }, 'http'],
    [{ url: 'https://a.example/sse', type: 'sse' }, 'sse'],
    [{ command: 'npx', url: 'http://127.0.0.1:${port}/mcp', args: ['--port', '${port}'] }, 'http'],
  ])('%j is an upstream of type %s', (entry, type) => {
    expect(upstream(entry).data?.['a']).toMatchObject({ type });
  });

  test.each([
    {},
    { command: '' },
    { command: 'a\0b' },
    { type: 'stdio', url: 'https://a.example' },
    { type: 'stdio', command: 'a', url: 'https://a.example' },
    { type: 'http', command: 'a' },
    { type: 'sse' },
    { url: 'ftp://a.example' },
    { url: 'file:///etc/passwd' },
    { url: 'https://user:pass@a.example' },
    { url: 'http://127.0.0.1:${port}/mcp' },
    { url: 'https://a.example', shared: true },
    { url: 'https://a.example', headers: { 'X Y': 'a' } },
    { url: 'https://a.example', headers: { X: 'a\r\nY: b' } },
    { url: 'https://a.example', headers: { Host: 'b.example' } },
    { url: 'https://a.example', headers: { 'content-length': '5' } },
    { command: 'a', env: { 'A=B': 'c' } },
    { command: 'a', env: { A: 5 } },
    { command: 'a', requestTimeoutSeconds: 0 },
    { command: 'a', envPassthrough: ['A=B'] },
    { command: 'a', autoApprove: ['*'] },
  ])('%j is refused', (entry) => expect(upstream(entry).success).toBe(false));

  const names = (...list: string[]) =>
    mcpServersSettings.safeParse(Object.fromEntries(list.map((name) => [name, { command: 'a' }]))).success;
  test.each([['a'], ['A-b_c9'], ['a'.repeat(32)], ['ab', 'ac'], ['constructor']])(
    'accepts the names %s %s',
    (...list) => {
      expect(names(...list.filter((name) => typeof name === 'string'))).toBe(true);
    },
  );
  test.each([[''], ['9a'], ['-a'], ['a b'], ['a/b'], ['../a'], ['a__b'], ['a'.repeat(33)], ['é'], ['a_b', 'A-B']])(
    'refuses the names %j %j',
    (...list) => {
      expect(names(...list.filter((name) => typeof name === 'string'))).toBe(false);
    },
  );
});
