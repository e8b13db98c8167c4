import { join } from 'node:path';
import { startProgram } from '../program.ts';
import { startAdapter } from './adapter.ts';
import type { Results } from './checks.ts';
import type { Measured } from './report.ts';
import { type Requirement, requirementsOf, type Revision, revisions } from './requirements.ts';
import { runServerSuite } from './suite.ts';
import { startThrough } from './through.ts';

/** Says one line to the person who waits. */
export type Say = (line: string) => void;

interface Served {
  readonly url: string;
  stop(): Promise<void>;
}

/** Which eras a fixture speaks; both unless one is named. */
type Only = 'legacy' | 'modern' | undefined;

/**
 * Runs the suite against the fixture and against the gateway in front of it, everything at once; also against the gateway
 * in front of a fixture that does not speak the suite's era.
 */
export async function measureServers(folder: string, say: Say): Promise<Measured[]> {
  const measure = (name: string, serve: () => Promise<Served>, of: readonly Revision[] = revisions) =>
    measureOn(name, serve, of, folder, say);
  const [legacy, modern] = revisions;
  const [direct, through, toModern, toLegacy] = await Promise.all([
    measure('direct', () => serveDirect(undefined)),
    measure('through Merlon', () => serveThrough(undefined)),
    measure(`to a server of ${modern}`, () => serveThrough('modern'), [legacy]),
    measure(`to a server of ${legacy}`, () => serveThrough('legacy'), [modern]),
  ]);
  return [
    ...revisions.map((revision) => measured(`Servers, ${revision}`, revision, direct, through, false)),
    measured(`Servers, ${legacy}, in front of one that speaks ${modern} alone`, legacy, direct, toModern, true),
    measured(`Servers, ${modern}, in front of one that speaks ${legacy} alone`, modern, direct, toLegacy, true),
  ];
}

/** What one deployment answered, by revision, with what each revision asks for. */
type Answers = ReadonlyMap<Revision, { readonly requirements: readonly Requirement[]; readonly results: Results }>;

function measured(title: string, revision: Revision, direct: Answers, through: Answers, isBridged: boolean): Measured {
  const [one, other] = [direct.get(revision), through.get(revision)];
  if (one === undefined || other === undefined) throw new Error(`${title} was not measured.`);
  return { title, requirements: one.requirements, direct: one.results, through: other.results, isBridged };
}

async function measureOn(
  name: string,
  serve: () => Promise<Served>,
  of: readonly Revision[],
  folder: string,
  say: Say,
): Promise<Answers> {
  const served = await serve();
  try {
    const runs = of.map(async (revision) => {
      const requirements = await requirementsOf(revision, 'server');
      let begun = 0;
      const onScenario = (scenario: string): void => {
        begun += 1;
        say(`${name}, ${revision}: ${begun} of ${requirements.length}, ${scenario}`);
      };
      const results = await runServerSuite({ url: served.url, revision, folder, onScenario });
      return [revision, { requirements, results }] as const;
    });
    return new Map(await Promise.all(runs));
  } finally {
    await served.stop();
  }
}

async function serveDirect(only: Only): Promise<Served> {
  const fixture = await startProgram({
    command: process.execPath,
    args: [join(import.meta.dirname, 'fixture-server.ts'), ...(only === undefined ? [] : ['--only', only])],
    ready: /^(http:\/\/\S+)$/m,
  });
  return { url: fixture.match[1] ?? '', stop: async () => void (await fixture.stop()) };
}

async function serveThrough(only: Only): Promise<Served> {
  const fixture = await serveDirect(only);
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
