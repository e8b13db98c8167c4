import { showable } from '../detect/showable.ts';
import type { ToolProfile } from '../policy/tool/tool-profile.ts';
import { type Analysis, analyzeGrants, type UsedCall } from '../policy/prove/analyze-grants.ts';
import { analysisLines } from '../policy/prove/analysis-lines.ts';
import { analyzeType } from '../policy/prove/analyze-types.ts';
import { findAuditFiles, readLines } from './audit-files.ts';
import { createAuditTraces } from './audit-traces.ts';
import { readPolicy } from './read-policy.ts';
import { readProfiles } from './read-profiles.ts';

/** What {@link runPolicyAnalyze} is told by the command line. */
export interface PolicyAnalyzeOptions {
  /** A lockfile: what the tools can do. Default: nothing is known of them. */
  readonly lock?: string;
  /** An audit log: what tasks did. Default: nothing is called unused. */
  readonly from?: string;
  readonly format: 'text' | 'json';
}

/** Calls by task type, one of each tool; those made outside any task stand under the empty name. */
type Used = ReadonlyMap<string, readonly UsedCall[]>;

/**
 * `merlon policy analyze`: where permissions of tasks are wider than they need to be.
 * @returns 0: it is a report, and decides nothing
 */
export async function runPolicyAnalyze(
  file: string,
  { lock, from, format }: PolicyAnalyzeOptions,
  print: (line: string) => void,
): Promise<number> {
  const policy = await readPolicy(file);
  const profiles = lock === undefined ? [] : readProfiles(lock);
  const used = from === undefined ? undefined : await readUsed(from, profiles);
  const all = used === undefined ? undefined : [...used.values()].flat();
  const analyses =
    policy.kind === 'grants'
      ? [{ subject: 'grants', ...analyzeGrants({ grants: policy.grants, profiles, ...(all && { used: all }) }) }]
      : [...policy.types.types.values()].map((type) => {
          // A bare list has no name that tasks could have been opened with: every call counts.
          const calls = policy.isList ? all : used && (used.get(type.name) ?? []);
          return { subject: type.name, ...analyzeType(type, profiles, calls) };
        });
  if (format === 'json') print(JSON.stringify({ file, analyses }));
  else for (const line of linesOf(analyses)) print(line);
  return 0;
}

async function readUsed(from: string, profiles: readonly ToolProfile[]): Promise<Used> {
  const used = new Map<string, Map<string, UsedCall>>();
  const traces = createAuditTraces({
    profiles: new Map(profiles.map((one) => [one.tool, one])),
    defaultType: '',
    onTrace: ({ taskType, calls }) => {
      const known = used.get(taskType) ?? new Map<string, UsedCall>();
      used.set(taskType, known);
      // One of each tool is enough to know that it is used.
      for (const { tool, outcome } of calls) if (outcome === 'ok') known.set(tool, { tool });
    },
  });
  const { paths } = await findAuditFiles(from);
  await readLines(
    paths,
    (line) => traces.line(line),
    () => undefined,
  );
  traces.end();
  return new Map([...used].map(([type, calls]) => [type, [...calls.values()]]));
}

function linesOf(analyses: readonly (Analysis & { readonly subject: string })[]): string[] {
  if (analyses.length === 0) return ['There are no task types.'];
  return analyses.flatMap(({ subject, ...analysis }, at) => {
    const lines = analysisLines(analysis).map((line) => `  ${showable(line)}`);
    const body = lines.length === 0 ? ['  Nothing is wider than it needs to be, as far as is known.'] : lines;
    return [...(at === 0 ? [] : ['']), showable(subject), ...body];
  });
}
