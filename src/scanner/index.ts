/** `merlon/scanner`: collect facts, ask checks, grade, report; the same that `merlon scan` does. */
export {
  type About,
  type Answer,
  type AnyCheck,
  type Check,
  defineCheck,
  type Evidence,
  fail,
  manual,
  notApplicable,
  type Outcome,
  outcomes,
  pass,
  severities,
  type Severity,
  unseen,
  warn,
  type Where,
} from './check.ts';
export { checks } from './checks/index.ts';
export { collectors } from './collect/index.ts';
export { evaluate, type Judging } from './evaluate.ts';
export type { PartName, Parts } from './facts/index.ts';
export { grade, score } from './grade.ts';
export { type Blind, blind, type BlindReason, type Look, type Saw, saw } from './look.ts';
export { type ReportFormat, reportFormats } from './report/formats.ts';
export { render, type RenderOptions } from './report/render.ts';
export type { JsonReport } from './report/json-shape.ts';
export { type Collectors, type Measure, scan, type ScanPlan } from './scan.ts';
export type * from './scan-result.ts';
export type { Collect, Credential, HostFile, Surroundings, Target, TargetKind, TargetSpec } from './target.ts';
export { defaultThresholds, type Thresholds } from './thresholds.ts';
export { profiles } from './baseline/profiles.ts';
export type { Language, Text } from '../kernel/text.ts';
