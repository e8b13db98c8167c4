import type { Language, Text } from '../../kernel/text.ts';
import type { ControlId } from '../../controls/control.ts';
import type { Finding, ScanResult } from '../scan-result.ts';
import type { JsonReport } from './json-shape.ts';

/** Where the schema of the report stands in the package. */
const SCHEMA = 'merlon/schema/scan-report.schema.json';

/** A scan as the JSON report has it, with its texts in one language. */
export function toJsonReport(result: ScanResult, titleOf: (id: ControlId) => Text, language: Language): JsonReport {
  const say = (text: Text): string => text[language];
  const { grade, gate, diff } = result;
  return {
    $schema: SCHEMA,
    version: 1,
    merlon: result.merlon,
    language,
    started_at: instantOf(result.startedAt),
    duration_ms: Math.round(result.durationMs),
    profile: result.profile,
    targets: result.targets.map(({ missing, ...target }) => ({
      ...target,
      missing: missing.map(({ part, why }) => ({ part, why: say(why) })),
    })),
    controls: result.controls.map(({ reason, findings, ...control }) => ({
      ...control,
      title: say(titleOf(control.id)),
      reason: say(reason),
      findings: [...findings],
    })),
    findings: result.findings.map((one) => jsonFinding(one, say)),
    score: { ...result.score },
    grade: {
      letter: grade.letter ?? null,
      points: grade.points,
      caps: grade.caps.map(({ letter: cap, because }) => ({ letter: cap, because: say(because) })),
      withheld: grade.withheld === undefined ? null : say(grade.withheld),
    },
    off: result.off.map((one) => ({ ...one })),
    gate:
      gate === undefined
        ? null
        : { holds: gate.holds, could_not_look: gate.couldNotLook, because: gate.because.map(say) },
    diff:
      diff === undefined
        ? null
        : {
            since: instantOf(diff.since),
            fresh: [...diff.fresh],
            unchanged: [...diff.unchanged],
            fixed: diff.fixed.map(orNull),
            not_looked: diff.notLooked.map(orNull),
          },
  };
}

function jsonFinding({ title, remedy, evidence, subject, ...rest }: Finding, say: (text: Text) => string) {
  return {
    ...rest,
    subject: subject ?? null,
    title: say(title),
    remedy: say(remedy),
    evidence: evidence.map(({ seen, ...place }) => ({ ...place, seen: say(seen) })),
  };
}

function orNull<T extends { readonly subject: string | undefined }>({ subject, ...rest }: T) {
  return { ...rest, subject: subject ?? null };
}

function instantOf(ms: number): string {
  return new Date(ms).toISOString();
}
