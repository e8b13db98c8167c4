import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { stringify } from 'yaml';
import { clientNamed } from '../src/clients/catalog.ts';
import type { Client, ClientFile, Value } from '../src/clients/client.ts';
import { pathsOf } from '../src/clients/locate.ts';
import { connect } from '../src/cli/connect.ts';
import type { ConnectIo, ConnectOptions } from '../src/cli/connect-options.ts';
import { MerlonError } from '../src/kernel/errors.ts';

/** In the sample files; nothing that connect prints may hold them. */
export const SECRETS = ['5ecret-of-a-variable', '5ecret-of-a-header', '5ecret-of-a-setting'];
/** The gateway that the tests connect to; nobody is asked there. */
export const URL_OF_GATEWAY = 'https://gateway.example:8443/mcp';

/** A home folder of its own, and merlon connect in it. */
export interface Home {
  readonly folder: string;
  readonly io: ConnectIo;
  /** Runs merlon connect; an error is in `code` as its code. */
  run(
    client: string | undefined,
    names: readonly string[],
    options: Partial<ConnectOptions>,
    io?: Partial<ConnectIo>,
  ): Promise<Ran>;
  /** Writes a file below the home folder and returns its path. */
  write(path: string, text: string): string;
  remove(): void;
}

/** What a run came to. */
export interface Ran {
  readonly code: number | string;
  readonly out: string;
  readonly said: string;
}

/** Makes a home folder. */
export function makeHome(): Home {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'merlon-connect-')));
  const base = {
    env: {},
    platform: 'linux',
    home: folder,
    cwd: join(folder, 'project'),
    program: { node: '/opt/node/bin/node', file: '/opt/merlon/dist/cli/main.js' },
    ask: undefined,
  } as const;
  mkdirSync(base.cwd);
  const run: Home['run'] = async (client, names, options, more = {}) => {
    const [out, said]: [string[], string[]] = [[], []];
    const io: ConnectIo = { ...base, print: (line) => out.push(line), say: (line) => said.push(line), ...more };
    const code = await connect(client, names, { config: 'merlon.yaml', ...options }, io).catch((error: unknown) => {
      if (!(error instanceof MerlonError)) throw error;
      said.push(error.message, error.todo, JSON.stringify(error.place ?? null));
      return error.code;
    });
    return { code, out: out.join('\n'), said: said.join('\n') };
  };
  const write = (path: string, text: string): string => {
    const file = join(folder, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
    return file;
  };
  const io = { ...base, print: () => undefined, say: () => undefined };
  return { folder, io, run, write, remove: () => rmSync(folder, { recursive: true, force: true }) };
}

/** The client with this id. */
export function clientOf(id: string): Client {
  const client = clientNamed(id);
  if (client === undefined) throw new Error(`There is no client ${id}.`);
  return client;
}

/** The file that connect writes for a client, and its path in a home folder. */
export function fileOf(client: Client, home: string): { file: ClientFile; path: string } {
  const surroundings = { platform: 'linux', env: {}, home, project: join(home, 'project') } as const;
  for (const file of client.files) {
    const [path] = pathsOf(file, surroundings);
    if (file.readOnly !== true && path !== undefined) return { file, path };
  }
  throw new Error(`${client.id} has no file.`);
}

/** A file as people have it: settings, comments where the format has them, a program and an address, secrets in both. */
export function sampleFor({ format, shape }: ClientFile): string {
  const { stdio, http, collection, root } = shape;
  const words = ['npx', '-y', '@scope/server-files', '/srv'];
  const files = {
    ...(collection === 'list' ? { name: 'files' } : {}),
    ...(stdio.type === undefined ? {} : { type: stdio.type }),
    ...(stdio.args === undefined
      ? { [stdio.command]: words }
      : { [stdio.command]: words[0] ?? '', [stdio.args]: words.slice(1) }),
    [stdio.env]: { FILES_TOKEN: SECRETS[0] ?? '' },
  };
  const [headers = 'headers', ...below] = http?.headers ?? [];
  const web = {
    ...(collection === 'list' ? { name: 'web' } : {}),
    ...(http?.type === undefined ? {} : { type: http.type }),
    [http?.url ?? 'url']: 'https://web.example/mcp',
    [headers]: below.reduceRight<Value>((inner, key) => ({ [key]: inner }), { 'X-Key': SECRETS[1] ?? '' }),
  };
  const servers: Value = collection === 'list' ? [files, web] : { files, web };
  const [key = ''] = root;
  if (format === 'toml') return tomlSample(key);
  const data = { theme: 'dark', apiKey: SECRETS[2] ?? '', [key]: servers, last: [1, 2.5, true] };
  if (format === 'yaml') return `# mine\n${stringify(data)}# end\n`;
  const json = `${JSON.stringify(data, null, 4)}\n`;
  return format === 'json' ? json : json.replace('{\n', '{\n    // mine\n').replace('"last"', '/* rest */ "last"');
}

function tomlSample(key: string): string {
  return `# mine
theme = "dark"
apiKey = "${SECRETS[2]}"

[${key}.files]   # first
command = "npx"
args = [
  "-y", # yes
  "@scope/server-files",
  "/srv",
]

[${key}.files.env]
FILES_TOKEN = "${SECRETS[0]}"

[${key}.web]
url = "https://web.example/mcp"
http_headers = { X-Key = "${SECRETS[1]}" }

[last]
numbers = [1, 2.5]
# end
`;
}
