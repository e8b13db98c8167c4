import { existsSync } from 'node:fs';
import { MerlonError } from '../kernel/errors.ts';
import { nearest } from '../kernel/nearest.ts';
import { hashFile } from '../scanner/attest/hash-file.ts';
import { readAttestations } from '../scanner/attest/attestations.ts';
import { type Baseline, type ProfileName, profileNames } from '../scanner/baseline/baseline.ts';
import { defaultProfile, profiles } from '../scanner/baseline/profiles.ts';
import { checkIdsExist, loadBaseline } from '../scanner/baseline/read.ts';
import type { ScanConfig } from '../scanner/baseline/scan-config.ts';
import type { AnyCheck } from '../scanner/check.ts';
import { checks } from '../scanner/checks/index.ts';
import { type FailOn, parseFailOn } from '../scanner/gate.ts';
import type { Attestation } from '../scanner/scan-result.ts';
import { readWaivers, type WrittenWaiver } from '../scanner/waive.ts';
import { readTextFile } from '../scanner/written/read-file.ts';
import type { ScanOptions } from './scan-options.ts';

/** What a scan judges by. */
export interface ScanMeasure {
  readonly baseline: Baseline;
  /** Those built in, and the user's own. */
  readonly checks: readonly AnyCheck[];
  readonly attestations: readonly Attestation[];
  readonly waivers: readonly WrittenWaiver[];
  readonly failOn: FailOn;
}

/** The file that `merlon attest` writes unless it is told otherwise. */
const OWN_ATTESTATIONS = 'merlon-attestations.yaml';

type Told = Pick<ScanOptions, 'baseline' | 'profile' | 'rules' | 'attestations' | 'waivers' | 'failOn'>;

/**
 * Reads everything that a user wrote to steer a scan. A broken file is an error here, before anything is probed.
 * @throws MerlonError USAGE, and Problems with everything that is wrong in a file
 */
export async function measureOf(options: Told, config: ScanConfig | undefined, now: number): Promise<ScanMeasure> {
  const baseline = baselineOf(options, config, now);
  const paths = [...baseline.rules, ...(config?.rules ?? []), ...options.rules];
  const all = [...checks, ...(await ownChecks(paths))];
  checkIdsExist(
    baseline,
    all.map(({ id }) => id),
  );
  return {
    baseline,
    checks: all,
    attestations: attestationsOf(options.attestations ?? config?.attestations ?? baseline.attestations, now),
    waivers: [...baseline.waivers, ...waiversOf(options.waivers, now)],
    failOn: options.failOn === undefined ? (baseline.failOn ?? parseFailOn('high')) : parseFailOn(options.failOn),
  };
}

/** The engine of rules is loaded when there are any: most scans have none. */
async function ownChecks(paths: readonly string[]): Promise<readonly AnyCheck[]> {
  if (paths.length === 0) return [];
  const { loadRules } = await import('../scanner/rules/load.ts');
  return (await loadRules(paths, { taken: checks.map(({ id }) => id) })).checks;
}

function baselineOf(options: Told, config: ScanConfig | undefined, now: number): Baseline {
  const file = options.baseline ?? config?.baseline;
  if (file !== undefined && options.profile !== undefined) {
    throw new MerlonError('USAGE', 'A baseline names its own profile; give one of the two.');
  }
  if (file !== undefined) return loadBaseline(file, { now });
  const name = options.profile ?? config?.profile;
  return profiles[name === undefined ? defaultProfile : profileOf(name)];
}

function profileOf(name: string): ProfileName {
  const known = profileNames.find((one) => one === name);
  if (known !== undefined) return known;
  const near = nearest(name, profileNames);
  throw new MerlonError('USAGE', `There is no profile ${JSON.stringify(name)}.`, {
    todo: near === undefined ? `It is one of ${profileNames.join(', ')}.` : `Did you mean ${near}?`,
  });
}

function attestationsOf(named: string | undefined, now: number): readonly Attestation[] {
  const file = named ?? (existsSync(OWN_ATTESTATIONS) ? OWN_ATTESTATIONS : undefined);
  return file === undefined ? [] : readAttestations(readTextFile(file), file, { now, hashOf: hashFile });
}

function waiversOf(file: string | undefined, now: number): readonly WrittenWaiver[] {
  return file === undefined ? [] : readWaivers(readTextFile(file), file, { now });
}
