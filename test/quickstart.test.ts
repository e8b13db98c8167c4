import { once } from 'node:events';
import { cpSync, mkdirSync, readdirSync, readFileSync, statSync, symlinkSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually, processesWith } from './children/process-table.ts';
import { mcpHeaders, speakTo } from './mcp-client.ts';
import { type Program, startProgram } from './program.ts';

const root = join(import.meta.dirname, '..');
const ROLES = ['admin', 'user', 'guest'] as const;

let folder: string;
let state: string;
const programs = new Set<Program>();
/** The keys as the first start has shown them. */
let keys: Record<(typeof ROLES)[number], string>;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'merlon-quickstart-'));
  state = join(folder, 'examples/quickstart/state');
  installInto(folder);
});

afterAll(async () => {
  await Promise.all([...programs].map((program) => program.stop()));
  await rm(folder, { recursive: true, force: true });
});

/** An installation of its own, made of links, so that the state of a real quickstart is not touched. */
function installInto(where: string): void {
  const modules = join(root, 'node_modules');
  const copy = (name: string): void =>
    cpSync(join(root, name), join(where, name), {
      recursive: true,
      verbatimSymlinks: true,
      filter: (path) => !path.startsWith(join(root, 'examples/quickstart/state')),
    });
  const link = (name: string): void => symlinkSync(join(root, name), join(where, name));
  const scope = 'node_modules/@modelcontextprotocol';
  mkdirSync(join(where, scope), { recursive: true });
  copy('examples');
  copy('node_modules/.bin');
  // Node follows links to where a file really is, and this server keeps its data relative to itself.
  copy(`${scope}/server-memory`);
  for (const name of readdirSync(join(root, scope))) if (name !== 'server-memory') link(`${scope}/${name}`);
  const others = readdirSync(modules).filter((name) => name !== '@modelcontextprotocol' && !name.startsWith('.'));
  for (const name of others) link(`node_modules/${name}`);
  for (const name of ['src', 'package.json']) link(name);
}

async function choosePort(port: number): Promise<void> {
  const file = join(folder, 'examples/quickstart/merlon.yaml');
  const text = await readFile(file, 'utf8');
  await writeFile(file, text.replace(/^ {2}port: \d+$/m, `  port: ${port}`));
}

/** What `npm start` runs, with the path that npm gives it. */
async function start(): Promise<Program & { readonly url: string; readonly ca: string }> {
  const program = await startProgram({
    command: process.execPath,
    args: [join(folder, 'examples/quickstart/start.ts')],
    // Its last words.
    ready: /MCP address +(\S+)\/mcp\n[^]*Ctrl-C/,
    cwd: folder,
    env: { PATH: `${join(folder, 'node_modules/.bin')}:${process.env['PATH'] ?? ''}` },
  });
  programs.add(program);
  return { ...program, url: program.match[1] ?? '', ca: readFileSync(join(state, 'tls/ca.pem'), 'utf8') };
}

/** Ctrl-C: the terminal sends SIGINT to the whole group. */
async function interrupt(program: Program): Promise<number | null> {
  process.kill(-program.pid, 'SIGINT');
  const code = await program.exited;
  programs.delete(program);
  await eventually(
    () => processesWith(folder).length === 0,
    () => processesWith(folder),
  );
  return code;
}

interface Found {
  readonly path: string;
  readonly mode: number;
  readonly isFolder: boolean;
}

function everythingIn(path: string): Found[] {
  return readdirSync(path, { recursive: true, withFileTypes: true }).map((entry) => {
    const full = join(entry.parentPath, entry.name);
    return { path: full, mode: statSync(full).mode & 0o777, isFolder: entry.isDirectory() };
  });
}

describe('the quickstart', () => {
  it('that cannot start says why and gives away no keys that nobody would see', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    const address = other.address();
    await choosePort(typeof address === 'object' && address !== null ? address.port : 0);
    await expect(start()).rejects.toThrow(/ended with code 10\nPORT_IN_USE: [^\n]+\.\n[^\n]+\.\n$/);
    other.close();
    await eventually(
      () => processesWith(folder).length === 0,
      () => processesWith(folder),
    );
  });

  it('shows at its first start one key per role, the commands of the clients, the addresses and the logs', async () => {
    await choosePort(0);
    const program = await start();
    const output = program.output();
    const shown = ROLES.map((role) => new RegExp(`^ +${role} +(merlon_\\S+)$`, 'm').exec(output)?.[1] ?? '');
    const [admin = '', user = '', guest = ''] = shown;
    expect(new Set(shown).size).toBe(3);
    for (const key of shown) expect(key).toMatch(/^merlon_[A-Za-z0-9_-]{40,}$/);
    keys = { admin, user, guest };
    for (const client of [
      `claude mcp add --transport http merlon ${program.url}/mcp --header "Authorization: Bearer ${user}"`,
      `code --add-mcp '{"name":"merlon","type":"http","url":"${program.url}/mcp"`,
      `{"mcpServers":{"merlon":{"url":"${program.url}/mcp"`,
      `npx @modelcontextprotocol/inspector --cli ${program.url}/mcp`,
      `MERLON_API_KEY=${user} npm run -s merlon -- task open --type note --request "Write a haiku into haiku.txt"`,
    ])
      expect(output).toContain(client);
    for (const path of ['/mcp/everything', '/mcp/everything-http', '/mcp/filesystem', '/mcp/memory'])
      expect(output).toContain(`${program.url}${path}\n`);
    expect(output).toContain(join(state, 'audit.log'));
    expect(output).toContain(`NODE_EXTRA_CA_CERTS=${join(state, 'tls/ca.pem')}`);
    expect(await interrupt(program)).toBe(0);
  });

  it('keeps only hashes of the keys, in files that nobody else can read', async () => {
    const found = everythingIn(state);
    const names = found.map(({ path }) => path.slice(state.length + 1));
    for (const name of ['keys.json', 'audit.log', 'server.log', 'tls/ca-key.pem', 'tls/server-key.pem', 'files'])
      expect(names).toContain(name);
    for (const { path, mode, isFolder } of found) {
      expect([path, mode.toString(8)]).toEqual([path, isFolder ? '700' : '600']);
      const text = isFolder ? '' : await readFile(path, 'utf8');
      for (const key of Object.values(keys)) expect(text).not.toContain(key.slice(-30));
    }
    expect(statSync(state).mode & 0o777).toBe(0o700);
  });

  it('shows no keys at the second start; the old ones work, each with the rights of its role', async () => {
    const program = await start();
    expect(program.output()).not.toMatch(/merlon_[A-Za-z0-9_-]{20,}/);
    const http = speakTo(program);

    const admin = await http.open('/mcp', keys.admin);
    const uses = {
      everything: ['echo', { message: 'hello' }, 'hello'],
      'everything-http': ['echo', { message: 'hello' }, 'hello'],
      filesystem: ['read_text_file', { path: join(state, 'files/welcome.txt') }, 'filesystem server'],
      memory: ['create_entities', { entities: [{ name: 'm', entityType: 't', observations: ['kept'] }] }, 'kept'],
    } as const;
    const { result } = await admin.request('tools/list');
    const names = ((result?.['tools'] ?? []) as { name: string }[]).map(({ name }) => name);
    for (const [upstream, [tool, args, expected]] of Object.entries(uses)) {
      expect(names).toContain(`${upstream}__${tool}`);
      const own = await http.open(`/mcp/${upstream}`, keys.user);
      const listed = await own.request('tools/list');
      expect(JSON.stringify(listed.result)).toContain(`"${tool}"`);
      expect(JSON.stringify((await own.call(tool, args)).result), upstream).toContain(expected);
      expect(JSON.stringify((await admin.call(`${upstream}__${tool}`, args)).result), upstream).not.toContain(
        '"isError":true',
      );
    }
    expect(readFileSync(join(state, 'memory.jsonl'), 'utf8')).toContain('"kept"');

    const guest = await http.open('/mcp', keys.guest);
    expect((await guest.request('tools/list')).result).toEqual({ tools: [] });
    expect((await guest.call('everything__echo', { message: 'x' })).error).toBeDefined();
    const rolesFor = async (key: string): Promise<number> => {
      const response = await http.fetch('/api/v2/roles', { headers: mcpHeaders(key) });
      await response.text();
      return response.status;
    };
    expect(await Promise.all([keys.admin, keys.user, keys.guest].map(rolesFor))).toEqual([200, 200, 403]);
    expect((await http.fetch('/mcp', { method: 'POST' })).status).toBe(401);

    // A task of the kind that the start names: what the request speaks of, and nothing else.
    const asked = await http.fetch('/api/v2/tasks', {
      method: 'POST',
      headers: mcpHeaders(keys.user),
      body: JSON.stringify({ type: 'note', request: 'Write a haiku into haiku.txt' }),
    });
    const { credential } = (await asked.json()) as { credential: string };
    const note = await http.open('/mcp', credential);
    const isDenied = async (tool: string, args: Record<string, string>): Promise<boolean> =>
      JSON.stringify((await note.call(tool, args)).result).includes('CALL_DENIED');
    const content = 'An old pond';
    expect(await isDenied('filesystem__write_file', { path: 'haiku.txt', content })).toBe(false);
    expect(readFileSync(join(state, 'files/haiku.txt'), 'utf8')).toBe(content);
    expect(await isDenied('filesystem__write_file', { path: 'diary.txt', content })).toBe(true);
    expect(await isDenied('everything__echo', { message: 'x' })).toBe(true);
    await http.close();

    // Sessions and their processes are still there.
    expect(processesWith(folder).length).toBeGreaterThan(2);
    expect(await interrupt(program)).toBe(0);
    for (const { path, mode, isFolder } of everythingIn(state))
      expect([path, mode.toString(8)]).toEqual([path, isFolder ? '700' : '600']);
  });
});
