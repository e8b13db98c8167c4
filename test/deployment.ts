import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { stringify } from 'yaml';
import { openApiKeys } from '../src/identity/api-key.ts';
import { systemClock } from '../src/kernel/clock.ts';
import { loopbackCertificate } from './certificate.ts';
import { type Program, startProgram } from './program.ts';

/** A gateway configuration; what is left out of `server` is filled in: loopback, a port of the system, TLS, scratch state. */
export type GatewayConfig = Readonly<Record<string, unknown>> & { readonly server?: Readonly<Record<string, unknown>> };

/** A scratch folder with a configuration, a certificate and state, in which a gateway can be started again and again. */
export interface Deployment {
  readonly folder: string;
  /** The configuration file, and where state, certificate, key and logs are. */
  readonly file: string;
  readonly state: string;
  readonly certFile: string;
  readonly keyFile: string;
  readonly caFile: string;
  /** The certificate authority to trust, as PEM. */
  readonly ca: string;
  /** Writes the configuration file. */
  configure(config: GatewayConfig): Promise<void>;
  /** Makes an API key of a role; works whether or not a gateway runs. */
  key(role: string): string;
  /** Runs `merlon serve` and waits until it says its address. */
  start(options?: StartOptions): Promise<Serving>;
  /** Ends the gateways that still run and removes the folder. */
  remove(): Promise<void>;
}

export interface StartOptions {
  /** Added to our own environment. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** The built program, started as itself; default the sources, by Node. */
  readonly program?: string;
}

/** A gateway that serves. */
export interface Serving {
  /** Where it says that it answers, such as `https://127.0.0.1:PORT`; without a path. */
  readonly url: string;
  readonly pid: number;
  /** What it has written to stdout and stderr. */
  output(): string;
  /** Drains and ends the gateway; resolves with its exit code (null: it was killed by a signal). */
  stop(): Promise<number | null>;
}

/** How a command ended. */
export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

const root = join(import.meta.dirname, '..');
const bin = join(root, 'node_modules', '.bin');

/** The command line's entry point, for Node. */
export const merlon: string = join(root, 'src', 'cli', 'main.ts');

/** Programs of this package's own dependencies are found before the machine's. */
export const programPath = `${bin}:${process.env['PATH'] ?? ''}`;

/** Makes a folder for gateways of a test; `config` is written into it. */
export async function makeDeployment(config: GatewayConfig): Promise<Deployment> {
  const folder = await mkdtemp(join(tmpdir(), 'merlon-test-'));
  const [file, state] = [join(folder, 'merlon.yaml'), join(folder, 'state')];
  const [certFile, keyFile, caFile] = [join(folder, 'cert.pem'), join(folder, 'key.pem'), join(folder, 'ca.pem')];
  const running = new Set<Serving>();
  async function remove(): Promise<void> {
    await Promise.all([...running].map((serving) => serving.stop()));
    await rm(folder, { recursive: true, force: true });
  }

  async function configure({ server, ...rest }: GatewayConfig): Promise<void> {
    const filled = {
      host: '127.0.0.1',
      port: 0,
      tls_cert: certFile,
      tls_key: keyFile,
      state_dir: state,
      ...server,
    };
    await writeFile(file, stringify({ ...rest, server: filled }));
  }

  try {
    const { ca, cert, key } = await loopbackCertificate();
    await mkdir(state, { mode: 0o700 });
    await writeFile(caFile, ca);
    await writeFile(certFile, cert);
    await writeFile(keyFile, key, { mode: 0o600 });
    await configure(config);
    return {
      folder,
      file,
      state,
      certFile,
      keyFile,
      caFile,
      ca,
      configure,
      key(role) {
        const keys = openApiKeys({ path: join(state, 'keys.json'), clock: systemClock });
        return keys.create({ role, name: `test ${role}` }).text;
      },
      async start(options = {}) {
        const serving = await startServing(file, folder, options);
        running.add(serving);
        return serving;
      },
      remove,
    };
  } catch (error) {
    await remove();
    throw error;
  }
}

async function startServing(file: string, folder: string, { env, program: built }: StartOptions): Promise<Serving> {
  const program: Program = await startProgram({
    command: built ?? process.execPath,
    args: [...(built === undefined ? [merlon] : []), 'serve', '-c', file],
    ready: /(https:\/\/[\w.-]+(?::\d+)?)\/mcp\n/,
    cwd: folder,
    env: { PATH: programPath, ...env },
  });
  const url = program.match[1] ?? '';
  return { url, pid: program.pid, output: () => program.output(), stop: () => program.stop() };
}

/** A command that has not ended by then, in milliseconds, never will. */
const COMMAND_MS = 30_000;

/** Runs `merlon` with these arguments until it ends by itself; one that does not is killed and has no exit code. */
export async function runMerlon(args: readonly string[], env: StartOptions['env'] = {}): Promise<Ended> {
  const child = spawn(process.execPath, [merlon, ...args], {
    env: { ...process.env, PATH: programPath, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const killLeft = (): void => void child.kill('SIGKILL');
  process.once('exit', killLeft);
  const timer = setTimeout(killLeft, COMMAND_MS);
  const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'close')]);
  clearTimeout(timer);
  process.off('exit', killLeft);
  return { code: child.exitCode, stdout, stderr };
}
