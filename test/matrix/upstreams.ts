import { once } from 'node:events';
import { mkdir, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import type { StdioEntry } from '../clients/plan.ts';
import { freePort } from '../free-port.ts';
import { type Program, startProgram } from '../program.ts';
import { chromium } from './columns.ts';
import { everythingAt, loopbackOnly, startEverything, type Upstream, upstreamsIn } from '../upstreams.ts';

/** Upstreams that are ready to be spoken to, with what they run on. */
export interface MatrixUpstreams {
  readonly upstreams: Readonly<Record<string, Upstream>>;
  stop(): Promise<void>;
}

const packages = join(import.meta.dirname, '..', 'clients', 'node_modules');

// A browser that has no network asks for none: these are the things that it would do unasked.
const quiet = ['gpu', 'quic', 'background-networking', 'component-update', 'sync'].map((each) => `--disable-${each}`);

/** Starts what has to run, and makes the upstreams of the matrix. */
export async function startUpstreams(folder: string): Promise<MatrixUpstreams> {
  const page = await servePages();
  const http = await startEverything();
  const sse = await startEverything('sse');
  const context7 = await startContext7(page.url);
  return {
    upstreams: {
      ...(await upstreamsIn(folder, http.url)),
      'everything-sse': everythingAt(sse.url, 'sse'),
      'sequential-thinking': {
        entry: program('mcp-server-sequential-thinking'),
        tools: ['sequentialthinking'],
        good: {
          name: 'sequentialthinking',
          arguments: { thought: 'One is enough.', thoughtNumber: 1, totalThoughts: 1, nextThoughtNeeded: false },
        },
        says: 'thoughtHistoryLength',
      },
      context7: { ...documentation, entry: { ...program('context7-mcp'), env: context7Variables(page.url) } },
      'context7-http': { ...documentation, entry: { type: 'http', url: context7.url } },
      playwright: {
        entry: program('playwright-mcp', '--config', await playwrightConfig(folder)),
        tools: ['browser_navigate', 'browser_click', 'browser_snapshot'],
        good: { name: 'browser_navigate', arguments: { url: page.url } },
        says: 'Page Title: A page of the test',
      },
    },
    async stop() {
      await Promise.all([http.program.stop(), sse.program.stop(), context7.program.stop()]);
      page.close();
    },
  };
}

const documentation: Omit<Upstream, 'entry'> = {
  tools: ['resolve-library-id', 'query-docs'],
  good: { name: 'query-docs', arguments: { libraryId: '/test/library', query: 'anything' } },
  says: 'A page of documentation.',
};

/** What upstreams fetch: the web page that a browser opens, and the documentation that context7 hands out. */
async function servePages(): Promise<{ url: string; close(): void }> {
  const server = createServer((request, response) => {
    const isDocumentation = request.url?.startsWith('/api/') === true;
    const body = isDocumentation
      ? documentation.says
      : '<!doctype html><link rel="icon" href="data:,"><title>A page of the test</title>';
    response.setHeader('content-type', isDocumentation ? 'text/plain' : 'text/html').end(body);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/`,
    close() {
      server.close();
      server.closeAllConnections();
    },
  };
}

async function startContext7(page: string): Promise<{ program: Program; url: string }> {
  const port = await freePort();
  const { command, args } = program('context7-mcp', '--transport', 'http', '--port', String(port));
  const started = await startProgram({
    command,
    args: ['--import', loopbackOnly, ...args],
    env: context7Variables(page),
    ready: port,
  });
  return { program: started, url: `http://127.0.0.1:${port}/mcp` };
}

/** Its documentation comes from the test, and it reports to nobody. */
function context7Variables(page: string): Record<string, string> {
  return { CONTEXT7_API_URL: `${page}api`, OTEL_SDK_DISABLED: 'true' };
}

/** A browser without a window, a profile or a sandbox (root has none), which writes no snapshots into its answers. */
async function playwrightConfig(folder: string): Promise<string> {
  const outputDir = join(folder, 'playwright');
  await mkdir(outputDir, { recursive: true });
  const launchOptions = {
    headless: true,
    executablePath: chromium,
    chromiumSandbox: false,
    args: [...quiet, '--no-first-run'],
  };
  const config = join(folder, 'playwright.json');
  const browser = { browserName: 'chromium', isolated: true, launchOptions };
  await writeFile(config, JSON.stringify({ browser, outputDir, snapshot: { mode: 'none' } }));
  return config;
}

function program(name: string, ...args: string[]): StdioEntry {
  return { command: process.execPath, args: [join(packages, '.bin', name), ...args] };
}
