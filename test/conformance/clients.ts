import { join } from 'node:path';
import type { Check, Results } from './checks.ts';
import type { Measured } from './report.ts';
import { type Requirement, requirementsOf, type Revision, revisions } from './requirements.ts';
import type { Say } from './servers.ts';
import { runClientScenario } from './suite.ts';

/** How many scenarios run at once; each has a suite, a client and perhaps a gateway of its own. */
const AT_ONCE = 3;

/** One scenario of one revision, with or without the gateway. */
interface Job {
  readonly revision: Revision;
  readonly scenario: string;
  readonly through: boolean;
}

/**
 * Runs the suite's client scenarios with a client of SDK v2, at the suite's own servers and through a gateway in front of
 * them. Those of authorization are left out: they are between a client and an authorization server.
 */
export async function measureClients(folder: string, say: Say): Promise<Measured[]> {
  const required = new Map<Revision, readonly Requirement[]>();
  for (const revision of revisions) {
    const all = await requirementsOf(revision, 'client');
    required.set(
      revision,
      all.filter(({ scenario }) => !scenario.startsWith('auth/')),
    );
  }
  const jobs = [...required].flatMap(([revision, all]) =>
    all.flatMap(({ scenario }) => [false, true].map((through): Job => ({ revision, scenario, through }))),
  );
  const checks = await runJobs(jobs, folder, say);
  const resultsOf = (revision: Revision, through: boolean): Results =>
    new Map(
      jobs
        .filter((job) => job.revision === revision && job.through === through)
        .map((job) => [job.scenario, checks.get(job) ?? []]),
    );
  return [...required].map(([revision, requirements]) => ({
    title: `Clients, ${revision}`,
    requirements,
    direct: resultsOf(revision, false),
    through: resultsOf(revision, true),
    isBridged: false,
  }));
}

async function runJobs(jobs: readonly Job[], folder: string, say: Say): Promise<ReadonlyMap<Job, readonly Check[]>> {
  const checks = new Map<Job, readonly Check[]>();
  const waiting = [...jobs];
  async function work(): Promise<void> {
    for (let job = waiting.shift(); job !== undefined; job = waiting.shift()) {
      const { revision, scenario } = job;
      say(`client, ${revision}: ${jobs.length - waiting.length} of ${jobs.length}, ${scenario}`);
      checks.set(job, await runClientScenario({ command: commandOf(job), scenario, revision, folder }));
    }
  }
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  return checks;
}

/** The suite gives the command to a shell. */
function commandOf({ through }: Job): string {
  const quoted = [process.execPath, join(import.meta.dirname, 'client.ts')].map((part) => `"${part}"`);
  return [...quoted, ...(through ? ['--through'] : [])].join(' ');
}
