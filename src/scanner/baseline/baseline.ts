import type { ControlId } from '../../controls/control.ts';
import type { Place } from '../../kernel/errors.ts';
import type { Severity } from '../check.ts';
import type { FailOn } from '../gate.ts';
import type { Thresholds } from '../thresholds.ts';
import type { WrittenWaiver } from '../waive.ts';

/** The profiles, the least demanding first: CoSAI's levels L1 to L4. */
export const profileNames = ['sandbox', 'internal', 'production', 'regulated'] as const;
export type ProfileName = (typeof profileNames)[number];

/** What a deployment is measured against. */
export interface Baseline {
  readonly profile: ProfileName;
  readonly required: ReadonlySet<ControlId>;
  /** Controls that need a person's valid attestation on top of looking. */
  readonly attested: ReadonlySet<ControlId>;
  readonly thresholds: Thresholds;
  /** By id of the check, where it differs from the check's own. */
  readonly severities: ReadonlyMap<string, Severity | 'off'>;
  /** Why a check is off, by its id; reports show it. */
  readonly off: ReadonlyMap<string, string>;
  /** Where a file speaks of a check, by its id. */
  readonly checkPlaces: ReadonlyMap<string, Place>;
  /** Files or folders with rules, absolute where a file named them. */
  readonly rules: readonly string[];
  readonly failOn?: FailOn;
  readonly waivers: readonly WrittenWaiver[];
  /** The file with the attestations. */
  readonly attestations?: string;
}
