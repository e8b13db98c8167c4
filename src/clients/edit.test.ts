import fc from 'fast-check';
import { stringify as stringifyToml } from 'smol-toml';
import { describe, expect, it, test } from 'vitest';
import { stringify as stringifyYaml } from 'yaml';
import { codeOf, errorOf } from '../../test/error-of.ts';
import type { Format, Value } from './client.ts';
import { type Change, editText } from './edit.ts';
import { readTree } from './read-tree.ts';
import { plain } from './tree.ts';
import type { Step } from './walk.ts';

const entry = { command: 'merlon', args: ['stdio', 'files'], env: { A: 'b' } };
const path: Step[] = ['mcpServers', 'merlon'];

function edit(text: string, format: Format, ...changes: Change[]): string {
  return editText(text, format, changes, 'file');
}

function dataOf(text: string, format: Format): unknown {
  const { tree } = readTree(text, format);
  return tree && plain(tree);
}

interface Sample {
  readonly name: string;
  readonly format: Format;
  readonly path: readonly Step[];
  readonly text: string;
  /** What the text is after the entry was added. */
  readonly added: string;
}

const samples: readonly Sample[] = [
  {
    name: 'JSON with other servers',
    format: 'json',
    path,
    text: '{\n  "theme": "dark",\n  "mcpServers": {\n    "a": { "command": "x" }\n  }\n}\n',
    added:
      '{\n  "theme": "dark",\n  "mcpServers": {\n    "a": { "command": "x" },\n    "merlon": {\n      "command": "merlon",\n' +
      '      "args": ["stdio", "files"],\n      "env": {\n        "A": "b"\n      }\n    }\n  }\n}\n',
  },
  {
    name: 'JSON with comments, trailing commas, tabs and CRLF',
    format: 'jsonc',
    path,
    text: '{\r\n\t// mine\r\n\t"mcpServers": {\r\n\t\t"a": {}, // first\r\n\t\t/* none */\r\n\t},\r\n}\r\n',
    added:
      '{\r\n\t// mine\r\n\t"mcpServers": {\r\n\t\t"a": {}, // first\r\n\t\t"merlon": {\r\n\t\t\t"command": "merlon",\r\n' +
      '\t\t\t"args": ["stdio", "files"],\r\n\t\t\t"env": {\r\n\t\t\t\t"A": "b"\r\n\t\t\t}\r\n\t\t},\r\n\t\t/* none */\r\n\t},\r\n}\r\n',
  },
  {
    name: 'JSON with a comment behind the last server',
    format: 'jsonc',
    path,
    text: '{"mcpServers": {\n  "a": {} // the last\n}}',
    added:
      '{"mcpServers": {\n  "a": {}, // the last\n  "merlon": {\n    "command": "merlon",\n    "args": ["stdio", "files"],\n' +
      '    "env": {\n      "A": "b"\n    }\n  }\n}}',
  },
  {
    name: 'JSON on one line',
    format: 'json',
    path,
    text: '{"mcpServers":{"a":{"command":"x"}},"b":[1,2]}',
    added:
      '{"mcpServers":{"a":{"command":"x"}, "merlon": { "command": "merlon", "args": ["stdio", "files"], "env": { "A": "b" } }},"b":[1,2]}',
  },
  {
    name: 'TOML with other servers and comments',
    format: 'toml',
    path,
    text: '# mine\nmodel = "o3"\n\n[mcpServers.a] # first\ncommand = "x"\n\n[tui]\n# last\n',
    added:
      '# mine\nmodel = "o3"\n\n[mcpServers.a] # first\ncommand = "x"\n\n[tui]\n# last\n\n[mcpServers.merlon]\n' +
      'command = "merlon"\nargs = ["stdio", "files"]\nenv = { A = "b" }\n',
  },
  {
    name: 'TOML without a last line end, with CRLF',
    format: 'toml',
    path,
    text: 'a = 1\r\nb = 2',
    added:
      'a = 1\r\nb = 2\r\n\r\n[mcpServers.merlon]\r\ncommand = "merlon"\r\nargs = ["stdio", "files"]\r\nenv = { A = "b" }',
  },
  {
    name: 'TOML without anything',
    format: 'toml',
    path,
    text: '',
    added: '[mcpServers.merlon]\ncommand = "merlon"\nargs = ["stdio", "files"]\nenv = { A = "b" }\n',
  },
  {
    name: 'TOML with inline tables',
    format: 'toml',
    path,
    text: 'mcpServers = { a = { command = "x" } } # all\n',
    added:
      'mcpServers = { a = { command = "x" }, merlon = { command = "merlon", args = ["stdio", "files"], env = { A = "b" } } } # all\n',
  },
  {
    name: 'YAML with other servers and comments',
    format: 'yaml',
    path,
    text: '# mine\nmcpServers:\n    a:   # first\n        command: x   # why\n    # last\nother: "1"\n',
    added:
      '# mine\nmcpServers:\n    a:   # first\n        command: x   # why\n    merlon:\n      command: merlon\n      args:\n' +
      '        - stdio\n        - files\n      env:\n        A: b\n    # last\nother: "1"\n',
  },
  {
    name: 'YAML at its end, without a last line end, with CRLF',
    format: 'yaml',
    path,
    text: 'b: 1\r\nmcpServers:\r\n  a: { command: x }',
    added:
      'b: 1\r\nmcpServers:\r\n  a: { command: x }\r\n  merlon:\r\n    command: merlon\r\n    args:\r\n      - stdio\r\n      - files\r\n' +
      '    env:\r\n      A: b',
  },
  {
    name: 'YAML in flow style',
    format: 'yaml',
    path,
    text: 'mcpServers: { a: { command: x } } # all\n',
    added:
      'mcpServers: { a: { command: x }, "merlon": { "command": "merlon", "args": ["stdio", "files"], "env": { "A": "b" } } } # all\n',
  },
  {
    name: 'YAML behind a block of text',
    format: 'yaml',
    path,
    text: 'mcpServers:\n  a:\n    note: |\n      one\n\n      two\nz: 1\n',
    added:
      'mcpServers:\n  a:\n    note: |\n      one\n\n      two\n  merlon:\n    command: merlon\n    args:\n      - stdio\n' +
      '      - files\n    env:\n      A: b\nz: 1\n',
  },
];

describe('adding an entry', () => {
  it.each(samples)('changes nothing else: $name', ({ text, format, path: to, added }) => {
    expect(edit(text, format, { set: to, to: entry })).toBe(added);
  });

  it.each(samples)('and removing it gives back the text: $name', ({ text, format, path: from, added }) => {
    expect(edit(added, format, { remove: from })).toBe(text);
  });

  it.each(samples)('keeps a byte order mark: $name', ({ text, format, path: to, added }) => {
    expect(edit(`\uFEFF${text}`, format, { set: to, to: entry })).toBe(`\uFEFF${added}`);
  });

  it('twice is adding it once', () => {
    for (const { text, format, path: to } of samples) {
      const once = edit(text, format, { set: to, to: entry });
      expect(dataOf(edit(once, format, { set: to, to: entry }), format)).toEqual(dataOf(once, format));
    }
  });

  it.each([
    ['json', '', '{\n  "mcpServers": {\n    "merlon": {}\n  }\n}\n'],
    ['json', '{}', '{\n  "mcpServers": {\n    "merlon": {}\n  }\n}'],
    ['json', '{\n}\n', '{\n  "mcpServers": {\n    "merlon": {}\n  }\n}\n'],
    ['json', '{\n    "a": 1\n}', '{\n    "a": 1,\n    "mcpServers": {\n        "merlon": {}\n    }\n}'],
    ['json', '{\n  "mcpServers": null\n}', '{\n  "mcpServers": {\n    "merlon": {}\n  }\n}'],
    [
      'jsonc',
      '{\n  "mcpServers": {\n    // none\n  }\n}',
      '{\n  "mcpServers": {\n    // none\n    "merlon": {}\n  }\n}',
    ],
    ['jsonc', '// all\n{}', '// all\n{\n  "mcpServers": {\n    "merlon": {}\n  }\n}'],
    ['yaml', '', 'mcpServers:\n  merlon: {}\n'],
    ['yaml', '# none\n', '# none\nmcpServers:\n  merlon: {}\n'],
    ['yaml', 'a: 1', 'a: 1\nmcpServers:\n  merlon: {}'],
    ['yaml', 'mcpServers: {}\nb: 1\n', 'mcpServers:\n  merlon: {}\nb: 1\n'],
    ['yaml', 'mcpServers: # mine\nb: 1\n', 'mcpServers: # mine\n  merlon: {}\nb: 1\n'],
    ['toml', '# none', '# none\n\n[mcpServers.merlon]'],
  ] as const)('to %s that has no servers yet: %j', (format, text, added) => {
    expect(edit(text, format, { set: path, to: {} })).toBe(added);
  });

  it.each([
    ['mcpServers:\n  - name: a\n    url: b\n', 'mcpServers:\n  - name: a\n    url: b\n  - name: m\n    url: c\n'],
    ['mcpServers:\n- name: a\nz: 1\n', 'mcpServers:\n- name: a\n- name: m\n  url: c\nz: 1\n'],
    ['mcpServers: []\n', 'mcpServers:\n  - name: m\n    url: c\n'],
    ['x: 1\n', 'x: 1\nmcpServers:\n  - name: m\n    url: c\n'],
  ])('to a list: %j', (text, added) => {
    const set: Step[] = ['mcpServers', { key: 'name', is: 'm' }];
    expect(edit(text, 'yaml', { set, to: { name: 'm', url: 'c' } })).toBe(added);
    expect(dataOf(edit(added, 'yaml', { remove: set }), 'yaml')).toEqual(
      dataOf(text.replace('x: 1\n', 'x: 1\nmcpServers: []\n'), 'yaml'),
    );
  });
});

describe('replacing a value', () => {
  const command: Step[] = ['mcpServers', 'a', 'command'];
  const args: Step[] = ['mcpServers', 'a', 'args'];

  it.each([
    [
      'json',
      '{ "mcpServers": { "a": { "command": "x" /* c */, "args": [ "1",\n "2" ], "n": 1e3 } } }',
      '{ "mcpServers": { "a": { "command": "m" /* c */, "args": ["w", "x"], "n": 1e3 } } }',
    ],
    [
      'toml',
      '[mcpServers.a]\ncommand = "x" # c\nargs = [\n  "1", # one\n]\n[mcpServers.a.env]\nK = "v"\n',
      '[mcpServers.a]\ncommand = "m" # c\nargs = ["w", "x"]\n[mcpServers.a.env]\nK = "v"\n',
    ],
    [
      'yaml',
      'mcpServers:\n  a:\n    command: x # c\n    args: # why\n    - "1"\n    n: 0x10\n',
      'mcpServers:\n  a:\n    command: "m" # c\n    args: ["w", "x"] # why\n    n: 0x10\n',
    ],
  ] as const)('keeps the rest of an entry in %s', (format, text, expected) => {
    expect(edit(text, format, { set: command, to: 'm' }, { set: args, to: ['w', 'x'] })).toBe(expected);
  });

  it.each([
    ['json', '{ "mcpServers": { "a": { "command": "x" } } }'],
    ['json', '{\n "mcpServers": {\n  "a": {\n   "command": "x"\n  }\n }\n}'],
    ['toml', '[mcpServers.a]\ncommand = "x"\n\n[z]\nb = 1\n'],
    ['toml', 'mcpServers.a = { command = "x" }\n'],
    ['yaml', 'mcpServers:\n  a:\n    command: x\nz: 1\n'],
    ['yaml', 'mcpServers: { a: { command: x } }\n'],
  ] as const)('adds and removes a missing key in %s: %j', (format, text) => {
    const added = edit(text, format, { set: args, to: ['y'] });
    expect(dataOf(added, format)).toMatchObject({ mcpServers: { a: { command: 'x', args: ['y'] } } });
    expect(edit(added, format, { remove: args })).toBe(text);
  });

  it('replaces whole tables of TOML, wherever they stand', () => {
    const text = '[mcp.a]\ncommand = "x"\n\n[z]\n\n[mcp.a.env]\nK = "v"\n\n[y]\n';
    expect(edit(text, 'toml', { set: ['mcp', 'a'], to: { url: 'u' } })).toBe('[mcp.a]\nurl = "u"\n\n[z]\n\n[y]\n');
  });
});

describe('what cannot be edited safely', () => {
  const set: Change = { set: path, to: {} };

  it.each([
    ['json', '{ "mcpServers": ', 'CONFIG_SYNTAX'],
    ['json', '[]', 'CONFIG_INVALID'],
    ['json', '{ "mcpServers": [] }', 'CONFIG_INVALID'],
    ['json', '{ "mcpServers": {}, "mcpServers": {} }', 'CONFIG_INVALID'],
    ['json', '{ "mcpServers": { "merlon": 1, "merlon": 2 } }', 'CONFIG_INVALID'],
    ['toml', 'mcpServers = 1', 'CONFIG_INVALID'],
    ['toml', 'mcpServers = 1 2', 'CONFIG_SYNTAX'],
    ['toml', '[[mcpServers]]', 'CONFIG_INVALID'],
    ['yaml', 'a: &x { b: 1 }\nmcpServers: *x\n', 'CONFIG_INVALID'],
    ['yaml', 'a: [', 'CONFIG_SYNTAX'],
    ['yaml', 'a: 1\n---\nb: 2\n', 'CONFIG_SYNTAX'],
    ['yaml', '- a\n', 'CONFIG_INVALID'],
    ['yaml', '? mcpServers\n: { a: 1 }\n', 'none'],
  ] as const)('is refused: %s %j', (format, text, code) => {
    expect(codeOf(() => edit(text, format, set))).toBe(code);
  });

  it('is named with its place, and never quoted', () => {
    const error = errorOf(() => editText('{\n "k": "5ecret" x', 'json', [set], '/home/u/f.json'));
    expect(error?.place).toEqual({ file: '/home/u/f.json', line: 2, column: 16 });
    expect(JSON.stringify([error?.message, error?.todo])).not.toContain('5ecret');
  });
});

/** Documents in many layouts: white space, comments and quoting that a serializer would not keep. */
const name = fc.oneof(fc.constantFrom('a', 'b-c', 'merlon', '__proto__', 'two words'), fc.string({ maxLength: 6 }));
const text = fc.string({ maxLength: 10 });
const scalar = fc.oneof(text, fc.integer(), fc.boolean());
const server = fc.dictionary(
  name,
  fc.oneof(scalar, fc.array(text, { maxLength: 3 }), fc.dictionary(name, text, { maxKeys: 2 })),
  {
    maxKeys: 4,
  },
);
const document = fc.record(
  {
    mcpServers: fc.dictionary(name, server, { maxKeys: 4 }),
    x: scalar,
    y: fc.array(scalar, { maxLength: 2 }),
    z: server,
  },
  { requiredKeys: [] },
);
const space = fc.constantFrom('', ' ', '\n', '\r\n  ', '\t', ' // c "\n', '/* , } */', '\n\n    ');

function looseJson(value: unknown, spaces: () => string): string {
  const gap = spaces();
  if (Array.isArray(value)) {
    return `[${gap}${value.map((item) => looseJson(item, spaces)).join(`${spaces()},${spaces()}`)}${spaces()}]`;
  }
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const entries = Object.entries(value).map(
    ([key, item]) => `${JSON.stringify(key)}${spaces()}:${spaces()}${looseJson(item, spaces)}`,
  );
  return `{${gap}${entries.join(`${spaces()},${spaces()}`)}${spaces()}}`;
}

const loose: fc.Arbitrary<{ format: Format; text: string }> = fc.oneof(
  fc.tuple(document, fc.infiniteStream(space)).map(([value, gaps]) => ({
    format: 'jsonc' as const,
    text: looseJson(value, () => gaps.next().value),
  })),
  fc.tuple(document, fc.constantFrom('\n', '\r\n')).map(([value, end]) => ({
    format: 'toml' as const,
    text: `# top ' """ [\n${stringifyToml(value)}\n# end`.replaceAll('\n', end),
  })),
  fc
    .tuple(document, fc.constantFrom(0, 20, 80), fc.constantFrom(2, 3, 4), fc.boolean(), fc.boolean())
    .map(([value, lineWidth, indent, indentSeq, hasEnd]) => {
      const yaml = stringifyYaml(value, { lineWidth, indent, indentSeq });
      return { format: 'yaml' as const, text: `# top\n${hasEnd ? yaml : yaml.trimEnd()}` };
    }),
);

function servers(value: unknown): Record<string, Value> {
  const { mcpServers = {} } = (value ?? {}) as { mcpServers?: Record<string, Value> };
  return mcpServers;
}

describe('whatever a document looks like', () => {
  test('an entry that was set is there, the others are as they were, and removing it leaves what was', () => {
    fc.assert(
      fc.property(loose, name, server, ({ format, text: before }, key, value) => {
        const start = dataOf(before, format);
        const added = edit(before, format, { set: ['mcpServers', key], to: value });
        const expectedServers = { ...servers(start) };
        Object.defineProperty(expectedServers, key, { value, enumerable: true, configurable: true, writable: true });
        expect(dataOf(added, format)).toEqual({ ...(start as object), mcpServers: expectedServers });
        if (Object.hasOwn(servers(start), key)) return;
        const removed = edit(added, format, { remove: ['mcpServers', key] });
        const hadServers = Object.keys(servers(start)).length > 0;
        if (hadServers) expect(removed).toBe(before);
        expect({ mcpServers: {}, ...(dataOf(removed, format) as object) }).toEqual({
          mcpServers: {},
          ...(start as object),
        });
      }),
      { numRuns: 500 },
    );
  });

  test('removing an entry leaves the others', () => {
    fc.assert(
      fc.property(loose, fc.nat(), ({ format, text: before }, pick) => {
        const start = dataOf(before, format);
        const keys = Object.keys(servers(start));
        const key = keys[pick % Math.max(keys.length, 1)];
        if (key === undefined) return;
        const rest = Object.fromEntries(Object.entries(servers(start)).filter(([each]) => each !== key));
        const removed = dataOf(edit(before, format, { remove: ['mcpServers', key] }), format);
        expect({ mcpServers: {}, ...(removed as object) }).toEqual({ ...(start as object), mcpServers: rest });
      }),
      { numRuns: 300 },
    );
  });
});
