import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openApiKeys } from '../src/identity/api-key.ts';
import { ensureDevCertificate } from '../src/identity/dev-ca.ts';
import { systemClock } from '../src/kernel/clock.ts';
import { merlon, programPath } from './deployment.ts';
import { freePort } from './free-port.ts';
import { startProgram } from './program.ts';

const root = join(import.meta.dirname, '..');

/** The quickstart's gateway with its four real upstreams, from a copy of its folder and on a port of its own. */
export interface QuickstartGateway {
  readonly folder: string;
  readonly file: string;
  readonly url: string;
  readonly caFile: string;
  /** Makes an API key of a role. */
  key(role: string): string;
  /** Ends it and everything that it started, and removes the folder. */
  stop(): Promise<void>;
}

/** Starts {@link QuickstartGateway}. */
export async function startQuickstart(): Promise<QuickstartGateway> {
  const folder = await mkdtemp(join(tmpdir(), 'merlon-quickstart-'));
  const [file, state] = [join(folder, 'merlon.yaml'), join(folder, 'state')];
  const port = await freePort();
  try {
    await cp(join(root, 'examples/quickstart/loopback-only.mjs'), join(folder, 'loopback-only.mjs'));
    await writeFile(
      file,
      configured(await readFile(join(root, 'examples/quickstart/merlon.yaml'), 'utf8'), state, port),
    );
    for (const name of [state, join(state, 'files')]) await mkdir(name, { mode: 0o700 });
    await writeFile(join(state, 'files/welcome.txt'), 'Hello.', { mode: 0o600 });
    await ensureDevCertificate(join(state, 'tls'), { hosts: [], clock: systemClock });
    const program = await startProgram({
      // Whatever the servers write into the state folder is for this user alone, as at `npm start`.
      command: 'sh',
      args: ['-c', 'umask 077 && exec "$0" "$@"', process.execPath, merlon, 'serve', '-c', file],
      ready: /(https:\/\/[\w.-]+:\d+)\/mcp\n/,
      cwd: folder,
      env: { PATH: programPath },
    });
    return {
      folder,
      file,
      url: `${program.match[1] ?? ''}/mcp`,
      caFile: join(state, 'tls/ca.pem'),
      key(role) {
        const keys = openApiKeys({ path: join(state, 'keys.json'), clock: systemClock });
        return keys.create({ role, name: `test ${role}` }).text;
      },
      async stop() {
        await program.stop();
        await rm(folder, { recursive: true, force: true });
      },
    };
  } catch (error) {
    await rm(folder, { recursive: true, force: true });
    throw error;
  }
}

/** The same configuration for another place: what lies beside it stays relative, what lies in this package does not. */
function configured(text: string, state: string, port: number): string {
  return text
    .replace(/^ {2}port: \d+$/m, `  port: ${port}`)
    .replace(/\S+(?=\/node_modules\/|\/\.\.\/node_modules\/)\S*/, (path) => join(root, 'examples/quickstart', path))
    .replace(/(?<=MEMORY_FILE_PATH: )\S+/, join(state, 'memory.jsonl'));
}
