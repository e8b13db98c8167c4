import { existsSync } from 'node:fs';
import type { HttpEntry, ServerEntry, Target } from '../clients/plan.ts';
import { makeDeployment } from '../deployment.ts';
import { entriesOf, type Upstream } from '../upstreams.ts';
import { clients, type MatrixClient } from './clients.ts';
import { chromium, type Column, columns } from './columns.ts';
import { directly } from './exceptions.ts';
import { type Outcomes, runClient } from './run-client.ts';
import { startUpstreams } from './upstreams.ts';

/** What all clients saw, by the client's name. */
export interface Matrix {
  readonly upstreams: Readonly<Record<string, Upstream>>;
  /** Of each upstream, with nothing in front of it. */
  readonly direct: ReadonlyMap<string, Outcomes>;
  /** Of each upstream at `/mcp/NAME`, and of {@link AGGREGATE}. */
  readonly through: ReadonlyMap<string, Outcomes>;
}

/** The columns that this machine can run: a browser has to be there. */
export const runnable: readonly Column[] = columns.filter(({ name }) => name !== 'playwright' || existsSync(chromium));

/** The target that is all upstreams at once, at `/mcp`; its caller reaches two of them, as each client starts them all. */
export const AGGREGATE = 'at-mcp';
export const aggregated = ['filesystem', 'memory'] as const;

const roles = [
  { name: 'all', permissions: ['*:*'] },
  { name: 'few', permissions: ['read:info', ...aggregated.map((name) => `execute:tool/${name}`)] },
];

/** Clients that run at once: more than the two cores of a small machine, as each waits for its servers now and then. */
const AT_ONCE = 3;

/** Lets every client list and call every upstream, without and with the gateway between them; files go to `folder`. */
export async function runMatrix(folder: string): Promise<Matrix> {
  const started = await startUpstreams(folder);
  const { upstreams } = started;
  const deployment = await makeDeployment({
    permissions: { roles },
    security: { max_requests_per_minute: 60_000, rate_limit_burst: 10_000 },
    mcpServers: entriesOf(upstreams),
  });
  try {
    const { url } = await deployment.start();
    const { caFile } = deployment;
    const [direct, through] = [new Map<string, Outcomes>(), new Map<string, Outcomes>()];
    const jobs = clients.flatMap((client) => [
      async () => direct.set(client.name, await runClient(client, directTargets(client, upstreams), { folder })),
      async () => {
        // Each its own principal: what the gateway keeps for stateless clients is kept for each principal.
        const at = (path: string, role: string): HttpEntry => endpoint(`${url}${path}`, deployment.key(role));
        const targets = targetsThrough(client, upstreams, at);
        through.set(client.name, await runClient(client, targets, { folder, caFile }));
      },
    ]);
    await inTurn(jobs);
    return { upstreams, direct, through };
  } finally {
    await deployment.remove();
    await started.stop();
  }
}

function directTargets(client: MatrixClient, upstreams: Matrix['upstreams']): Target[] {
  return runnable
    .filter((column) => directly(client, column)?.says !== null) // null: not tried
    .map(({ name }) => targetOf(client, name, upstreams[name]));
}

function targetsThrough(
  client: MatrixClient,
  upstreams: Matrix['upstreams'],
  at: (path: string, role: string) => HttpEntry,
): Target[] {
  const single = runnable.map(({ name }) => targetOf(client, name, upstreams[name], at(`/mcp/${name}`, 'all')));
  const good = upstreams['memory']?.good;
  if (good === undefined) return single;
  const entry = at('/mcp', 'few');
  return [...single, { name: AGGREGATE, entry, good: { ...good, name: `memory__${good.name}` } }];
}

function targetOf(client: MatrixClient, name: string, upstream: Upstream | undefined, entry?: ServerEntry): Target {
  if (upstream === undefined) throw new Error(`The upstream '${name}' was not started.`);
  const { good, more } = upstream;
  const closer = client.closely === true && more !== undefined ? { more } : {};
  return { name, entry: entry ?? upstream.entry, good, ...closer };
}

function endpoint(url: string, key: string): HttpEntry {
  return { type: 'http', url, headers: { Authorization: `Bearer ${key}` } };
}

async function inTurn(jobs: readonly (() => Promise<unknown>)[]): Promise<void> {
  const left = jobs[Symbol.iterator]();
  const worker = async (): Promise<void> => {
    for (const job of left) await job();
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
}
