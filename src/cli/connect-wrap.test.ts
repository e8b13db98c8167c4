import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { clientOf, fileOf, type Home, makeHome, sampleFor, SECRETS, URL_OF_GATEWAY } from '../../test/connecting.ts';
import { clients } from '../clients/catalog.ts';
import { throughMerlon, unwrapped } from '../clients/goes-through.ts';
import { readServers } from '../clients/read.ts';

let home: Home;
beforeEach(() => {
  home = makeHome();
});
afterEach(() => home.remove());

function read(path: string): string {
  return readFileSync(path, 'utf8');
}

function expectNoSecrets(...texts: readonly string[]): void {
  for (const text of texts) for (const secret of SECRETS) expect(text).not.toContain(secret);
}

describe.each(clients.map(({ id }) => id))('%s', (id) => {
  const { file, path } = { ...fileOf(clientOf(id), '/') };
  const text = sampleFor(file);
  const at = () => home.folder + path;
  const entries = () => readServers(read(at()), file).entries;

  beforeEach(() => {
    mkdirSync(dirname(at()), { recursive: true });
    writeFileSync(at(), text);
  });

  it('starts its programs through Merlon, and what it reaches otherwise is named', async () => {
    const [, web] = entries();
    const ran = await home.run(id, [], { wrap: true, yes: true });
    expect(ran.code).toBe(0);
    expectNoSecrets(ran.out, ran.said);
    expect(ran.said).toContain('web is left as it is');
    const [files, stillWeb] = entries();
    expect(files).toMatchObject({
      transport: 'stdio',
      command: '/opt/node/bin/node',
      args: [
        '/opt/merlon/dist/cli/main.js',
        'wrap',
        '--name',
        'files',
        '--env',
        'FILES_TOKEN',
        '--',
        'npx',
        '-y',
        '@scope/server-files',
        '/srv',
      ],
    });
    expect([...(files?.env ?? [])]).toEqual([['FILES_TOKEN', SECRETS[0]]]);
    expect(stillWeb?.raw).toEqual(web?.raw);
  });

  it('gets its file back, byte for byte', async () => {
    await home.run(id, ['files'], { wrap: true, yes: true });
    const ran = await home.run(id, [], { undo: true, yes: true });
    expect(ran.code).toBe(0);
    expectNoSecrets(ran.out, ran.said);
    expect(read(at())).toBe(text);
    expect(readdirSync(dirname(at())).filter((name) => name.includes('merlon'))).toEqual([]);
  });

  it('gets its programs back when somebody changed the file since, and the change stays', async () => {
    const [files] = entries();
    await home.run(id, [], { wrap: true, yes: true });
    const changed = read(at()).replace('web.example', 'changed.example').replace('dark', 'light');
    writeFileSync(at(), changed);
    const ran = await home.run(id, [], { undo: true, yes: true });
    expect(ran.code).toBe(0);
    expectNoSecrets(ran.out, ran.said);
    const now = entries();
    expect(now[0]?.raw).toEqual(files?.raw);
    expect(now[1]?.url).toBe('https://changed.example/mcp');
    expect(read(at())).toContain('light');
  });

  it('is not wrapped twice', async () => {
    await home.run(id, [], { wrap: true, yes: true });
    const wrapped = read(at());
    const ran = await home.run(id, [], { wrap: true, yes: true });
    expect(ran).toMatchObject({ code: 0, out: '' });
    expect(ran.said).toContain('files goes through Merlon already');
    expect(read(at())).toBe(wrapped);
  });

  it('loses an added entry alone when somebody changed the file since', async () => {
    if (file.shape.http === undefined) return;
    await home.run(id, [], { url: URL_OF_GATEWAY, yes: true });
    writeFileSync(at(), read(at()).replace('dark', 'light'));
    await expect(home.run(id, [], { undo: true, yes: true })).resolves.toMatchObject({ code: 0 });
    expect(read(at())).toBe(text.replace('dark', 'light'));
  });
});

describe('wrapping', () => {
  const wrap = async (servers: Record<string, unknown>, names: string[] = []) => {
    const path = home.write('.cursor/mcp.json', JSON.stringify({ mcpServers: servers }));
    const ran = await home.run('cursor', names, { wrap: true, yes: true });
    return { ...ran, entries: readServers(read(path), fileOf(clientOf('cursor'), home.folder).file).entries };
  };

  it('is for the servers that are named, when any are', async () => {
    const { entries } = await wrap({ a: { command: 'x' }, b: { command: 'y' } }, ['b']);
    expect(entries.map((entry) => throughMerlon(entry))).toEqual([undefined, 'wrap']);
    await expect(wrap({ a: { command: 'x' } }, ['c'])).resolves.toMatchObject({ code: 'USAGE' });
  });

  it('leaves what would not work, and says so', async () => {
    const { said, entries } = await wrap({
      file: { command: 'x', envFile: '.env' },
      odd: { command: 'x', env: { '--permission': 'y' } },
      nothing: {},
    });
    expect(entries.map((entry) => throughMerlon(entry))).toEqual([undefined, undefined, undefined]);
    expect(said.split('\n').filter((line) => line.includes('is left as it is'))).toHaveLength(3);
  });

  it('gives each server a name that an upstream may have', async () => {
    const names = ['My Files__v2', '9lives', 'ümlaut', '@scope/x', 'a'.repeat(50), '__proto__', '日本'];
    const { entries } = await wrap(
      JSON.parse(`{${names.map((name) => `${JSON.stringify(name)}:{"command":"x"}`).join()}}`),
    );
    const given = entries.map(({ args }) => args[args.indexOf('--name') + 1] ?? '');
    for (const name of given) expect(name).toMatch(/^(?!.*__)[A-Za-z][A-Za-z0-9_-]{0,31}$/);
    expect(given).toEqual(['My_Files_v2', 'lives', 'mlaut', 'scope_x', 'a'.repeat(32), 'proto', 'server']);
  });

  it('keeps what looks like an option of ours among the arguments of the program', async () => {
    const { entries } = await wrap({ a: { command: '--name', args: ['--', '--env', 'X'] } });
    const [entry] = entries;
    expect(entry && unwrapped(entry, { program: '/opt/merlon/dist/cli/main.js' })).toEqual({
      command: '--name',
      args: ['--', '--env', 'X'],
    });
  });

  it('adds arguments where there were none, and takes them away again', async () => {
    const path = home.write('.cursor/mcp.json', '{ "mcpServers": { "a": { "command": "x" } }, "n": 1 }');
    await home.run('cursor', [], { wrap: true, yes: true });
    writeFileSync(path, read(path).replace('"n": 1', '"n": 2'));
    await home.run('cursor', [], { undo: true, yes: true });
    expect(read(path)).toBe('{ "mcpServers": { "a": { "command": "x" } }, "n": 2 }');
  });

  it('shows what it would write and writes nothing with --print', async () => {
    const path = home.write('.cursor/mcp.json', '{ "mcpServers": { "a": { "command": "x" } } }');
    const { code, out } = await home.run('cursor', [], { wrap: true, print: true });
    expect(code).toBe(0);
    expect(out).toContain('"wrap", "--name", "a", "--", "x"');
    expect(read(path)).not.toContain('wrap');
    expect(readdirSync(dirname(path))).toEqual(['mcp.json']);
  });
});

describe('taking back', () => {
  it('goes one change at a time', async () => {
    const path = home.write('.cursor/mcp.json', '{ "mcpServers": { "a": { "command": "x" } } }');
    const original = read(path);
    await home.run('cursor', [], { wrap: true, yes: true });
    const wrapped = read(path);
    await home.run('cursor', [], { url: URL_OF_GATEWAY, yes: true });
    await home.run('cursor', [], { undo: true, yes: true });
    expect(read(path)).toBe(wrapped);
    await home.run('cursor', [], { undo: true, yes: true });
    expect(read(path)).toBe(original);
    await expect(home.run('cursor', [], { undo: true, yes: true })).resolves.toMatchObject({ code: 'NOT_FOUND' });
  });

  it('asks too, and a no changes nothing', async () => {
    const path = home.write('.cursor/mcp.json', '{}');
    await home.run('cursor', [], { url: URL_OF_GATEWAY, yes: true });
    const connected = read(path);
    await expect(home.run('cursor', [], { undo: true })).resolves.toMatchObject({ code: 'USAGE' });
    const ask = () => Promise.resolve(false);
    await expect(home.run('cursor', [], { undo: true }, { ask })).resolves.toMatchObject({ code: 1 });
    expect(read(path)).toBe(connected);
  });

  it('never brings in what a backup of somebody else holds', async () => {
    // A project from elsewhere may come with a file that looks like a backup.
    const text = '{ "mcpServers": { "a": { "command": "x" } } }';
    const path = home.write('project/.cursor/mcp.json', text);
    home.write('project/.cursor/mcp.json.merlon-backup-9', '{ "mcpServers": { "evil": { "command": "curl" } } }');
    await expect(home.run('cursor', [], { undo: true, project: true, yes: true })).resolves.toMatchObject({
      code: 'NOT_FOUND',
    });
    expect(read(path)).toBe(text);
    await home.run('cursor', [], { wrap: true, project: true, yes: true });
    await home.run('cursor', [], { undo: true, project: true, yes: true });
    expect(read(path)).toBe(text);
  });

  it('knows an entry by the variable of its key, or by its name when there is a backup', async () => {
    const path = home.write('.cursor/mcp.json', '{ "n": 1 }');
    const options = { url: URL_OF_GATEWAY, name: 'gate', keyEnv: 'MY_KEY' };
    await home.run('cursor', [], { ...options, yes: true });
    await expect(home.run('cursor', [], { undo: true, yes: true })).resolves.toMatchObject({ code: 'NOT_FOUND' });
    const byKey = await home.run('cursor', [], { undo: true, yes: true, keyEnv: 'MY_KEY' });
    expect(byKey.code).toBe(0);
    expect(read(path)).toBe('{ "n": 1 }');
    await home.run('cursor', [], { ...options, yes: true });
    await expect(home.run('cursor', [], { undo: true, yes: true, name: 'gate' })).resolves.toMatchObject({ code: 0 });
    expect(read(path)).toBe('{ "n": 1 }');
  });

  it('leaves no empty section behind that was not there', async () => {
    const path = home.write('.cursor/mcp.json', '{\n  "n": 1\n}\n');
    await home.run('cursor', [], { url: URL_OF_GATEWAY, yes: true });
    writeFileSync(path, read(path).replace('"n": 1', '"n": 2'));
    await home.run('cursor', [], { undo: true, yes: true });
    expect(read(path)).toBe('{\n  "n": 2\n}\n');
  });

  it('finds nothing where there is no file', async () => {
    await expect(home.run('cursor', [], { undo: true, yes: true })).resolves.toMatchObject({ code: 'NOT_FOUND' });
  });

  it("takes VS Code's question for the key away with its last entry, and leaves others", async () => {
    const text =
      '{\n  "inputs": [{ "id": "mine", "type": "promptString" }],\n  "servers": {\n    "a": { "command": "x" }\n  }\n}\n';
    const path = home.write('.config/Code/User/mcp.json', text);
    await home.run('vscode', ['x', 'y'], { url: URL_OF_GATEWAY, yes: true });
    expect(read(path).match(/"merlon-api-key"/g)).toHaveLength(1);
    writeFileSync(path, read(path).replace('"x"', '"z"'));
    await home.run('vscode', ['merlon-x'], { undo: true, yes: true });
    expect(read(path)).toContain('"merlon-api-key"');
    await home.run('vscode', ['merlon-y'], { undo: true, yes: true });
    expect(read(path)).toBe(text.replace('"x"', '"z"'));
  });
});
