import { join } from 'node:path';
import { startProgram } from '../program.ts';
import { startAdapter } from './adapter.ts';
import type { Results } from './checks.ts';
import type { Measured } from './report.ts';
import { requirementsOf, type Revision, revisions } from './requirements.ts';
import { runServerSuite } from './suite.ts';
import { startThrough } from './through.ts';

/** Says one line to the person who waits. */
export type Say = (line: string) => void;

interface Served {
  readonly url: string;
  stop(): Promise<void>;
}

/** Runs the suite against the fixture and against the gateway in front of it, everything at once. */
export async function measureServers(folder: string, say: Say): Promise<Measured[]> {
  const [direct, through] = await Promise.all([
    measureOn(serveDirect, 'direct', folder, say),
    measureOn(serveThrough, 'through Merlon', folder, say),
  ]);
  return Promise.all(
    revisions.map(async (revision) => ({
      revision,
      leg: 'server' as const,
      requirements: await requirementsOf(revision, 'server'),
      direct: direct.get(revision) ?? new Map(),
      through: through.get(revision) ?? new Map(),
    })),
  );
}

async function measureOn(
  serve: () => Promise<Served>,
  name: string,
  folder: string,
  say: Say,
): Promise<ReadonlyMap<Revision, Results>> {
  const served = await serve();
  try {
    const runs = revisions.map(async (revision) => {
      const { length } = await requirementsOf(revision, 'server');
      let begun = 0;
      const onScenario = (scenario: string): void => {
        begun += 1;
        say(`${name}, ${revision}: ${begun} of ${length}, ${scenario}`);
      };
      return [revision, await runServerSuite({ url: served.url, revision, folder, onScenario })] as const;
    });
    return new Map(await Promise.all(runs));
  } finally {
    await served.stop();
  }
}

async function serveDirect(): Promise<Served> {
  const fixture = await startProgram({
    command: process.execPath,
    args: [join(import.meta.dirname, 'fixture-server.ts')],
    ready: /^(http:\/\/\S+)$/m,
  });
  return { url: fixture.match[1] ?? '', stop: async () => void (await fixture.stop()) };
}

async function serveThrough(): Promise<Served> {
  const fixture = await serveDirect();
  const adapter = await startAdapter();
  try {
    const through = await startThrough(fixture.url, [adapter.url]);
    adapter.connect(through);
    return {
      url: `${adapter.url}${through.path}`,
      async stop() {
        adapter.close();
        await through.stop();
        await fixture.stop();
      },
    };
  } catch (error) {
    adapter.close();
    await fixture.stop();
    throw error;
  }
}
