import { accessSync, constants } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { loopbackCertificate } from '../../test/certificate.ts';
import { freePort } from '../../test/free-port.ts';
import { type Program, startProgram } from '../../test/program.ts';
import type { Chain, RunningChain } from './chain.ts';

const here = import.meta.dirname;
const ADDRESS = /https?:\/\/\S+/;

/** A raw mock server, by the file that it is. */
export type Mock = 'mock.ts' | 'modern-mock.ts';

/** The raw mock server that speaks stdio, for whoever starts it. */
export const stdioMock: string = join(here, 'mock-stdio.ts');

/** Starts a raw mock server. */
export function startMock(mock: Mock = 'mock.ts'): Promise<Program> {
  return startProgram({ command: process.execPath, args: [join(here, mock)], ready: ADDRESS });
}

/** No gateway at all: what the mock and the load generator can do. */
export const direct: Chain = {
  name: 'direct → mock',
  async start() {
    const mock = await startMock();
    return { url: mock.match[0], pid: mock.pid, stop: () => endAll(mock) };
  },
};

/** nginx as a reverse proxy that reads nothing, one worker. */
export const nginx: Chain = {
  name: 'nginx → mock',
  async start() {
    const command = findNginx();
    if (command === undefined) return 'nginx is not installed';
    const mock = await startMock();
    const folder = await mkdtemp(join(tmpdir(), 'merlon-nginx-'));
    const port = await freePort();
    await mkdir(join(folder, 'temp'));
    await writeFile(join(folder, 'nginx.conf'), nginxConfig(port, new URL(mock.match[0]).host));
    const proxy = await startProgram({
      command,
      args: ['-p', folder, '-c', join(folder, 'nginx.conf'), '-e', 'stderr'],
      ready: port,
    });
    const stop = async (): Promise<void> => {
      await endAll(proxy, mock);
      await rm(folder, { recursive: true, force: true });
    };
    return {
      url: `http://127.0.0.1:${port}/mcp`,
      pid: proxy.pid,
      upstreamPid: mock.pid,
      upstreamUrl: mock.match[0],
      stop,
    };
  },
};

/** The least a JSON-RPC proxy in Node can cost, over plain HTTP. */
export const barePlain: Chain = {
  name: 'bare proxy → mock',
  start: () => startBare(false),
};

/** The same behind a TLS 1.3 listener. */
export const bareTls: Chain = {
  name: 'bare proxy, TLS → mock',
  start: () => startBare(true),
};

/** The same for the other era. */
export const bareModern: Chain = {
  name: 'modern client → bare proxy, TLS → modern mock',
  caller: 'modern',
  start: () => startBare(true, 'modern-mock.ts'),
};

async function startBare(tls: boolean, upstream?: Mock): Promise<RunningChain> {
  const mock = await startMock(upstream);
  const folder = await mkdtemp(join(tmpdir(), 'merlon-bare-'));
  const caFile = join(folder, 'ca.pem');
  const pair = [join(folder, 'cert.pem'), join(folder, 'key.pem')] as const;
  const certificate = await loopbackCertificate();
  await writeFile(caFile, certificate.ca);
  await writeFile(pair[0], certificate.cert);
  await writeFile(pair[1], certificate.key, { mode: 0o600 });
  const args = [join(here, 'bare-proxy.ts'), mock.match[0], ...(tls ? pair : [])];
  const proxy = await startProgram({ command: process.execPath, args, ready: ADDRESS });
  const stop = async (): Promise<void> => {
    await endAll(proxy, mock);
    await rm(folder, { recursive: true, force: true });
  };
  return { url: proxy.match[0], caFile, pid: proxy.pid, upstreamPid: mock.pid, upstreamUrl: mock.match[0], stop };
}

/** Ends programs one after the other, the front one first. */
export async function endAll(...programs: readonly Program[]): Promise<void> {
  for (const program of programs) await program.stop();
}

function findNginx(): string | undefined {
  const folders = [...(process.env['PATH'] ?? '').split(delimiter), '/usr/sbin', '/usr/local/sbin'];
  return folders.map((folder) => join(folder, 'nginx')).find(isExecutable);
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** One process, no log, kept connections on both sides, nothing on disk outside its folder. */
function nginxConfig(port: number, upstream: string): string {
  const temp = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map((kind) => `${kind}_temp_path temp/${kind};`);
  return `
daemon off;
master_process off;
worker_processes 1;
pid nginx.pid;
error_log stderr notice;
events { worker_connections 4096; }
http {
  access_log off;
  ${temp.join('\n  ')}
  client_body_buffer_size 64k;
  keepalive_requests 10000000;
  keepalive_timeout 120s;
  upstream mock { server ${upstream}; keepalive 64; keepalive_requests 10000000; }
  server {
    listen 127.0.0.1:${port};
    location / {
      proxy_pass http://mock;
      proxy_http_version 1.1;
      proxy_set_header Connection "";
      proxy_buffering off;
    }
  }
}
`;
}
