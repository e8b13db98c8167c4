import type { Text } from '../kernel/text.ts';

/** The 20 controls, in the order of the checklist. Stable: never renumbered. */
export const controlIds = [
  'C01',
  'C02',
  'C03',
  'C04',
  'C05',
  'C06',
  'C07',
  'C08',
  'C09',
  'C10',
  'C11',
  'C12',
  'C13',
  'C14',
  'C15',
  'C16',
  'C17',
  'C18',
  'C19',
  'C20',
] as const;

/** The id of a control. */
export type ControlId = (typeof controlIds)[number];

/** How much depends on a control; `critical` ones fail a deployment on their own. */
export type Priority = 'critical' | 'high' | 'medium';

/** How a control is verified: by looking, by asking a person, or by both. */
export type Verification = 'automatic' | 'manual' | 'both';

/** A catalogue of other people that says the same. Ids of different schemes may look alike. */
export type Scheme = 'OWASP-MCP' | 'OWASP-AISVS' | 'CoSAI' | 'MCP' | 'NSA' | 'CSA' | 'SAFE-MCP';

/** Where another scheme says the same as a control. */
export interface Reference {
  readonly scheme: Scheme;
  /** The scheme's own id, such as `MCP07`, `C10.2.1`, `MCP-T1`, `AUTHZ-12`. */
  readonly id: string;
  /** What the scheme calls it, in its own words. */
  readonly title: string;
}

/** One of the 20 points that an MCP deployment is checked against. */
export interface Control {
  readonly id: ControlId;
  readonly title: Text;
  readonly priority: Priority;
  /** Why it has this priority. */
  readonly because: Text;
  readonly verification: Verification;
  /** What goes wrong without it. */
  readonly rationale: Text;
  /** What to do. */
  readonly remedy: Text;
  /** What the gateway does for it in this version; says so where it does nothing yet. */
  readonly gateway: Text;
  /** What it does not stop even when it holds. */
  readonly limits: Text;
  /** What a person is asked where looking is not enough; every control with `manual` or `both` has one. */
  readonly question?: Text;
  /** What would prove the answer: kinds of documents or records. */
  readonly evidence?: Text;
  readonly references: readonly Reference[];
}
