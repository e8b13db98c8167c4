import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';

/** What the suite says of one thing that it looked at. */
export interface Check {
  readonly id: string;
  readonly status: 'SUCCESS' | 'FAILURE' | 'WARNING' | 'SKIPPED' | 'INFO';
}

/** The checks of each scenario that ran, by its name. */
export type Results = ReadonlyMap<string, readonly Check[]>;

const written = z.array(
  z.object({ id: z.string(), status: z.enum(['SUCCESS', 'FAILURE', 'WARNING', 'SKIPPED', 'INFO']) }),
);

/** Reads what the suite left in a folder: one subfolder for each scenario, `PREFIXscenario-timestamp`. */
export async function readResults(folder: string, prefix: string): Promise<Results> {
  const results = new Map<string, readonly Check[]>();
  for (const entry of (await readdir(folder)).sort()) {
    const match = /^(.*)-\d{4}-\d\d-\d\dT[\d-]+Z$/.exec(entry);
    if (match?.[1]?.startsWith(prefix) !== true) continue;
    const scenario = match[1].slice(prefix.length);
    const file = join(folder, entry, 'checks.json');
    // A scenario that broke off leaves its folder empty; the suite itself then counts one failure under its name.
    const broke: readonly Check[] = [{ id: scenario, status: 'FAILURE' }];
    results.set(scenario, existsSync(file) ? written.parse(JSON.parse(await readFile(file, 'utf8'))) : broke);
  }
  return results;
}

/** How many checks have this status. */
export function count(checks: readonly Check[], status: Check['status']): number {
  return checks.filter((check) => check.status === status).length;
}

/** True when something was checked and nothing failed. */
export function passes(checks: readonly Check[]): boolean {
  return count(checks, 'SUCCESS') > 0 && count(checks, 'FAILURE') === 0;
}

/** The ids of the checks whose verdicts differ, sorted; an id that occurs several times is one verdict for each. */
export function differences(one: readonly Check[], other: readonly Check[]): string[] {
  const ids = new Set([...one, ...other].map((check) => check.id));
  return [...ids].filter((id) => verdicts(one, id) !== verdicts(other, id)).sort();
}

/** The ids of the checks that succeed less often in `other` than in `one`, sorted. */
export function losses(one: readonly Check[], other: readonly Check[]): string[] {
  const ids = new Set(one.map((check) => check.id));
  const successes = (checks: readonly Check[], id: string): number =>
    checks.filter((check) => check.id === id && check.status === 'SUCCESS').length;
  return [...ids].filter((id) => successes(other, id) < successes(one, id)).sort();
}

// Remarks say how something was done, not whether it was right, and how many there are depends on the network.
function verdicts(checks: readonly Check[], id: string): string {
  const own = checks.filter((check) => check.id === id && check.status !== 'INFO');
  return own
    .map((check) => check.status)
    .sort()
    .join();
}
