import { existsSync } from 'node:fs';
import type { Failed, Seen, ServerEntry, Target } from '../clients/plan.ts';
import { startGateway } from '../gateway-process.ts';
import { entriesOf, type Upstream } from '../upstreams.ts';
import { clients, type MatrixClient } from './clients.ts';
import { type Column, columns } from './columns.ts';
import { directly } from './exceptions.ts';
import { type Outcomes, runClient, type Surroundings } from './run-client.ts';
import { chromium, startUpstreams } from './upstreams.ts';

/** What all clients saw of all upstreams, by the client's name. */
export interface Matrix {
  readonly upstreams: Readonly<Record<string, Upstream>>;
  readonly direct: ReadonlyMap<string, Outcomes>;
  /** At `/mcp/NAME`, and of the smaller gateway's `/mcp` under {@link AGGREGATE}. */
  readonly through: ReadonlyMap<string, Outcomes>;
}

/** The target that is several upstreams at once, at `/mcp`; a few only, as each client starts them all. */
export const AGGREGATE = 'at-mcp';
export const aggregated: readonly string[] = ['filesystem', 'memory'];

/** The columns that this machine can run. */
export const runnable: readonly Column[] = columns.filter(({ name }) => name !== 'playwright' || existsSync(chromium));

/** Clients that run at once: more than the two cores, as each waits for servers most of the time. */
const AT_ONCE = 3;

/** Runs every client against every upstream, without and with the gateway between them. */
export async function runMatrix(folder: string): Promise<Matrix> {
  const { upstreams, stop } = await startUpstreams(folder);
  try {
    return { upstreams, ...(await runBoth(upstreams, folder)) };
  } finally {
    await stop();
  }
}

async function runBoth(upstreams: Matrix['upstreams'], folder: string): Promise<Omit<Matrix, 'upstreams'>> {
  const security = { max_requests_per_minute: 60_000, rate_limit_burst: 10_000 };
  const entries = entriesOf(upstreams);
  const few = Object.fromEntries(Object.entries(entries).filter(([name]) => aggregated.includes(name)));
  const gateways = await Promise.all([
    startGateway({ security, mcpServers: entries }),
    startGateway({ security, mcpServers: few }),
  ]);
  try {
    const [all, small] = gateways;
    const [direct, through] = [new Map<string, Outcomes>(), new Map<string, Outcomes>()];
    const key = await all.key('admin');
    const jobs = clients.flatMap((client) => [
      async () => {
        const seen = await runClient(client, [...through_()], {});
        through.set(client.name, seen);
      },
    ]);
    await pool(jobs);
    return { direct, through };
  } finally {
    await Promise.all(gateways.map((gateway) => gateway.stop()));
  }
}
