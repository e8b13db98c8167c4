import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Surroundings } from '../../target.ts';
import { collectClientConfig, discoverClientConfigs } from './client-config.ts';
import { readClientFacts } from './read-client.ts';

const RANDOM = 'k7Qz93mXw0aLs82PtRv5';

let folder: string;
let around: Surroundings;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'merlon-scan-'));
  const signal = new AbortController().signal;
  const [home, project] = [join(folder, 'home'), join(folder, 'project')];
  around = { env: {}, home, project, platform: 'linux', now: () => 0, signal, step: () => undefined };
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function write(path: string, text = '{}'): string {
  const file = join(folder, path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
  return file;
}

describe('the files of clients', () => {
  it('are found for user and project, each once, with their client', async () => {
    write('home/.claude.json');
    write('home/.claude/settings.json');
    write('home/.cursor/mcp.json');
    write('home/.codex/config.toml', '');
    write('home/.config/goose/config.yaml', '');
    write('project/.mcp.json');
    write('project/.claude/settings.local.json');
    write('project/.vscode/mcp.json');
    write('project/.continue/mcpServers/a.yaml', '');
    const found = await discoverClientConfigs(around);
    expect(found.map(({ file, client }) => `${client} ${file.slice(folder.length + 1)}`)).toEqual([
      'claude-code home/.claude.json',
      'claude-code project/.mcp.json',
      'cursor home/.cursor/mcp.json',
      'vscode project/.vscode/mcp.json',
      'codex home/.codex/config.toml',
      'goose home/.config/goose/config.yaml',
      'claude-code home/.claude/settings.json',
      'claude-code project/.claude/settings.local.json',
      'continue project/.continue/mcpServers/a.yaml',
    ]);
  });

  it('are none where there are none', async () => {
    expect(await discoverClientConfigs(around)).toEqual([]);
  });

  it('are read with their place below the home and their mode', async () => {
    const file = write('home/.cursor/mcp.json', '{"mcpServers":{"a":{"command":"npx","args":["-y","x"]}}}');
    chmodSync(file, 0o644);
    const [target] = await collectClientConfig({ kind: 'client-config', file, client: 'cursor' }, around);
    expect(target).toMatchObject({ id: 'client-config:~/.cursor/mcp.json', name: 'Cursor: ~/.cursor/mcp.json' });
    expect(target?.parts.client).toMatchObject({
      saw: { client: 'cursor', access: { saw: { mode: 0o644 } }, servers: [{ name: 'a', package: { name: 'x' } }] },
    });
  });

  const reasonFor = async (file: string) => {
    const [target] = await collectClientConfig({ kind: 'client-config', file }, around);
    const look = target?.parts.client;
    return look !== undefined && 'blind' in look ? look.blind : undefined;
  };

  it('that are missing, folders, pipes, or no text are not seen, and nothing waits for them', async () => {
    mkdirSync(join(folder, 'project'), { recursive: true });
    const pipe = join(folder, 'pipe.json');
    execFileSync('mkfifo', [pipe]);
    const binary = write('binary.json');
    writeFileSync(binary, new Uint8Array([0xff, 0xfe, 0x00]));
    const reasons = await Promise.all([join(folder, 'none.json'), folder, pipe, '/dev/zero', binary].map(reasonFor));
    expect(reasons).toEqual(['unreadable', 'unreadable', 'unreadable', 'unreadable', 'unreadable']);
  });

  it('are bounded', async () => {
    const large = write('large.json', ' '.repeat(16 * 1024 * 1024 * 3 + 1));
    expect(await reasonFor(large)).toBe('unreadable');
  });
});

describe('the facts of a file', () => {
  it('hold each server with its place, and no secret', () => {
    const text = `{
  "mcpServers": {
    "files": {
      "command": "npx",
      "args": ["-y", "x@1.0.0", "--api-key", "${RANDOM}", "TOKEN=${RANDOM}", "https://u:${RANDOM}@h/x"],
      "env": { "API_KEY": "${RANDOM}", "OTHER": "\${env:X}", "NODE_TLS_REJECT_UNAUTHORIZED": "0" },
      "autoApprove": ["*"]
    },
    "web": {
      "url": "https://h.example/mcp?token=${RANDOM}",
      "headers": { "Authorization": "Bearer ${RANDOM}" },
      "oauth": { "clientSecret": "${RANDOM}" }
    }
  }
}`;
    const facts = readClientFacts(text, 'mcp.json');
    expect(JSON.stringify(facts)).not.toContain(RANDOM);
    const [files, web] = facts.servers;
    expect(files).toMatchObject({
      name: 'files',
      where: { file: 'mcp.json', line: 3, column: 5, path: ['mcpServers', 'files'] },
      args: ['-y', 'x@1.0.0', '--api-key', '[hidden]', 'TOKEN=[hidden]', 'https://h/x'],
      package: { name: 'x', version: '1.0.0', isPinned: true },
      approvals: [
        { key: 'autoApprove', value: ['*'], where: { line: 7, path: ['mcpServers', 'files', 'autoApprove'] } },
      ],
      tlsOff: [{ what: 'NODE_TLS_REJECT_UNAUTHORIZED=0', where: { line: 6 } }],
    });
    const literals = files?.values.filter(({ holds }) => holds === 'literal') ?? [];
    expect(literals.map(({ kind, name, where }) => [kind, name, where.line, where.path?.slice(2).join('.')])).toEqual([
      ['env', 'API_KEY', 6, 'env.API_KEY'],
      ['arg', '--api-key', 5, 'args.3'],
      ['arg', 'TOKEN', 5, 'args.4'],
      ['arg', 'user', 5, 'args.5'],
    ]);
    expect(web?.url).toBe('https://h.example/mcp?token');
    expect(web?.values.filter(({ holds }) => holds === 'literal').map(({ kind, name }) => `${kind} ${name}`)).toEqual([
      'header Authorization',
      'url token',
      'field oauth.clientSecret',
    ]);
  });

  it.each([
    ['mcp.json', '{"servers":{"a":{"type":"stdio","command":"npx","args":["x"]}}}'],
    ['settings.json', '{"mcp":{"servers":{"a":{"command":"npx","args":["x"]}}}}'],
    ['settings.json', '{"context_servers":{"a":{"command":"npx","args":["x"]}}} // note'],
    ['opencode.json', '{"mcp":{"a":{"type":"local","command":["npx","x"]}}}'],
    ['config.toml', '[mcp_servers.a]\ncommand = "npx"\nargs = ["x"]\n'],
    ['config.yaml', 'extensions:\n  a: { type: stdio, cmd: npx, args: [x] }\n'],
    ['config.yml', 'mcpServers:\n  - name: a\n    command: npx\n    args: [x]\n'],
    ['.claude.json', '{"projects":{"/p":{"mcpServers":{"a":{"command":"npx","args":["x"]}}}}}'],
  ])('are read from %s by what stands in it: %s', (file, text) => {
    const [server, ...more] = readClientFacts(text, file).servers;
    expect(more).toEqual([]);
    expect(server).toMatchObject({ name: 'a', transport: 'stdio', args: ['x'], package: { runner: 'npx', name: 'x' } });
  });

  it('know the client by where the file lies', () => {
    expect(readClientFacts('{}', '~/.cursor/mcp.json').client).toBe('cursor');
    expect(readClientFacts('', '/home/u/.codex/config.toml').client).toBe('codex');
    expect(readClientFacts('{}', 'mcp.json').client).toBeUndefined();
  });

  it('hold the settings that use servers without asking', () => {
    const { settings } = readClientFacts(
      '{"enableAllProjectMcpServers":true}',
      '~/.claude/settings.json',
      'claude-code',
    );
    expect(settings).toMatchObject([
      { path: ['enableAllProjectMcpServers'], value: true, where: { line: 1, column: 31 } },
    ]);
  });

  it('hold problems with their places', () => {
    const { problems, servers } = readClientFacts('{"mcpServers": {"a": 1, "b": {"command": "c"}}}', 'mcp.json');
    expect(problems).toMatchObject([{ where: { file: 'mcp.json', line: 1, column: 22 } }]);
    expect(servers).toHaveLength(1);
  });

  it('are bounded, and take no more than linear time', () => {
    const many = Array.from({ length: 20_000 }, (_, index) => `"s${index}":{"command":"x"}`).join(',');
    const facts = readClientFacts(`{"mcpServers":{${many}}}`, 'mcp.json');
    expect(facts.servers).toHaveLength(1_000);
    expect(facts.problems).toHaveLength(1);
  });

  it('come from any text without an error, and never hold its secrets', () => {
    const pieces = fc.constantFrom(
      ...'{}[]",:#\n =-'.split(''),
      '"mcpServers"',
      'mcpServers',
      '"a"',
      '"command"',
      '"args"',
      '"url"',
      '"env"',
      '"__proto__"',
      '"npx"',
      '"https://x"',
      'servers',
      'mcp',
      '- name: a',
    );
    const text = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.array(pieces, { maxLength: 40 }).map((each) => each.join('')),
      fc.json().map((json) => `{"mcpServers":{"a":${json}}}`),
    );
    fc.assert(
      fc.property(text, fc.constantFrom('a.json', 'a.toml', 'a.yaml', '~/.continue/config.yaml'), (input, file) => {
        expect(readClientFacts(input, file).servers.length).toBeLessThanOrEqual(1_000);
      }),
      { numRuns: 500 },
    );
  });
});
