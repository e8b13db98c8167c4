import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { MerlonError } from '../kernel/errors.ts';
import { createLearner, type LearnOptions } from '../policy/learn/learn-grants.ts';
import type { LearnedGroup } from '../policy/learn/learned.ts';
import { MAX_LOCK_BYTES, parseLockfile } from '../policy/tool/lockfile.ts';
import type { ToolProfile } from '../policy/tool/tool-profile.ts';
import { readTextFile } from '../scanner/written/read-file.ts';
import { findAuditFiles, readLines } from './audit-files.ts';
import { type AuditTraceCounts, createAuditTraces } from './audit-traces.ts';
import { aboutGroup, grantSettings, grantsYaml } from './grants-yaml.ts';
import type { Progress } from './scan-progress.ts';
import { checkPlaceOf, writeReport } from './write-report.ts';

/** The options of `merlon policy learn` as the command line gives them. */
export interface PolicyLearnOptions {
  readonly from: string;
  /** Where the lockfile is looked for, beside it. */
  readonly config: string;
  readonly lock?: string;
  readonly includeExposed?: 'reads' | 'all';
  readonly type: string;
  readonly minTasks?: string;
  readonly format: 'yaml' | 'json';
  readonly out?: string;
}

/** What the command takes from the process around it. */
export interface PolicyLearnIo {
  /** Writes the result. */
  readonly print: (text: string) => void;
  /** Says a line to a person. */
  readonly say: (line: string) => void;
  readonly progress: Progress;
}

/**
 * `merlon policy learn`.
 * @returns 0, or 1 where nothing could be proposed
 * @throws MerlonError USAGE, STATE_NOT_WRITABLE, LOCK_UNUSABLE
 */
export async function runPolicyLearn(options: PolicyLearnOptions, io: PolicyLearnIo): Promise<number> {
  if (options.out !== undefined) checkPlaceOf(options.out);
  const profiles = profilesFor(options);
  const learner = createLearner(learnOptions(options, profiles));
  const { paths, bytes } = await findAuditFiles(options.from);
  const traces = createAuditTraces({
    profiles,
    defaultType: options.type,
    onTrace: (trace) => learner.add(trace),
  });
  await readLines(
    paths,
    (line) => traces.line(line),
    (done) => {
      io.progress.step(options.from, `${Math.floor((100 * done) / Math.max(1, bytes))} % of ${paths.length} files`);
    },
  );
  traces.end();
  io.progress.end();
  const groups = learner.result();
  const text = options.format === 'json' ? jsonOf(groups) : grantsYaml(groups);
  if (options.out === undefined) io.print(text);
  else await writeReport(options.out, text);
  for (const line of summaryOf(groups, traces.counts, profiles.size > 0)) io.say(line);
  return groups.some(({ grants }) => grants.length > 0) ? 0 : 1;
}

/** Tools as they were written down, by `upstream/name`; none where no lockfile is named and none is there. */
function profilesFor({ config, lock }: PolicyLearnOptions): Map<string, ToolProfile> {
  const file = lock ?? join(dirname(config), 'merlon.lock');
  if (lock === undefined && !existsSync(file)) return new Map();
  const { tools } = parseLockfile(readTextFile(file, MAX_LOCK_BYTES));
  // Where tools run says the deployment, not the lockfile; nothing is learned of it.
  return new Map(tools.map((tool) => [tool.tool, { ...tool, sandboxed: false }]));
}

function learnOptions(
  { includeExposed, minTasks }: PolicyLearnOptions,
  profiles: ReadonlyMap<string, ToolProfile>,
): LearnOptions {
  const least = minTasks === undefined ? undefined : Number(minTasks);
  if (least !== undefined && !(Number.isSafeInteger(least) && least >= 1)) {
    throw new MerlonError('USAGE', '--min-tasks takes a whole number of at least 1.');
  }
  return {
    profiles,
    ...(includeExposed === undefined ? {} : { includeExposed }),
    ...(least === undefined ? {} : { minTraces: least }),
  };
}

function jsonOf(groups: readonly LearnedGroup[]): string {
  const types = groups.map(({ grants, ...group }) => ({
    ...group,
    grants: grants.map(({ template, ...evidence }) => ({ grant: grantSettings(template), evidence })),
  }));
  return `${JSON.stringify({ types }, null, 2)}\n`;
}

function summaryOf(groups: readonly LearnedGroup[], counts: AuditTraceCounts, knowsTools: boolean): string[] {
  const lines = groups.flatMap((group) => {
    const head = `${group.taskType}, ${group.role}: ${group.grants.length} ${group.grants.length === 1 ? 'grant' : 'grants'}.`;
    return [head, ...aboutGroup(group).map((line) => `  ${line}`)];
  });
  const doubts: readonly (readonly [boolean, string])[] = [
    [groups.length === 0, 'There is no call of a tool in the log, so there is nothing to learn from.'],
    [!knowsTools, 'How the tools are defined is not known (--lock): which arguments do harm is not known either.'],
    [
      counts.withoutTask > 0,
      `${counts.withoutTask} of ${counts.calls} calls were made outside any task; what they had seen follows from the tools.`,
    ],
    [counts.cut > 0, `${counts.cut} calls have arguments that are not in the record whole: they teach the tool alone.`],
    [counts.masked > 0, `${counts.masked} calls have masked values: nothing was learned of those.`],
    [
      counts.tornApart > 0,
      `${counts.tornApart} tasks were taken for ended before the log said so, because too many were open; what they did later counts apart.`,
    ],
    [counts.unreadable > 0, `${counts.unreadable} lines are no entries of an audit log.`],
  ];
  return [...lines, ...doubts.flatMap(([holds, text]) => (holds ? [text] : []))];
}
