import { execFile } from 'node:child_process';
import { mkdtemp } from 'node:fs/promises';
import { join } from 'node:path';
import type { Failed, Outcome, Plan, Seen, Target } from '../clients/plan.ts';
import type { MatrixClient } from './clients.ts';

/** What one client saw of each target, by the target's name. */
export type Outcomes = ReadonlyMap<string, Seen | Failed>;

/** Where a client runs. */
export interface Surroundings {
  /** Its home and other folders are made in here: what it finds and leaves there is none of a test's business. */
  readonly folder: string;
  /** The certificate authority that it is to trust. */
  readonly caFile?: string;
}

/** A client that is not done with all its targets by then, in milliseconds, is killed. */
const CLIENT_MS = 150_000;

/** Runs a client, in a process of its own as it would be, through its targets. */
export async function runClient(
  client: Pick<MatrixClient, 'driver' | 'era'>,
  targets: readonly Target[],
  { folder, caFile }: Surroundings,
): Promise<Outcomes> {
  const home = await mkdtemp(join(folder, 'home-'));
  const plan: Plan = { era: client.era, folder: home, targets };
  const driver = join(import.meta.dirname, '..', 'clients', client.driver);
  const trust = caFile === undefined ? {} : { NODE_EXTRA_CA_CERTS: caFile };
  // Compiled code is shared between the runs: some clients are one process a request.
  const env = { ...process.env, HOME: home, NODE_COMPILE_CACHE: join(folder, 'compiled'), ...trust };
  const options = { env, timeout: CLIENT_MS, maxBuffer: 64 * 1024 * 1024 };
  const args = [driver, JSON.stringify(plan)];
  const [stdout, stderr] = await new Promise<[stdout: string, stderr: string]>((resolve) => {
    execFile(process.execPath, args, options, (_error, ...printed) => resolve(printed));
  });
  const lines = stdout.split('\n').filter((line) => line.startsWith('{"name":'));
  const seen = new Map(lines.map((line) => outcomeOf(JSON.parse(line) as Outcome)));
  const unseen: Failed = { failed: `the client ended early: ${stderr.slice(-2000)}` };
  return new Map(targets.map(({ name }) => [name, seen.get(name) ?? unseen]));
}

function outcomeOf({ name, ...outcome }: Outcome): [name: string, outcome: Seen | Failed] {
  return [name, outcome];
}
