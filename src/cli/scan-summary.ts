import { controlOf } from '../controls/index.ts';
import { profiles } from '../scanner/baseline/profiles.ts';
import { checks } from '../scanner/checks/index.ts';
import { neverFails } from '../scanner/gate.ts';
import { outcomeCounts } from '../scanner/report/outcome-counts.ts';
import type { ScanResult } from '../scanner/scan-result.ts';
import type { TargetSpec } from '../scanner/target.ts';
import { scanned, surroundingsHere } from './run-scan.ts';

/** Looks at a deployment by its profile `internal` and says in a few lines how it stands. */
export async function scanSummary(specs: readonly TargetSpec[]): Promise<readonly string[]> {
  const { surroundings } = surroundingsHere(() => {});
  const measure = { baseline: profiles.internal, checks, attestations: [], waivers: [], failOn: neverFails };
  const { result } = await scanned(specs, measure, surroundings);
  return linesOf(result);
}

function linesOf(result: ScanResult): string[] {
  const { grade, score, controls } = result;
  const letter = grade.letter === undefined ? 'no grade' : `grade ${grade.letter}`;
  const failing = controls.filter(({ outcome }) => outcome === 'fail' || outcome === 'unknown');
  return [
    `${letter}, score ${score.percent} % · controls: ${outcomeCounts(result, 'en')}`,
    ...failing.map(({ id, outcome, reason }) => `${outcome} ${id} ${controlOf(id).title.en}: ${reason.en}`),
  ];
}
