import type { ControlId } from '../controls/control.ts';
import { controls } from '../controls/index.ts';
import { showable } from '../detect/showable.ts';
import type { Text } from '../kernel/text.ts';
import type { AnyCheck, Severity } from './check.ts';
import { combine } from './combine.ts';
import { evaluate } from './evaluate.ts';
import type { PartName } from './facts/index.ts';
import { grade, score } from './grade.ts';
import { judgeControl } from './judge-control.ts';
import { failedToLook } from './look.ts';
import type { Attestation, Finding, ScannedTarget, ScanResult } from './scan-result.ts';
import type { Collect, Surroundings, Target, TargetSpec } from './target.ts';
import type { Thresholds } from './thresholds.ts';

/** One collector for each kind of target. */
export type Collectors = { readonly [Kind in TargetSpec['kind']]: Collect<Kind> };

/** What the findings are judged by; a baseline gives it. */
export interface Measure {
  readonly profile: string;
  /** Controls that must have been looked at for a grade. */
  readonly required: ReadonlySet<ControlId>;
  /** Controls that a person has to confirm besides. */
  readonly attested: ReadonlySet<ControlId>;
  readonly thresholds: Thresholds;
  readonly severities: ReadonlyMap<string, Severity | 'off'>;
  /** Why a check is off, by its id. */
  readonly off: ReadonlyMap<string, string>;
}

/** A scan to be done. */
export interface ScanPlan {
  readonly specs: readonly TargetSpec[];
  readonly checks: readonly AnyCheck[];
  readonly measure: Measure;
  readonly attestations: readonly Attestation[];
  /** Marks accepted findings. */
  readonly waive: (findings: readonly Finding[]) => readonly Finding[];
  readonly collectors: Collectors;
  readonly surroundings: Surroundings;
  /** Merlon's version. */
  readonly merlon: string;
}

/** Targets that are collected at once. */
const AT_ONCE = 8;

/** Collects, checks and grades. Never throws for what a target does; gate and diff are made of its result. */
export async function scan(
  plan: ScanPlan,
): Promise<{ readonly result: ScanResult; readonly targets: readonly Target[] }> {
  const { surroundings, measure } = plan;
  const startedAt = surroundings.now();
  const collected = await collectAll(plan);
  const targets = [...collected, ...combine(collected)];
  const { thresholds, severities } = measure;
  const judged = evaluate(targets, { checks: plan.checks, now: startedAt, thresholds, severities });
  const findings = plan.waive(judged);
  const results = controls.map((control) => {
    const { id } = control;
    const attestation = plan.attestations.find((one) => one.control === id);
    const needsAttestation = measure.attested.has(id);
    return judgeControl(control, findings, { required: measure.required.has(id), needsAttestation, attestation });
  });
  const result: ScanResult = {
    version: 1,
    merlon: plan.merlon,
    startedAt,
    durationMs: surroundings.now() - startedAt,
    profile: measure.profile,
    targets: collected.map(scanned),
    controls: results,
    findings,
    score: score(findings),
    grade: grade(results, findings),
    off: [...measure.off].map(([check, reason]) => ({ check, reason: showable(reason) })),
    gate: undefined,
    diff: undefined,
  };
  return { result, targets };
}

async function collectAll({ specs, collectors, surroundings }: ScanPlan): Promise<Target[]> {
  const found: (readonly Target[])[] = specs.map(() => []);
  const left = specs.entries();
  const work = async (): Promise<void> => {
    for (const [index, spec] of left) found[index] = await collectOne(spec, collectors, surroundings);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  // The same thing named twice is one target.
  return [...new Map(found.flat().map((target) => [target.id, target])).values()];
}

function collectOne(spec: TargetSpec, collectors: Collectors, around: Surroundings): Promise<readonly Target[]> {
  // Each kind goes to its own collector; TypeScript cannot see that through an index.
  const collect = collectors[spec.kind] as (spec: TargetSpec, around: Surroundings) => Promise<readonly Target[]>;
  return collect(spec, around);
}

function scanned({ id, kind, name, parts }: Target): ScannedTarget {
  const missing: { part: PartName; why: Text }[] = [];
  for (const [part, look] of Object.entries(parts)) {
    if (look !== undefined && 'blind' in look && failedToLook(look))
      missing.push({ part: part as PartName, why: look.why });
  }
  return { id, kind, name, reached: missing.length === 0, missing };
}
