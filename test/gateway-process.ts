import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { stringify } from 'yaml';
import { loopbackCertificate } from './certificate.ts';
import { startProgram } from './program.ts';

/** A gateway of its own process, configured in a scratch folder; what tests and benchmarks of the whole product talk to. */
export interface GatewayProcess {
  /** `https://127.0.0.1:PORT`, without a path. */
  readonly url: string;
  /** The certificate authority to trust, as PEM and as a file. */
  readonly ca: string;
  readonly caFile: string;
  /** The scratch folder; gone after {@link stop}. */
  readonly folder: string;
  readonly pid: number;
  /** An API key of a role; made at the first question, the same one afterwards. */
  key(role: string): Promise<string>;
  /** What the gateway has written to stdout and stderr. */
  output(): string;
  /** Drains and ends the gateway; resolves with its exit code. */
  stop(): Promise<number | null>;
}

/** A gateway configuration; what is left out of `server` is filled in: loopback, a port of the system, TLS, scratch state. */
export type GatewayConfig = Readonly<Record<string, unknown>> & { readonly server?: Readonly<Record<string, unknown>> };

const root = join(import.meta.dirname, '..');
const entry = join(root, 'src', 'cli', 'main.ts');
const run = promisify(execFile);

/** Starts `merlon serve` on `config` and waits until it says its address. */
export async function startGateway(config: GatewayConfig): Promise<GatewayProcess> {
  const folder = await mkdtemp(join(tmpdir(), 'merlon-test-'));
  const file = join(folder, 'merlon.yaml');
  const caFile = join(folder, 'ca.pem');
  const removeFolder = (): Promise<void> => rm(folder, { recursive: true, force: true });
  try {
    const ca = await writeFolder(folder, file, caFile, config);
    const program = await startProgram({
      command: process.execPath,
      args: [entry, 'serve', '-c', file],
      ready: /(https:\/\/[\w.-]+:\d+)\/mcp/,
      cwd: folder,
      env: { PATH: `${join(root, 'node_modules', '.bin')}:${process.env['PATH'] ?? ''}` },
    });
    const keys = new Map<string, Promise<string>>();
    return {
      url: program.match[1] ?? '',
      ca,
      caFile,
      folder,
      pid: program.pid,
      key(role) {
        const key = keys.get(role) ?? createKey(role, file);
        keys.set(role, key);
        return key;
      },
      output: () => program.output(),
      async stop() {
        const code = await program.stop();
        await removeFolder();
        return code;
      },
    };
  } catch (error) {
    await removeFolder();
    throw error;
  }
}

async function writeFolder(folder: string, file: string, caFile: string, config: GatewayConfig): Promise<string> {
  const { ca, cert, key } = await loopbackCertificate();
  const state = join(folder, 'state');
  await mkdir(state, { mode: 0o700 });
  const server = {
    host: '127.0.0.1',
    port: 0,
    tls_cert: join(folder, 'cert.pem'),
    tls_key: join(folder, 'key.pem'),
    state_dir: state,
    ...config.server,
  };
  await writeFile(caFile, ca);
  await writeFile(server.tls_cert, cert);
  await writeFile(server.tls_key, key, { mode: 0o600 });
  await writeFile(file, stringify({ ...config, server }));
  return ca;
}

async function createKey(role: string, file: string): Promise<string> {
  const { stdout } = await run(process.execPath, [entry, 'key', 'create', '--role', role, '--config', file]);
  // The key is the last word that is long enough to be one, so that a sentence around it does no harm.
  const key = stdout.split(/\s+/).findLast((word) => word.length >= 24);
  if (key === undefined) throw new Error('`merlon key create` printed no key.');
  return key;
}
