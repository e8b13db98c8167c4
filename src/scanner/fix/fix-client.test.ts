import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { codeOf } from '../../../test/error-of.ts';
import { clientNamed } from '../../clients/catalog.ts';
import { readTree } from '../../clients/read-tree.ts';
import { MerlonError } from '../../kernel/errors.ts';
import { shapeOf } from '../collect/client/client-shape.ts';
import { readClientFacts } from '../collect/client/read-client.ts';
import { type FixableCheck, fixableChecks, fixClient, type FixOptions, type FixTarget } from './fix-client.ts';

const RANDOM = 'k7Qz93mXw0aLs82PtRv5';
const VERSIONS: Readonly<Record<string, string>> = { '@acme/x': '1.2.3', y: '2.0.0' };

const options: FixOptions = {
  only: fixableChecks.filter((check) => check !== 'client-behind-gateway'),
  versionOf: (name) => (Object.hasOwn(VERSIONS, name) ? VERSIONS[name] : undefined),
  merlon: { command: 'merlon', args: [] },
};

function target(text: string, id: string, format: FixTarget['format']): FixTarget {
  return { file: 'file', format, shape: shapeOf(readTree(text, format).tree, id, format), client: clientNamed(id) };
}

function fixed(text: string, id: string, format: FixTarget['format'] = 'jsonc', only?: FixableCheck) {
  const of = only === undefined ? options : { ...options, only: [only] };
  return fixClient(text, target(text, id, format), of);
}

function one(entry: object, id = 'cursor') {
  const text = JSON.stringify({ mcpServers: { a: entry } });
  const { text: after, ...notes } = fixed(text, id);
  return { entry: (JSON.parse(after) as { mcpServers: { a: unknown } }).mcpServers.a, ...notes };
}

describe('approvals', () => {
  it('are emptied, and nothing else changes', () => {
    const text =
      '{\n  // mine\n  "mcpServers": {\n    "a": { "command": "x", "autoApprove": ["*"], "trust": true }\n  }\n}\n';
    expect(fixed(text, 'cursor').text).toBe(text.replace('["*"]', '[]').replace('"trust": true', '"trust": false'));
  });

  it('for all servers are switched off', () => {
    expect(fixed('{"enableAllProjectMcpServers":true}', 'claude-code').text).toBe(
      '{"enableAllProjectMcpServers":false}',
    );
  });
});

describe('a package', () => {
  it.each([
    ['npx', ['-y', '@acme/x', '/data'], ['-y', '@acme/x@1.2.3', '/data']],
    ['npx', ['-y', '@acme/x@latest'], ['-y', '@acme/x@1.2.3']],
    ['npx', ['--package=@acme/x', 'cmd'], ['--package=@acme/x@1.2.3', 'cmd']],
    ['cmd', ['/c', 'npx', '-y', 'y'], ['/c', 'npx', '-y', 'y@2.0.0']],
    ['uvx', ['y[all]>=1'], ['y[all]==2.0.0']],
    ['uvx', ['--from', 'y', 'y-server'], ['--from', 'y==2.0.0', 'y-server']],
    ['merlon', ['wrap', '--', 'npx', 'y'], ['wrap', '--', 'npx', 'y@2.0.0']],
  ])('of %s %j is pinned', (command, args, pinned) => {
    expect(one({ command, args }).entry).toEqual({ command, args: pinned });
  });

  it.each([
    ['npx', ['-y', 'unknown']],
    ['docker', ['run', 'mcp/x']],
    ['npx', ['z@npm:y']],
    ['bash', ['-c', 'npx y']],
  ])('of %s %j is left, and that is said', (command, args) => {
    const { entry, done, left } = one({ command, args });
    expect(entry).toEqual({ command, args });
    expect(done).toEqual([]);
    expect(left).toHaveLength(1);
  });

  it('is pinned where the command is a list, and in TOML and YAML', () => {
    expect(fixed('{"mcp":{"a":{"type":"local","command":["npx","y"]}}}', 'opencode').text).toContain('"y@2.0.0"');
    expect(fixed('[mcp_servers.a]\ncommand = "npx"\nargs = ["-y", "y"] # why\n', 'codex', 'toml').text).toBe(
      '[mcp_servers.a]\ncommand = "npx"\nargs = ["-y", "y@2.0.0"] # why\n',
    );
    expect(fixed('mcpServers:\n  - name: a\n    command: npx\n    args: [y]\n', 'continue', 'yaml').text).toContain(
      'y@2.0.0',
    );
  });
});

describe('a credential', () => {
  const after = (text: string, id: string, format: FixTarget['format'] = 'jsonc') => {
    const result = fixed(text, id, format);
    expect(JSON.stringify([result.done, result.left, result.shown])).not.toContain(RANDOM);
    return result;
  };

  it.each([
    ['claude-code', '${API_KEY}'],
    ['cursor', '${env:API_KEY}'],
    ['gemini', '${API_KEY}'],
  ])('in a variable becomes a reference of %s', (id, reference) => {
    const { text } = after(`{"mcpServers":{"a":{"command":"x","env":{"API_KEY":"${RANDOM}"}}}}`, id);
    expect(text).toBe(`{"mcpServers":{"a":{"command":"x","env":{"API_KEY":"${reference}"}}}}`);
  });

  it('in a header keeps its scheme', () => {
    const { text, done } = after(
      `{"mcpServers":{"my web":{"url":"https://h","headers":{"Authorization":"Bearer ${RANDOM}"}}}}`,
      'cursor',
    );
    expect(text).toContain('"Bearer ${env:MY_WEB_AUTHORIZATION}"');
    expect(done).toHaveLength(1);
  });

  it('is asked for by VS Code', () => {
    const { text } = after(`{"servers":{"a":{"command":"x","env":{"API_KEY":"${RANDOM}"}}}}`, 'vscode');
    expect(JSON.parse(text)).toMatchObject({
      inputs: [{ type: 'promptString', id: 'api-key', password: true }],
      servers: { a: { env: { API_KEY: '${input:api-key}' } } },
    });
  });

  it('is passed on by name where the client can do that', () => {
    const { text } = after(
      `[mcp_servers.a]\ncommand = "x"\n[mcp_servers.a.env]\nAPI_KEY = "${RANDOM}"\nB = "1"\n`,
      'codex',
      'toml',
    );
    expect(text).not.toContain(RANDOM);
    expect(text).toContain('env_vars = ["API_KEY"]');
    const web = `[mcp_servers.a]\nurl = "https://h"\nhttp_headers = { Authorization = "Bearer ${RANDOM}" }\n`;
    expect(after(web, 'codex', 'toml').text).toContain('bearer_token_env_var = "A_AUTHORIZATION"');
  });

  it('in an argument becomes a reference where the client is known to take one there', () => {
    const text = `{"mcpServers":{"a":{"command":"x","args":["--api-key","${RANDOM}","--token=${RANDOM}"]}}}`;
    expect(after(text, 'cursor').text).toContain('["--api-key", "${env:A_API_KEY}", "--token=${env:A_TOKEN}"]');
    expect(after(text, 'kiro').left).toHaveLength(2);
  });

  it('of the same name as another has a variable of its own', () => {
    const { text } = after(
      `{"mcpServers":{"a":{"command":"x","env":{"API_KEY":"${RANDOM}1"}},"b":{"command":"x","env":{"API_KEY":"${RANDOM}2"}}}}`,
      'cursor',
    );
    expect(text).toContain('"a":{"command":"x","env":{"API_KEY":"${env:API_KEY}"}}');
    expect(text).toContain('"b":{"command":"x","env":{"API_KEY":"${env:API_KEY_2}"}}');
  });

  it('behind a default is taken out', () => {
    const { text } = after(
      `{"mcpServers":{"a":{"command":"x","env":{"API_KEY":"\${KEY:-${RANDOM}}"}}}}`,
      'claude-code',
    );
    expect(text).toContain('"${KEY}"');
  });

  it('is left where the client has no notation, and that is said', () => {
    const text = `{"mcpServers":{"a":{"command":"x","env":{"API_KEY":"${RANDOM}"}}}}`;
    expect(after(text, 'claude-desktop')).toMatchObject({
      text,
      done: [],
      left: [{ check: 'client-no-literal-secrets' }],
    });
  });
});

describe('a program', () => {
  it('gets Merlon in front of it, once, after it was pinned', () => {
    const text = '{"mcpServers":{"a":{"command":"npx","args":["y"],"env":{"B":"c"}}}}';
    const all = { ...options, only: fixableChecks };
    const once = fixClient(text, target(text, 'cursor', 'jsonc'), all).text;
    const { command, args } = (JSON.parse(once) as { mcpServers: { a: { command: string; args: string[] } } })
      .mcpServers.a;
    expect([command, ...args].join(' ')).toBe('merlon wrap --name a --env B -- npx y@2.0.0');
    expect(fixClient(once, target(once, 'cursor', 'jsonc'), all).text).toBe(once);
  });
});

describe('a file', () => {
  it('that cannot be read is not touched', () => {
    expect(codeOf(() => fixed('{"mcpServers":{"a":{', 'cursor'))).toBe('CONFIG_SYNTAX');
  });

  const words = fc.constantFrom('x', 'npx', '-y', '@acme/x', 'y@latest', RANDOM, '--api-key', 'trust', '${A}', '*');
  const entry = fc.record(
    {
      command: words,
      args: fc.array(words, { maxLength: 4 }),
      env: fc.dictionary(fc.constantFrom('API_KEY', 'B', '__proto__'), words),
      url: fc.constant('https://h'),
      headers: fc.dictionary(fc.constantFrom('Authorization', 'X'), words),
      autoApprove: fc.oneof(fc.array(words), fc.boolean()),
    },
    { requiredKeys: [] },
  );

  it('has fewer findings afterwards, whatever stands in it, and a second time changes nothing', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.constantFrom('a', 'b', '__proto__'), entry), (servers) => {
        const text = JSON.stringify({ mcpServers: servers });
        const now = fixed(text, 'cursor').text;
        expect(fixed(now, 'cursor').text).toBe(now);
        const literals = (of: string) =>
          readClientFacts(of, 'mcp.json', 'cursor').servers.flatMap(({ values }) =>
            values.filter(({ holds }) => holds === 'literal'),
          );
        expect(literals(now).length).toBeLessThanOrEqual(literals(text).length);
      }),
      { numRuns: 300 },
    );
  });

  it('of any text gives a text or an error of ours', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.constantFrom('jsonc', 'toml', 'yaml'), (text, format) => {
        try {
          expect(typeof fixed(text, 'cursor', format).text).toBe('string');
        } catch (error) {
          expect(error).toBeInstanceOf(MerlonError);
        }
      }),
      { numRuns: 300 },
    );
  });
});
