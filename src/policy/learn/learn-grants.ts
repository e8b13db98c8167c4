import type { ToolProfile } from '../tool/tool-profile.ts';
import { missingMass } from './coverage.ts';
import type { Evidence } from './generalise.ts';
import type { LearnedGroup, LeftOut, LeftOutReason } from './learned.ts';
import { proposeGrant } from './propose-grant.ts';
import { MOST_VOICES } from './argument-evidence.ts';
import { addCall, createToolEvidence, type ToolEvidence } from './tool-evidence.ts';
import type { Trace, TraceCall } from './trace.ts';
import { countOf, createVoices, hear, type Voices } from './voices.ts';

/** What {@link learnGrants} goes by. */
export interface LearnOptions {
  /** The tools as they are defined: effects, sinks, hash. Without them it is not known which arguments do harm. */
  readonly profiles?: ReadonlyMap<string, ToolProfile>;
  /**
   * Calls made after the task had seen untrusted output: what they did may be what a stranger wanted. `none` of them
   * teaches; `reads`: those of tools that only read (by their profile); `all`. Default `none`.
   */
  readonly includeExposed?: 'none' | 'reads' | 'all';
  /** Traces of a kind (those of one group count as one) below which nothing is proposed. Default 10, at least 1. */
  readonly minTraces?: number;
  /** How much evidence each kind of bound needs. */
  readonly evidence?: Partial<Evidence>;
}

/** Learns from traces one after another, in memory that grows with tools and arguments, not with traces. */
export interface Learner {
  add(trace: Trace): void;
  /** What is proposed so far, by task type and role. */
  result(): LearnedGroup[];
}

/** What bounds need where {@link LearnOptions.evidence} does not say otherwise. */
export const defaultEvidence: Evidence = { values: 20, sources: 5, bounds: 3, missing: 0.01 };

/** Proposes grants for each task type and role that do what the traces did, generalised as far as their evidence goes. */
export function learnGrants(traces: Iterable<Trace>, options: LearnOptions = {}): LearnedGroup[] {
  const learner = createLearner(options);
  for (const trace of traces) learner.add(trace);
  return learner.result();
}

/** Makes a {@link Learner}. */
export function createLearner(options: LearnOptions = {}): Learner {
  const groups = new Map<string, Group>();
  return {
    add(trace) {
      const key = JSON.stringify([trace.taskType, trace.role]);
      let group = groups.get(key);
      if (group === undefined) groups.set(key, (group = createGroup(trace)));
      addTrace(group, trace, options);
    },
    result: () =>
      [...groups.keys()].toSorted().flatMap((key) => {
        const group = groups.get(key);
        return group === undefined ? [] : [propose(group, options)];
      }),
  };
}

interface Group {
  readonly taskType: string;
  readonly role: string;
  traces: number;
  calls: number;
  /** Whose traces taught. */
  readonly voices: Voices;
  /** Numbers of named groups of traces, below 0. */
  readonly named: Map<string, number>;
  readonly tools: Map<string, ToolEvidence>;
  readonly leftOut: Map<LeftOutReason, { calls: number; traces: number; last: number; readonly tools: Set<string> }>;
  /** All traces, those that taught nothing included. */
  seen: number;
}

function createGroup({ taskType, role }: Trace): Group {
  return {
    taskType,
    role,
    traces: 0,
    calls: 0,
    voices: createVoices(),
    named: new Map(),
    tools: new Map(),
    leftOut: new Map(),
    seen: 0,
  };
}

function addTrace(group: Group, trace: Trace, options: LearnOptions): void {
  group.seen += 1;
  const before = group.calls;
  const voice = voiceOf(group, trace);
  let exposed = false;
  for (const call of trace.calls) {
    exposed ||= call.exposed;
    const profile = options.profiles?.get(call.tool);
    const why = whyLeftOut(call, exposed, profile, options);
    if (why === undefined) teach(group, call, profile, voice);
    else leaveOut(group, why, call);
  }
  if (group.calls === before) return;
  group.traces += 1;
  hear(group.voices, voice, MOST_VOICES);
}

function voiceOf({ named, seen }: Group, { group }: Trace): number {
  if (group === undefined) return seen;
  const number = named.get(group) ?? -2 - named.size;
  named.set(group, number);
  return number;
}

function teach(group: Group, call: TraceCall, profile: ToolProfile | undefined, voice: number): void {
  let tool = group.tools.get(call.tool);
  if (tool === undefined) group.tools.set(call.tool, (tool = createToolEvidence(call.tool, profile)));
  addCall(tool, call, { voice, call: group.calls }, group.seen);
  group.calls += 1;
}

function whyLeftOut(
  call: TraceCall,
  exposed: boolean,
  profile: ToolProfile | undefined,
  { includeExposed = 'none' }: LearnOptions,
): LeftOutReason | undefined {
  if (call.outcome !== 'ok') return call.outcome;
  if (!exposed || includeExposed === 'all') return undefined;
  return includeExposed === 'reads' && profile?.effects.every((effect) => effect === 'read') === true
    ? undefined
    : 'exposed';
}

const MOST_NAMES = 20;

function leaveOut({ leftOut, seen }: Group, why: LeftOutReason, { tool }: TraceCall): void {
  const entry = leftOut.get(why) ?? { calls: 0, traces: 0, last: -1, tools: new Set<string>() };
  entry.calls += 1;
  if (entry.last !== seen) entry.traces += 1;
  entry.last = seen;
  if (entry.tools.size < MOST_NAMES) entry.tools.add(tool);
  leftOut.set(why, entry);
}

function propose(group: Group, { minTraces = 10, evidence }: LearnOptions): LearnedGroup {
  const { taskType, role, traces, calls } = group;
  const needs = { ...defaultEvidence, ...evidence };
  const tools = [...group.tools.values()].toSorted((a, b) => (a.tool < b.tool ? -1 : 1));
  const proposals = tools.map((tool) => proposeGrant(tool, needs));
  const lonelyCalls = new Set(proposals.flatMap(({ lonely }) => lonely));
  const loneVoices = new Set(tools.filter(({ voices }) => countOf(voices) === 1).map(({ voices }) => voices.last));
  const voices = countOf(group.voices);
  const isTooFew = voices < minTraces;
  return {
    taskType,
    role,
    traces,
    calls,
    grants: isTooFew ? [] : proposals.map(({ grant }) => grant),
    tooFew: isTooFew ? minTraces : undefined,
    coverage: { tools: missingMass(loneVoices.size, voices), calls: missingMass(lonelyCalls.size, calls) },
    leftOut: leftOutOf(group),
  };
}

function leftOutOf({ leftOut }: Group): LeftOut[] {
  const all = [...leftOut].map(([why, { calls, traces, tools }]) => ({
    why,
    calls,
    traces,
    tools: [...tools].toSorted(),
  }));
  return all.toSorted((a, b) => (a.why < b.why ? -1 : 1));
}
