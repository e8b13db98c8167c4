import { z } from 'zod';
import type { DeepReadonly } from '../../kernel/readonly.ts';
import { controlIds } from '../../controls/control.ts';
import { outcomes, severities } from '../check.ts';
import { targetKinds } from '../target.ts';

const instant = z.iso.datetime().describe('UTC, RFC 3339.');
const fingerprint = z.string().regex(/^[0-9a-f]{16}$/);
const waiver = z.strictObject({ fingerprint, owner: z.string(), reason: z.string(), expires: z.iso.date() });
const attestation = z.strictObject({
  control: z.enum(controlIds),
  by: z.string(),
  date: z.iso.date(),
  expires: z.iso.date(),
  statement: z.string(),
  evidence: z.strictObject({ file: z.string().optional(), sha256: z.string().optional(), url: z.string().optional() }),
  state: z.enum(['valid', 'expired', 'evidence-changed', 'evidence-missing']),
});
const where = z.strictObject({
  file: z.string().optional(),
  line: z.int().optional(),
  column: z.int().optional(),
  path: z.array(z.string()).optional(),
  url: z.string().optional(),
  probe: z.string().optional(),
});
const letter = z.enum(['A', 'B', 'C', 'D', 'E', 'F']);
const finding = z.strictObject({
  fingerprint: fingerprint.describe('Stable over scans of the same thing.'),
  check: z.string(),
  control: z.enum(controlIds),
  target: z.string().describe('Id of a target.'),
  subject: z
    .string()
    .nullable()
    .describe('The tool, server or file that it is about; null where the target has only one.'),
  outcome: z.enum(outcomes),
  severity: z.enum(severities),
  basis: z.enum(['seen', 'told']).describe('`told`: the target says so of itself.'),
  title: z.string(),
  evidence: z.array(z.strictObject({ seen: z.string(), where: where.optional() })).min(1),
  remedy: z.string(),
  waiver: waiver.optional(),
});
const gone = z.strictObject({ fingerprint, check: z.string(), target: z.string(), subject: z.string().nullable() });

/** The JSON report, version 1. Within a version fields are only ever added. */
export const reportShape = z
  .strictObject({
    $schema: z.string(),
    version: z.literal(1),
    merlon: z.string().describe("Merlon's version."),
    language: z.enum(['en', 'zh']),
    started_at: instant,
    duration_ms: z.number(),
    profile: z.string(),
    targets: z.array(
      z.strictObject({
        id: z.string(),
        kind: z.enum(targetKinds),
        name: z.string(),
        reached: z.boolean().describe('False where the target or a part of it could not be looked at.'),
        missing: z.array(z.strictObject({ part: z.string(), why: z.string() })),
      }),
    ),
    controls: z
      .array(
        z.strictObject({
          id: z.enum(controlIds),
          title: z.string(),
          outcome: z.enum(outcomes),
          reason: z.string(),
          required: z.boolean(),
          findings: z.array(fingerprint),
          attestation: attestation.optional(),
        }),
      )
      .length(20)
      .describe('All 20 controls, in order.'),
    findings: z.array(finding).describe('The worst first.'),
    score: z.strictObject({
      passed: z.int(),
      failed: z.int(),
      warned: z.int().describe('Warnings, and what could not be seen.'),
      percent: z.number().min(0).max(100),
    }),
    grade: z.strictObject({
      letter: letter.nullable().describe('Null where it is withheld.'),
      points: z.number().min(0).max(100),
      caps: z.array(z.strictObject({ letter, because: z.string() })),
      withheld: z.string().nullable(),
    }),
    off: z
      .array(z.strictObject({ check: z.string(), reason: z.string() }))
      .optional()
      .describe('Checks that the baseline switches off, and why.'),
    gate: z.strictObject({ holds: z.boolean(), could_not_look: z.boolean(), because: z.array(z.string()) }).nullable(),
    diff: z
      .strictObject({
        since: instant,
        fresh: z.array(fingerprint),
        unchanged: z.array(fingerprint),
        fixed: z.array(gone),
        not_looked: z.array(gone),
      })
      .nullable(),
  })
  .describe('A report of merlon scan.');

/** A report as JSON data. */
export type JsonReport = DeepReadonly<z.output<typeof reportShape>>;
