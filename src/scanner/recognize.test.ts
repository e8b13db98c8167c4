import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { recognize } from './recognize.ts';

describe('what a file is', () => {
  it.each([
    ['config.yaml', 'mcp_server: https://a.example\napi_key: k\n', 'scan-config'],
    ['scan.yaml', 'targets:\n  - kind: host\n', 'scan-config'],
    ['merlon.yaml', 'server: { port: 443 }\n', 'server-config'],
    ['merlon.yaml', 'logging: { level: INFO }\nmcpServers: {}\n', 'server-config'],
    ['.mcp.json', '{"mcpServers":{}}', 'client-config'],
    ['mcp.json', '// note\n{"servers":{}}', 'client-config'],
    ['config.toml', '[mcp_servers.a]\ncommand = "x"\n', 'client-config'],
    ['server.json', '{"name":"io.example/x","packages":[]}', 'manifest'],
    ['manifest.json', '{"manifest_version":"0.3"}', 'manifest'],
    ['a.mcpb', 'PK', 'manifest'],
    ['tools.json', '{"tools":[]}', 'tools'],
    ['tools.json', '{"jsonrpc":"2.0","id":1,"result":{"tools":[]}}', 'tools'],
    ['tools.jsonl', '{"tools":[]}\n{"tools":[]}\n', 'tools'],
    ['other.json', '{"a":1}', undefined],
    ['broken.json', '{', undefined],
  ])('%s', (file, text, kind) => {
    expect(recognize(text, file)).toBe(kind);
  });

  it('never throws', () => {
    fc.assert(
      fc.property(fc.string(), fc.constantFrom('a.json', 'a.yaml', 'a.toml', 'a'), (text, file) => {
        expect(() => recognize(text, file)).not.toThrow();
      }),
    );
  });
});
