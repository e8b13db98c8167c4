import type { SinkKind, ToolProfile } from '../tool/tool-profile.ts';
import { sinkAt } from '../grant/other-arguments.ts';
import { addLeaf, addPresence, type ArgumentEvidence, createEvidence, MOST_VOICES } from './argument-evidence.ts';
import { type Extremes, stretch } from './extremes.ts';
import { type Leaf, leavesOf } from './leaves.ts';
import type { TraceCall } from './trace.ts';
import type { At } from './vocabulary.ts';
import { countOf, createVoices, hear, type Voices } from './voices.ts';

/** What was seen of one tool in one kind of task. */
export interface ToolEvidence {
  readonly tool: string;
  readonly profile: ToolProfile | undefined;
  calls: number;
  readonly voices: Voices;
  /** Numbers of its calls, kept while one voice has it. */
  lone: number[];
  /** Calls whose arguments the record does not hold whole. */
  unread: number;
  readonly args: Map<string, ArgumentEvidence>;
  /** Calls in one trace. */
  uses: Extremes | undefined;
  /** Sums of amounts over one trace, by argument. */
  readonly sums: Map<string, Extremes>;
  /** Of the trace at hand. */
  now: { trace: number; uses: number; readonly sums: Map<string, number> };
}

const MOST_ARGUMENTS = 256;
const MOST_LONE = 1_000;

/** No evidence yet. */
export function createToolEvidence(tool: string, profile: ToolProfile | undefined): ToolEvidence {
  const now = { trace: -1, uses: 0, sums: new Map<string, number>() };
  const none = { calls: 0, lone: [], unread: 0, uses: undefined };
  return { tool, profile, ...none, voices: createVoices(), args: new Map(), sums: new Map(), now };
}

/** The kind of sink that a profile calls an argument; undefined for a plain one or without a profile. */
export function sinkOf(profile: ToolProfile | undefined, path: string): SinkKind | undefined {
  return profile === undefined ? undefined : sinkAt(profile, path);
}

/** Takes note of a call. Those of one trace come together. @param trace its number */
export function addCall(evidence: ToolEvidence, call: TraceCall, at: At, trace: number): void {
  evidence.calls += 1;
  hear(evidence.voices, at.voice, MOST_VOICES);
  if (evidence.now.trace !== trace) evidence.now = { trace, uses: 0, sums: new Map() };
  if (countOf(evidence.voices) > 1) evidence.lone = [];
  else if (evidence.lone.length < MOST_LONE) evidence.lone.push(at.call);
  evidence.now.uses += 1;
  evidence.uses = stretch(evidence.uses, evidence.now.uses, at);
  addArguments(evidence, call, at);
}

function addArguments(evidence: ToolEvidence, { args, hidden = [], sources }: TraceCall, at: At): void {
  const { profile } = evidence;
  const leaves = args === undefined ? undefined : leavesOf(args);
  if (leaves === undefined) {
    evidence.unread += 1;
    return;
  }
  for (const leaf of leaves.map((one) => wholeSink(profile, one))) {
    const argument = argumentAt(evidence, leaf.path);
    if (argument === undefined) continue;
    addPresence(argument, at, sources?.get(leaf.path));
    const isHidden = hidden.some(
      (key) => leaf.path === key || (/^[.[]/.test(leaf.path.slice(key.length)) && leaf.path.startsWith(key)),
    );
    addLeaf(argument, isHidden ? { path: leaf.path, kind: 'opaque' } : leaf, at);
    if (!isHidden && leaf.kind === 'scalar' && typeof leaf.value === 'number')
      addSum(evidence, leaf.path, leaf.value, at);
  }
}

/** Where the whole of an object is a sink, its keys are data: what is inside is not told apart. */
function wholeSink(profile: ToolProfile | undefined, leaf: Leaf): Leaf {
  const whole = Object.keys(profile?.sinks ?? {}).find((sink) => isInside(leaf.path, sink));
  return whole === undefined ? leaf : { path: whole, kind: 'opaque' };
}

function isInside(path: string, whole: string): boolean {
  return path.startsWith(whole) && /^(?:\[\])?\./.test(path.slice(whole.length));
}

function argumentAt({ args }: ToolEvidence, path: string): ArgumentEvidence | undefined {
  const known = args.get(path);
  if (known !== undefined || args.size >= MOST_ARGUMENTS) return known;
  const fresh = createEvidence();
  args.set(path, fresh);
  return fresh;
}

function addSum({ profile, now, sums }: ToolEvidence, path: string, value: number, at: At): void {
  if (sinkOf(profile, path) !== 'amount') return;
  const sum = (now.sums.get(path) ?? 0) + value;
  now.sums.set(path, sum);
  sums.set(path, stretch(sums.get(path), sum, at));
}
