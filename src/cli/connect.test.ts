import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { clientOf, fileOf, type Home, makeHome, sampleFor, SECRETS, URL_OF_GATEWAY } from '../../test/connecting.ts';
import { clients } from '../clients/catalog.ts';
import { throughMerlon } from '../clients/goes-through.ts';
import { readServers } from '../clients/read.ts';

let home: Home;
beforeEach(() => {
  home = makeHome();
});
afterEach(() => home.remove());

const url = URL_OF_GATEWAY;
const config = `
server: { secure: false }
mcpServers: { files: { command: x }, web: { command: y } }
`;

/** A client's sample file in the home folder. */
function sample(id: string): { path: string; text: string; entries: () => ReturnType<typeof readServers>['entries'] } {
  const { file, path } = fileOf(clientOf(id), home.folder);
  const text = sampleFor(file);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
  return { path, text, entries: () => readServers(readFileSync(path, 'utf8'), file).entries };
}

function read(path: string): string {
  return readFileSync(path, 'utf8');
}

function expectNoSecrets(...texts: readonly string[]): void {
  for (const text of texts) for (const secret of SECRETS) expect(text).not.toContain(secret);
}

describe.each(clients.map(({ id }) => id))('%s', (id) => {
  const client = clientOf(id);
  const isHttp = client.files[0]?.shape.http !== undefined;
  const wish = isHttp ? { url } : ({ stdio: true } as const);

  beforeEach(() => {
    home.write('project/merlon.yaml', config);
  });

  it('gets one entry more, and nothing else of its file changes', async () => {
    const { path, text, entries } = sample(id);
    const before = entries();
    const ran = await home.run(id, [], { ...wish, yes: true });
    expect(ran).toMatchObject({ code: 0 });
    expectNoSecrets(ran.out, ran.said);
    const after = entries();
    expect(after.map(({ name }) => name)).toEqual(['files', 'web', 'merlon']);
    expect(after.slice(0, 2).map(({ raw }) => raw)).toEqual(before.map(({ raw }) => raw));
    expect(throughMerlon(after[2] ?? never())).toBe(isHttp ? 'http' : 'stdio');
    expect(after[2]?.url).toBe(isHttp ? url : undefined);
    for (const line of text.split('\n')) expect(read(path)).toContain(line.replace(/,$/, ''));
    expect(read(`${path}.merlon-backup-1`)).toBe(text);
  });

  it('gets its file back, byte for byte', async () => {
    const { path, text } = sample(id);
    await home.run(id, [], { ...wish, yes: true });
    expect(read(path)).not.toBe(text);
    const ran = await home.run(id, [], { undo: true, yes: true });
    expect(ran).toMatchObject({ code: 0 });
    expectNoSecrets(ran.out, ran.said);
    expect(read(path)).toBe(text);
    expect(readdirSync(dirname(path)).filter((name) => name !== 'project')).toEqual([basename(path)]);
  });

  it('gets a file when it has none, with all that it needs, for its user alone', async () => {
    const { file, path } = fileOf(client, home.folder);
    await expect(home.run(id, [], { ...wish, yes: true })).resolves.toMatchObject({ code: 0 });
    expect(statSync(path).mode & 0o777).toBe(0o600);
    const { entries, findings } = readServers(read(path), file);
    expect(findings).toEqual([]);
    expect(entries.map(({ name, disabled }) => [name, disabled])).toEqual([['merlon', false]]);
    const printed = await home.run(id, [], { ...wish, print: true });
    expect(`${printed.out}\n`).toBe(read(path));
    await expect(home.run(id, [], { undo: true, yes: true })).resolves.toMatchObject({ code: 0 });
    expect(readServers(read(path), file).entries).toEqual([]);
  });

  it('writes no key into the file, and says what to set instead', async () => {
    if (!isHttp) return;
    const { path } = sample(id);
    const env = { MY_KEY: 'merlon_kydr5wod_48qqABCDEFGHIJ' };
    const ran = await home.run(id, [], { url, keyEnv: 'MY_KEY', yes: true }, { env });
    expect(read(path) + ran.out + ran.said).not.toContain('48qq');
    const { kind } = client.reference;
    if (kind === 'none') expect(ran.said).toContain('--literal-key');
    else expect(kind === 'input' ? read(path) : ran.said).toContain(kind === 'input' ? '"password": true' : 'MY_KEY');
    expect(read(path).includes('MY_KEY')).toBe(kind === 'header' || kind === 'field');
  });

  it('gets the key itself when asked to, and does not print it', async () => {
    if (!isHttp) return;
    const { path, entries } = sample(id);
    const env = { MERLON_API_KEY: 'merlon_kydr5wod_48qqABCDEFGHIJ' };
    const ran = await home.run(id, [], { url, literalKey: true, yes: true }, { env });
    expect(ran.code).toBe(0);
    expect(ran.out + ran.said).not.toContain('48qq');
    expect(entries()[2]?.headers.get('Authorization')).toBe(`Bearer ${env.MERLON_API_KEY}`);
    await expect(home.run(id, [], { undo: true, yes: true })).resolves.toMatchObject({ code: 0 });
    expect(read(path)).not.toContain('48qq');
  });
});

function never(): never {
  throw new Error('missing');
}

describe('nothing is written', () => {
  it('without a terminal and without --yes', async () => {
    const { path, text } = sample('cursor');
    const ran = await home.run('cursor', [], { url });
    expect(ran.code).toBe('USAGE');
    expect(ran.out).toContain('+++ ');
    expect(read(path)).toBe(text);
    expect(readdirSync(dirname(path))).toEqual(['mcp.json']);
  });

  it('when the answer is no', async () => {
    const { path, text } = sample('cursor');
    const asked: string[] = [];
    const ask = (question: string) => {
      asked.push(question);
      return Promise.resolve(false);
    };
    await expect(home.run('cursor', [], { url }, { ask })).resolves.toMatchObject({ code: 1 });
    expect(asked).toEqual([`Write ${path}? [y/N] `]);
    expect(read(path)).toBe(text);
  });

  it('when another program changes the file while the question is open', async () => {
    const { path } = sample('cursor');
    const ask = () => {
      writeFileSync(path, '{ "changed": true }');
      return Promise.resolve(true);
    };
    await expect(home.run('cursor', [], { url }, { ask })).resolves.toMatchObject({ code: 'CLIENT_FILE_CHANGED' });
    expect(read(path)).toBe('{ "changed": true }');
    expect(readdirSync(dirname(path))).toEqual(['mcp.json']);
  });

  it('to a file that is broken, whose place is named', async () => {
    const path = home.write('.cursor/mcp.json', '{\n  "apiKey": "5ecret-of-a-setting" x\n}\n');
    const ran = await home.run('cursor', [], { url, yes: true });
    expect(ran.code).toBe('CONFIG_SYNTAX');
    expect(ran.said).toContain(JSON.stringify({ file: path, line: 2, column: 35 }));
    expectNoSecrets(ran.out, ran.said);
    expect(readdirSync(dirname(path))).toEqual(['mcp.json']);
  });

  it('to a file that is no text', async () => {
    const path = home.write('.cursor/mcp.json', '');
    writeFileSync(path, Buffer.from([0xff, 0xfe, 0x7b, 0x00]));
    await expect(home.run('cursor', [], { url, yes: true })).resolves.toMatchObject({ code: 'CONFIG_SYNTAX' });
    expect(readFileSync(path)).toEqual(Buffer.from([0xff, 0xfe, 0x7b, 0x00]));
  });

  it('to a file that is marked as read-only', async () => {
    const { path, text } = sample('cursor');
    chmodSync(path, 0o444);
    await expect(home.run('cursor', [], { url, yes: true })).resolves.toMatchObject({ code: 'CLIENT_FILE_UNUSABLE' });
    expect(read(path)).toBe(text);
    expect(readdirSync(dirname(path))).toEqual(['mcp.json']);
  });

  it.each(['a folder', 'a link to nothing'])('to %s', async (what) => {
    const path = join(home.folder, '.cursor/mcp.json');
    mkdirSync(dirname(path));
    if (what === 'a folder') mkdirSync(path);
    else symlinkSync(join(home.folder, 'nowhere'), path);
    await expect(home.run('cursor', [], { url, yes: true })).resolves.toMatchObject({ code: 'CLIENT_FILE_UNUSABLE' });
    expect(existsSync(join(home.folder, 'nowhere'))).toBe(false);
  });

  it('over a server that does not go through Merlon', async () => {
    const text = '{ "mcpServers": { "merlon": { "command": "mine" } } }';
    const path = home.write('.cursor/mcp.json', text);
    await expect(home.run('cursor', [], { url, yes: true })).resolves.toMatchObject({ code: 'USAGE' });
    expect(read(path)).toBe(text);
    await expect(home.run('cursor', [], { url, yes: true, name: 'gate' })).resolves.toMatchObject({ code: 0 });
  });

  it('when it is there already', async () => {
    const { path } = sample('codex');
    await home.run('codex', [], { url, yes: true });
    const text = read(path);
    await expect(home.run('codex', [], { url, yes: true })).resolves.toMatchObject({ code: 0, out: '' });
    expect(read(path)).toBe(text);
    expect(backups(path)).toEqual(['config.toml.merlon-backup-1']);
  });
});

function backups(path: string): string[] {
  return readdirSync(dirname(path)).filter((name) => name.includes('backup'));
}

describe('the file', () => {
  it('keeps its mode, and stays a link when it is one', async () => {
    const real = home.write('dotfiles/mcp.json', '{\n  "mcpServers": {}\n}\n');
    chmodSync(real, 0o640);
    const link = join(home.folder, '.cursor/mcp.json');
    mkdirSync(dirname(link));
    symlinkSync('../dotfiles/mcp.json', link);
    await expect(home.run('cursor', [], { url, yes: true })).resolves.toMatchObject({ code: 0 });
    expect(lstatSync(link).isSymbolicLink()).toBe(true);
    expect(read(real)).toContain(url);
    expect([statSync(real).mode & 0o777, statSync(`${link}.merlon-backup-1`).mode & 0o777]).toEqual([0o640, 0o640]);
    expect(readdirSync(dirname(real))).toEqual(['mcp.json']);
    await expect(home.run('cursor', [], { undo: true, yes: true })).resolves.toMatchObject({ code: 0 });
    expect(lstatSync(link).isSymbolicLink()).toBe(true);
    expect(read(real)).toBe('{\n  "mcpServers": {}\n}\n');
  });

  it('keeps a byte order mark and its line ends', async () => {
    const text = '\uFEFF{\r\n\t"mcpServers": {\r\n\t\t"a": { "command": "b" }\r\n\t}\r\n}\r\n';
    const path = home.write('.cursor/mcp.json', text);
    await home.run('cursor', [], { url, yes: true });
    expect(read(path)).toMatch(/^\uFEFF\{\r\n\t"mcpServers"/);
    expect(read(path).replaceAll('\r\n', '')).not.toContain('\n');
    await home.run('cursor', [], { undo: true, yes: true });
    expect(read(path)).toBe(text);
  });

  it('never loses an earlier backup', async () => {
    const { path, text } = sample('cursor');
    writeFileSync(`${path}.merlon-backup-7`, 'older');
    symlinkSync('/etc/passwd', `${path}.merlon-backup-x`);
    await home.run('cursor', [], { url, yes: true });
    expect(read(`${path}.merlon-backup-7`)).toBe('older');
    expect(read(`${path}.merlon-backup-8`)).toBe(text);
  });

  it('may be another one, or that of the project', async () => {
    const other = home.write('project/other.json', '{}');
    await home.run('cursor', [], { url, file: 'other.json', yes: true });
    expect(read(other)).toContain(url);
    await home.run('vscode', [], { url, project: true, yes: true });
    expect(read(join(home.folder, 'project/.vscode/mcp.json'))).toContain(url);
    await expect(home.run('lmstudio', [], { url, project: true, yes: true })).resolves.toMatchObject({ code: 'USAGE' });
  });

  it('is the one that exists where there may be several', async () => {
    const path = home.write('.config/opencode/opencode.jsonc', '{ /* mine */ }');
    await home.run('opencode', [], { url, yes: true });
    expect(read(path)).toContain(url);
  });
});

describe('where an entry goes', () => {
  const printed = async (id: string, names: string[], options: object, env = {}) => {
    const { code, out, said } = await home.run(id, names, { print: true, ...options }, { env });
    return code === 0 ? (JSON.parse(out) as { mcpServers: Record<string, unknown> }).mcpServers : `${code} ${said}`;
  };

  it('is the address that the configuration says', async () => {
    home.write('project/merlon.yaml', config);
    await expect(printed('kiro', [], {})).resolves.toMatchObject({ merlon: { url: 'http://127.0.0.1:8443/mcp' } });
    await expect(printed('kiro', ['files', 'web'], {})).resolves.toMatchObject({
      'merlon-files': { url: 'http://127.0.0.1:8443/mcp/files' },
      'merlon-web': { url: 'http://127.0.0.1:8443/mcp/web' },
    });
    await expect(printed('kiro', ['other'], {})).resolves.toMatch(/^USAGE .*\nIt has files, web\./);
  });

  it.each([
    ['server: { secure: false, host: "::1", port: 80 }', 'http://[::1]/mcp'],
    ['server: { tls_cert: a, tls_key: b, public_url: "https://mcp.example/x/" }', 'https://mcp.example/x/mcp'],
    ['server: { tls_cert: a, tls_key: b, host: 0.0.0.0 }', 'USAGE'],
    ['server: { tls_cert: a, tls_key: b, port: 0 }', 'USAGE'],
    ['server: { secure: false, host: 192.0.2.1 }', 'CONFIG_UNSAFE'],
    ['server: { port: x }', 'CONFIG_INVALID'],
  ])('%s: %s', async (text, expected) => {
    home.write('project/merlon.yaml', text);
    const { code, out } = await home.run('kiro', [], { print: true });
    expect(code === 0 ? JSON.parse(out).mcpServers.merlon.url : code).toBe(expected);
  });

  it.each([
    ['https://a.example', 'https://a.example/mcp'],
    ['https://a.example/mcp/', 'https://a.example/mcp'],
    ['https://a.example/base', 'https://a.example/base/mcp'],
    ['http://localhost:1/mcp', 'http://localhost:1/mcp'],
    ['http://a.example/mcp', 'CONFIG_UNSAFE'],
    ['https://u:p@a.example/mcp', 'USAGE'],
    ['https://a.example/mcp?key=1', 'USAGE'],
    ['ftp://a.example', 'USAGE'],
    ['gateway', 'USAGE'],
  ])('--url %s: %s', async (given, expected) => {
    const { code, out } = await home.run('kiro', [], { url: given, print: true });
    expect(code === 0 ? JSON.parse(out).mcpServers.merlon.url : code).toBe(expected);
  });

  it('needs a configuration or an address', async () => {
    const ran = await home.run('kiro', [], { yes: true });
    expect(ran.code).toBe('CONFIG_NOT_FOUND');
    expect(ran.said).toContain('--url');
  });

  it('is the gateway itself with --stdio, by paths that hold anywhere', async () => {
    const path = home.write('project/merlon.yaml', config);
    await expect(printed('kiro', [], { stdio: true })).resolves.toEqual({
      merlon: {
        command: '/opt/node/bin/node',
        args: ['/opt/merlon/dist/cli/main.js', 'stdio', '--all', '-c', path],
      },
    });
    await expect(printed('kiro', ['files'], { stdio: true, role: 'guest' })).resolves.toEqual({
      'merlon-files': {
        command: '/opt/node/bin/node',
        args: ['/opt/merlon/dist/cli/main.js', 'stdio', 'files', '-c', path, '--role', 'guest'],
      },
    });
    await expect(printed('kiro', ['other'], { stdio: true })).resolves.toMatch(/^USAGE /);
  });

  it('is no address for a client that only starts programs', async () => {
    const ran = await home.run('claude-desktop', [], { url, yes: true });
    expect(ran.code).toBe('USAGE');
    expect(ran.said).toContain('--stdio');
  });

  it('has a literal key only when one is set', async () => {
    await expect(home.run('zed', [], { url, literalKey: true, print: true })).resolves.toMatchObject({ code: 'USAGE' });
    const env = { MERLON_API_KEY: 'two\nlines' };
    await expect(home.run('zed', [], { url, literalKey: true, print: true }, { env })).resolves.toMatchObject({
      code: 'USAGE',
    });
  });
});

describe('what makes no sense', () => {
  it.each([
    ['nobody', [], {}],
    [undefined, [], { undo: true }],
    [undefined, [], { wrap: true }],
    ['zed', [], { json: true }],
    ['zed', [], { stdio: true, wrap: true }],
    ['zed', [], { undo: true, print: true }],
    ['zed', [], { wrap: true, url: 'https://a.example' }],
    ['zed', [], { role: 'x' }],
    ['zed', [], { file: 'x', project: true }],
    ['zed', ['a', 'b'], { name: 'x' }],
    ['zed', ['../x'], { url: 'https://a.example' }],
    ['zed', [], { name: 'a b' }],
    ['zed', [], { keyEnv: 'A}${B' }],
  ] as const)('is refused: %s %j %j', async (id, names, options) => {
    await expect(home.run(id, names, { yes: true, ...options })).resolves.toMatchObject({ code: 'USAGE' });
  });
});

describe('without a client', () => {
  it('lists the clients that have files, and what goes through Merlon', async () => {
    sample('cursor');
    sample('goose');
    await home.run('cursor', [], { url, yes: true });
    home.write('.gemini/settings.json', '{ "mcpServers": { "\\u001b[2Jx": {} ');
    const { code, out } = await home.run(undefined, [], {});
    expect(code).toBe(0);
    expect(out.replaceAll(home.folder, '~').split('\n')).toEqual([
      'Cursor (cursor)',
      '  ~/.cursor/mcp.json',
      '    files                    stdio  direct',
      '    web                      http   direct',
      '    merlon                   http   through Merlon (http)',
      'Gemini CLI (gemini)',
      '  ~/.gemini/settings.json',
      '    1:36 This is no JSON from here on.',
      'Goose (goose)',
      '  ~/.config/goose/config.yaml',
      '    files                    stdio  direct',
      '    web                      http   direct',
    ]);
    expectNoSecrets(out);
  });

  it('lists them for programs too', async () => {
    const { path } = sample('codex');
    await home.run('codex', [], { url, yes: true });
    const { out } = await home.run(undefined, [], { json: true });
    expectNoSecrets(out);
    const { clients: found } = JSON.parse(out) as {
      clients: { id: string; files: { path: string; servers: object[] }[] }[];
    };
    expect(found.map(({ id }) => id)).toEqual(['codex']);
    expect(found[0]?.files[0]).toMatchObject({
      path,
      scope: 'user',
      findings: [],
      servers: [
        { name: 'files', transport: 'stdio', disabled: false, through: null, line: 5 },
        { name: 'web', through: null },
        { name: 'merlon', transport: 'http', through: 'http' },
      ],
    });
  });

  it('says so when there are none', async () => {
    const { out } = await home.run(undefined, [], {});
    expect(out).toContain('claude-code');
  });

  it('hides what a name could do to a terminal', async () => {
    home.write('.cursor/mcp.json', '{ "mcpServers": { "\\u001b[2Jx": { "command": "y" } } }');
    const { out } = await home.run(undefined, [], {});
    expect(out).not.toContain('\u001b');
  });
});
