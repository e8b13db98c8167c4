import type { Constraint } from '../constraint/constraint.ts';
import type { Budget } from '../grant/task-grant.ts';
import type { Source } from '../provenance/source.ts';
import type { SinkKind } from '../tool/tool-profile.ts';
import type { GrantTemplate } from '../task/task-type.ts';
import type { ArgumentEvidence } from './argument-evidence.ts';
import { boundOf, isLonely, usesOf } from './extremes.ts';
import { type Evidence, generalise, type Generalised } from './generalise.ts';
import type { LearnedArgument, LearnedGrant } from './learned.ts';
import { sinkOf, type ToolEvidence } from './tool-evidence.ts';
import { countOf } from './voices.ts';

/** A grant, and the numbers of the calls that no other trace would have taught. */
export interface Proposal {
  readonly grant: LearnedGrant;
  readonly lonely: readonly number[];
}

interface Judged {
  readonly path: string;
  readonly evidence: ArgumentEvidence;
  readonly isSink: boolean;
  readonly learned: Generalised;
}

/** The grant that a tool's evidence supports. */
export function proposeGrant(tool: ToolEvidence, needs: Evidence): Proposal {
  const traces = countOf(tool.voices);
  const judged = judgeAll(tool, needs);
  const { budgets, lonely: beyondSums } = sumsOf(tool, needs);
  const asksBecause = whyAsks(tool, judged);
  const args = record(judged.filter(isNamed).map(({ path, learned }) => [path, learned.constraint]));
  const integrity = record(judged.map(({ path, learned }) => [path, learned.integrity]));
  const template: GrantTemplate = {
    tool: tool.tool,
    ...(tool.profile === undefined ? {} : { effects: tool.profile.effects }),
    ...(args === undefined ? {} : { args }),
    ...(integrity === undefined ? {} : { integrity }),
    otherArgs: 'plain',
    uses: usesOf(tool.uses?.highest ?? 0, traces),
    ...(budgets.length === 0 ? {} : { budgets }),
    ...(asksBecause === undefined ? {} : { alwaysAsk: true }),
  };
  const beyondUses =
    tool.uses !== undefined && isLonely(tool.uses, (most) => usesOf(most, traces)) ? [tool.uses.call] : [];
  const lonely = [...tool.lone, ...beyondUses, ...beyondSums, ...judged.flatMap(({ learned }) => learned.lonely)];
  const { calls, profile } = tool;
  const learned = { definition: profile?.hash, calls, traces, arguments: judged.map(describe), asksBecause };
  return { grant: { template, ...learned }, lonely };
}

function judgeAll(tool: ToolEvidence, needs: Evidence): Judged[] {
  return [...tool.args.keys()].toSorted().flatMap((path) => {
    const evidence = tool.args.get(path);
    // Of a list of objects, the fields of its items are judged.
    if (evidence === undefined || isListOfObjects(path, tool)) return [];
    const kind = sinkOf(tool.profile, path);
    const isAlone = countOf(evidence.voices) < 2 && countOf(tool.voices) > 1;
    const learned = isAlone ? notGranted(evidence, kind) : generalise(evidence, kind, needs);
    return [{ path, evidence, isSink: kind !== undefined, learned }];
  });
}

/** A sink that one trace alone used stays out of the grant, so `otherArgs` refuses it. */
function notGranted({ lastCall }: ArgumentEvidence, kind: SinkKind | undefined): Generalised {
  const lonely = kind === undefined ? [] : [lastCall];
  return { rung: 'none', constraint: {}, integrity: undefined, lonely };
}

function isListOfObjects(path: string, { args }: ToolEvidence): boolean {
  return [...args.keys()].some((other) => other.startsWith(`${path}[].`));
}

/** A plain argument without a bound is what `otherArgs` lets through; a sink has to be named. */
function isNamed({ isSink, learned }: Judged): boolean {
  if (learned.rung === 'none') return false;
  return isSink || learned.rung !== 'free' || learned.constraint.maxLength !== undefined;
}

/** An object with these entries, whatever the names are; undefined without any. */
function record<Value extends Constraint | readonly Source[]>(
  entries: readonly (readonly [string, Value | undefined])[],
): Record<string, Value> | undefined {
  const there = entries.flatMap(([path, value]) => (value === undefined ? [] : [[path, value] as const]));
  return there.length === 0 ? undefined : Object.fromEntries(there);
}

/** Nothing wide is proposed in silence: what one trace did, or what could be learned of a sink not at all, is asked for. */
function whyAsks(
  { voices, unread, calls, profile }: ToolEvidence,
  judged: readonly Judged[],
): LearnedGrant['asksBecause'] {
  if (countOf(voices) < 2) return 'seen_once';
  if (profile?.effects.every((effect) => effect === 'read') === true) return undefined;
  if (unread * 2 > calls) return 'arguments_unread';
  const isWide = judged.some(
    ({ isSink, learned }) => isSink && learned.rung === 'free' && learned.integrity === undefined,
  );
  return isWide ? 'wide_sink' : undefined;
}

/** What a task may spend in all; only of arguments that each call has, since a sum refuses a call without. */
function sumsOf({ sums, args, calls }: ToolEvidence, needs: Evidence): { budgets: Budget[]; lonely: number[] } {
  const budgets: Budget[] = [];
  const lonely: number[] = [];
  for (const [path, sum] of [...sums].toSorted(([a], [b]) => (a < b ? -1 : 1))) {
    const argument = args.get(path);
    const isWhole = argument?.calls === calls && argument.unreadable === 0 && argument.texts === 0;
    if (!isWhole || (argument.lowest?.highest ?? 0) > 0) continue;
    const voices = countOf(argument.voices);
    if (voices < needs.bounds) continue;
    const bound = (value: number): number => boundOf(value, voices, argument.isCounted);
    budgets.push({ kind: 'sum', argument: path, max: bound(sum.highest) });
    if (isLonely(sum, bound)) lonely.push(sum.call);
  }
  return { budgets, lonely };
}

function describe({ path, evidence, isSink, learned }: Judged): LearnedArgument {
  const { calls, voices, values } = evidence;
  const told = values.crowdedOut > 0 ? undefined : values.items.size;
  return {
    path,
    rung: learned.rung,
    vouched: learned.integrity !== undefined,
    isSink,
    calls,
    traces: countOf(voices),
    values: told,
  };
}
