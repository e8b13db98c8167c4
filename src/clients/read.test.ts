import fc from 'fast-check';
import { stringify as stringifyToml } from 'smol-toml';
import { describe, expect, it } from 'vitest';
import { stringify as stringifyYaml } from 'yaml';
import { clientNamed } from './catalog.ts';
import type { ClientFile, Format } from './client.ts';
import { readServers } from './read.ts';
import { readTree } from './read-tree.ts';
import { mcpServers } from './shapes.ts';
import { plain } from './tree.ts';

function file(id: string, index = 0): ClientFile {
  const found = clientNamed(id)?.files[index];
  if (found === undefined) throw new Error(id);
  return found;
}

/** The entries in short. */
function short(text: string, of: ClientFile) {
  return readServers(text, of).entries.map(({ name, transport, command, args, url, line, column }) => ({
    name,
    transport,
    to: command === undefined ? url : [command, ...args].join(' '),
    at: `${line}:${column}`,
  }));
}

describe('the servers in a file', () => {
  it('are read from JSON, with their places', () => {
    const text = `{
  "mcpServers": {
    "files": { "command": "npx", "args": ["-y", "x"], "env": { "TOKEN": "t", "N": 1 } },
    "web": { "type": "http", "url": "https://a.example/mcp", "headers": { "A": "b" }, "disabled": true }
  }
}`;
    expect(short(text, file('cline'))).toEqual([
      { name: 'files', transport: 'stdio', to: 'npx -y x', at: '3:5' },
      { name: 'web', transport: 'http', to: 'https://a.example/mcp', at: '4:5' },
    ]);
    const [files, web] = readServers(text, file('cline')).entries;
    expect([...(files?.env ?? [])]).toEqual([
      ['TOKEN', 't'],
      ['N', '1'],
    ]);
    expect([...(web?.headers ?? [])]).toEqual([['A', 'b']]);
    expect([files?.disabled, web?.disabled]).toEqual([false, true]);
  });

  it('are read from TOML, tables and inline tables alike', () => {
    const text = `model = "o3"
[mcp_servers]
inline = { command = "a", args = ["b"] }
[mcp_servers."two words"]
command = 'c'
[mcp_servers."two words".env]
KEY = """
multi"""
[mcp_servers.web]
url = "https://a.example"
enabled = false
`;
    expect(short(text, file('codex'))).toEqual([
      { name: 'inline', transport: 'stdio', to: 'a b', at: '3:1' },
      { name: 'two words', transport: 'stdio', to: 'c', at: '4:1' },
      { name: 'web', transport: 'http', to: 'https://a.example', at: '9:1' },
    ]);
    const { entries } = readServers(text, file('codex'));
    expect(entries[1]?.env.get('KEY')).toBe('multi');
    expect(entries[2]?.disabled).toBe(true);
  });

  it('are read from YAML, a list in Continue, a map in Goose', () => {
    const list = 'name: x\nmcpServers:\n  - name: a\n    command: b\n    args: [c]\n  - name: d\n    url: https://e\n';
    expect(short(list, file('continue'))).toEqual([
      { name: 'a', transport: 'stdio', to: 'b c', at: '3:5' },
      { name: 'd', transport: 'http', to: 'https://e', at: '6:5' },
    ]);
    const map =
      'extensions:\n  developer: { type: builtin, name: developer }\n  x: { type: stdio, cmd: y, envs: { A: b } }\n';
    expect(short(map, file('goose'))).toEqual([{ name: 'x', transport: 'stdio', to: 'y', at: '3:3' }]);
  });

  it.each([
    ['opencode', '{"mcp":{"a":{"type":"local","command":["b","c"],"environment":{"X":"y"}}}}', 'stdio', 'b c'],
    ['windsurf', '{"mcpServers":{"a":{"serverUrl":"https://b"}}}', 'http', 'https://b'],
    ['gemini', '{"mcpServers":{"a":{"url":"https://b"}}}', 'sse', 'https://b'],
    ['gemini', '{"mcpServers":{"a":{"httpUrl":"https://b"}}}', 'http', 'https://b'],
    ['vscode', '{"servers":{"a":{"type":"sse","url":"https://b"}}} // why', 'sse', 'https://b'],
    ['zed', '{"context_servers":{"a":{"command":"b"}},}', 'stdio', 'b'],
  ])('of %s are read by its own keys', (id, text, transport, to) => {
    expect(short(text, file(id))).toEqual([{ name: 'a', transport, to, at: expect.any(String) }]);
  });

  it('of every project that Claude Code remembers are read too', () => {
    const text = '{"projects":{"/p":{"mcpServers":{"a":{"command":"b"}}},"/q":{}},"mcpServers":{"c":{"command":"d"}}}';
    const { entries } = readServers(text, file('claude-code'));
    expect(entries.map(({ path }) => path)).toEqual([
      ['mcpServers', 'c'],
      ['projects', '/p', 'mcpServers', 'a'],
    ]);
  });

  it('may carry names that every object has', () => {
    const text = '{"mcpServers":{"__proto__":{"command":"a"},"constructor":{"command":"b","env":{"__proto__":"c"}}}}';
    const { entries } = readServers(text, file('cursor'));
    expect(entries.map(({ name }) => name)).toEqual(['__proto__', 'constructor']);
    expect(entries[1]?.env.get('__proto__')).toBe('c');
  });

  it('stand where they stand behind a byte order mark and with any line ends', () => {
    expect(short('\uFEFF{\r\n"mcpServers":{\r\n "a":{"command":"b"}}}', file('cursor'))[0]?.at).toBe('3:2');
  });
});

describe('what cannot be understood', () => {
  const codes = (text: string, of: ClientFile) =>
    readServers(text, of).findings.map(({ code, line, column }) => `${code} ${line}:${column}`);

  it.each([
    ['{ "mcpServers": { "a" } }', ['unreadable 1:23']],
    ['[]', ['servers-invalid 1:1']],
    ['{"mcpServers": []}', ['servers-invalid 1:16']],
    ['{"mcpServers": {"a": 1}}', ['entry-invalid 1:22']],
    ['{"mcpServers": {"a": {"command": "x", "args": "y"}}}', ['value-ignored 1:47']],
    ['{"mcpServers": {"a": {"command": 1}}}', ['value-ignored 1:34']],
    ['{"mcpServers": {"a": {}, "a": {}}}', ['duplicate-key 1:26']],
    ['{"mcpServers": {}} // note', ['strict-json 1:20']],
    ['', []],
    ['{}', []],
    ['['.repeat(70), ['too-deep 1:65']],
  ])('has a finding with its place: %s', (text, expected) => {
    expect(codes(text, file('cursor'))).toEqual(expected);
  });

  it('is found in TOML and YAML as well', () => {
    expect(codes('a = 1\n[mcp_servers.x\n', file('codex'))).toEqual(['unreadable 2:15']);
    expect(codes(`a = ${'['.repeat(100_000)}`, file('codex'))).toHaveLength(1);
    expect(codes('extensions:\n  a: [\n', file('goose'))[0]).toMatch(/^unreadable /);
    expect(codes('extensions: &a\n  x: *a\n', file('goose'))).toEqual(['too-deep 2:3']);
    expect(codes('mcpServers:\n  - command: x\n', file('continue'))).toEqual(['entry-invalid 2:5']);
  });

  it('is bounded: the text, and what is said of it', () => {
    expect(codes(`a = "${'x'.repeat(2_100_000)}"`, file('codex'))).toEqual(['too-large 1:1']);
    const twice = `{"mcpServers":{${'"a":{},'.repeat(5_000)}"a":{}}}`;
    expect(codes(twice, file('cursor'))).toHaveLength(200);
  });

  it('takes no more than linear time', () => {
    // With a search through all tables for each table this would take minutes.
    const tables = Array.from({ length: 50_000 }, (_, index) => `[mcp_servers.s${index}]\n`).join('');
    expect(readServers(tables, file('codex')).entries).toHaveLength(50_000);
  });

  it('never quotes the file', () => {
    for (const format of ['json', 'toml', 'yaml'] as const) {
      const found = readServers('secret-5ecret: [ {"', { format, shape: mcpServers({}) });
      expect(JSON.stringify(found)).not.toContain('5ecret');
      expect(found.findings.length).toBeGreaterThan(0);
    }
  });
});

describe('whatever stands in a file', () => {
  const formats: readonly Format[] = ['json', 'jsonc', 'toml', 'yaml'];
  const pieces = fc.constantFrom(
    ...'{}[]",:#/\n\r\t\\\' =.-*&|>!%@`'.split(''),
    '"mcpServers"',
    'mcpServers',
    '"a"',
    '"""',
    "'''",
    'command',
    '[[',
    '//',
    '/*',
    '*/',
    '&a',
    '*a',
    '- ',
    '<<: ',
    '__proto__',
    'true',
    '1',
    '\uFEFF',
  );

  it('never makes the reader throw, and places are in the file', () => {
    const text = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.array(pieces, { maxLength: 40 }).map((parts) => parts.join('')),
    );
    fc.assert(
      fc.property(text, fc.constantFrom(...formats), fc.constantFrom('map', 'list'), (input, format, collection) => {
        const { entries, findings } = readServers(input, { format, shape: mcpServers({ collection }) });
        const lines = input.split('\n').length;
        for (const { line, column } of [...entries, ...findings]) {
          expect(line).toBeGreaterThan(0);
          expect(line).toBeLessThanOrEqual(lines);
          expect(column).toBeGreaterThan(0);
        }
      }),
      { numRuns: 500 },
    );
  });

  const words = fc.string({ maxLength: 8 });
  const data = fc.dictionary(
    words,
    fc.oneof(
      words,
      fc.integer(),
      fc.boolean(),
      fc.array(words),
      fc.dictionary(words, fc.oneof(words, fc.array(words))),
    ),
  );

  it('is read as the library of the format reads it', () => {
    fc.assert(
      fc.property(data, (object) => {
        const expected: unknown = JSON.parse(JSON.stringify(object));
        const texts = { json: JSON.stringify(object), toml: stringifyToml(object), yaml: stringifyYaml(object) };
        for (const [format, text] of Object.entries(texts)) {
          const { tree, faults } = readTree(text, format as Format);
          expect({ format, faults, value: tree && plain(tree) }).toEqual({ format, faults: [], value: expected });
        }
      }),
      { numRuns: 500 },
    );
  });
});
