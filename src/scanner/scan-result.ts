import type { ControlId } from '../controls/control.ts';
import type { Text } from '../kernel/text.ts';
import type { Evidence, Outcome, Severity } from './check.ts';
import type { TargetKind } from './target.ts';

/** A check's answer about one subject of one target. */
export interface Finding {
  /** Stable over scans of the same thing: 16 hexadecimal digits of the check, the target and the subject. */
  readonly fingerprint: string;
  readonly check: string;
  readonly control: ControlId;
  /** Id of the target. */
  readonly target: string;
  readonly subject: string | undefined;
  readonly outcome: Outcome;
  readonly severity: Severity;
  readonly basis: 'seen' | 'told';
  readonly title: Text;
  readonly evidence: readonly Evidence[];
  readonly remedy: Text;
  /** Set where somebody accepted it; it then neither fails a control nor the gate. */
  readonly waiver?: Waiver;
}

/** An accepted finding. */
export interface Waiver {
  readonly fingerprint: string;
  readonly owner: string;
  readonly reason: string;
  /** The last day on which it holds, `YYYY-MM-DD` in UTC. */
  readonly expires: string;
}

/** A person's answer to a control's question. */
export interface Attestation {
  readonly control: ControlId;
  readonly by: string;
  /** `YYYY-MM-DD`. */
  readonly date: string;
  readonly expires: string;
  readonly statement: string;
  readonly evidence: { readonly file?: string; readonly sha256?: string; readonly url?: string };
  /** `expired`, `evidence-changed` and `evidence-missing` count as unanswered. */
  readonly state: 'valid' | 'expired' | 'evidence-changed' | 'evidence-missing';
}

/** What all findings of a control come to. */
export interface ControlResult {
  readonly id: ControlId;
  readonly outcome: Outcome;
  /** Why, in a sentence. */
  readonly reason: Text;
  /** Whether the baseline's profile asks for it. */
  readonly required: boolean;
  /** Fingerprints of its findings, the ones that decided first. */
  readonly findings: readonly string[];
  readonly attestation?: Attestation;
}

export interface ScannedTarget {
  readonly id: string;
  readonly kind: TargetKind;
  readonly name: string;
  /** False where the target as a whole, or a part of it, could not be looked at. */
  readonly reached: boolean;
  /** What could not be looked at, and why. */
  readonly missing: readonly { readonly part: string; readonly why: Text }[];
}

export type Letter = 'A' | 'B' | 'C' | 'D' | 'E' | 'F';

export interface Grade {
  /** Undefined where it is withheld. */
  readonly letter: Letter | undefined;
  /** Weighted share of controls that hold, 0 to 100, before caps. */
  readonly points: number;
  /** What keeps the letter from being better. */
  readonly caps: readonly { readonly letter: Letter; readonly because: Text }[];
  /** Why there is no letter. */
  readonly withheld: Text | undefined;
}

export interface GateResult {
  readonly holds: boolean;
  /** True where something that the gate needs could not be looked at. */
  readonly couldNotLook: boolean;
  readonly because: readonly Text[];
}

/** Everything that a scan found out; reports show nothing else. */
export interface ScanResult {
  readonly version: 1;
  /** Merlon's version. */
  readonly merlon: string;
  /** ms since 1970. */
  readonly startedAt: number;
  readonly durationMs: number;
  readonly profile: string;
  readonly targets: readonly ScannedTarget[];
  /** All 20, in order. */
  readonly controls: readonly ControlResult[];
  /** The worst first. */
  readonly findings: readonly Finding[];
  /** Checks of which all answers count once: how many passed, of all that were answered. Percent with one decimal. */
  readonly score: {
    readonly passed: number;
    readonly failed: number;
    readonly warned: number;
    readonly percent: number;
  };
  readonly grade: Grade;
  /** Checks that the baseline switches off, and why; nobody looked there. */
  readonly off: readonly { readonly check: string; readonly reason: string }[];
  readonly gate: GateResult | undefined;
  readonly diff: ScanDiff | undefined;
}

/** What changed since an earlier scan. */
export interface ScanDiff {
  /** ms since 1970, of the earlier scan. */
  readonly since: number;
  /** Fingerprints of failures and warnings. */
  readonly fresh: readonly string[];
  readonly unchanged: readonly string[];
  /** Those of the earlier scan that are gone; not those whose target or check was not looked at this time. */
  readonly fixed: readonly {
    readonly fingerprint: string;
    readonly check: string;
    readonly target: string;
    readonly subject: string | undefined;
  }[];
  /** Of the earlier scan, not looked at this time. */
  readonly notLooked: readonly {
    readonly fingerprint: string;
    readonly check: string;
    readonly target: string;
    readonly subject: string | undefined;
  }[];
}
