import { isObject, type Json, type JsonObject } from '../../src/kernel/jsonrpc.ts';
import type { Scalar } from '../../src/policy/constraint/constraint.ts';
import type { CallDecision, ToolCall } from '../../src/policy/grant/call-decision.ts';
import { compileGrants } from '../../src/policy/grant/compile-grants.ts';
import { decideCall } from '../../src/policy/grant/decide-call.ts';
import { createLedger } from '../../src/policy/grant/ledger.ts';
import { sinkAt } from '../../src/policy/grant/other-arguments.ts';
import type { TaskGrant } from '../../src/policy/grant/task-grant.ts';
import type { LearnedGroup } from '../../src/policy/learn/learned.ts';
import type { Trace } from '../../src/policy/learn/trace.ts';
import { createProvenance, type Provenance } from '../../src/policy/provenance/provenance.ts';
import { type Source, sources as allSources } from '../../src/policy/provenance/source.ts';
import type { ToolProfile } from '../../src/policy/tool/tool-profile.ts';
import type { Session, SessionCall, SessionSet } from './sessions.ts';

/** The tools as they are defined, by `upstream/name`. */
export type Profiles = ReadonlyMap<string, ToolProfile>;

/** Role and task type of all sessions. */
const WHO = { taskType: 'work', role: 'agent' };

/** A session as a trace, with where each value came from, as the gateway would have seen it. */
export function traceOf(session: Session, { upstream }: SessionSet, profiles: Profiles): Trace {
  const provenance = createProvenance({ request: session.request });
  const calls = session.calls.map((call) => {
    const tool = `${upstream}/${call.name}`;
    const profile = profiles.get(tool);
    const exposed = provenance.exposed;
    const sources = profile === undefined ? new Map<string, Source>() : sourcesOf(call.args, profile, provenance);
    if (profile !== undefined) learn(provenance, profile, call);
    return { tool, args: call.args, sources, exposed, outcome: call.failed ? ('failed' as const) : ('ok' as const) };
  });
  return { ...WHO, group: session.task, calls };
}

/** The worst source of the values of each argument. */
function sourcesOf(args: JsonObject, profile: ToolProfile, provenance: Provenance): Map<string, Source> {
  const found = new Map<string, Source>();
  const visit = (value: Json | undefined, path: string): void => {
    if (Array.isArray(value)) for (const item of value) visit(item, isObject(item) ? `${path}[]` : path);
    else if (isObject(value)) for (const [key, item] of Object.entries(value)) visit(item, `${path}.${key}`);
    else {
      const source = provenance.sourceOf((value ?? null) as Scalar, sinkAt(profile, path), profile.tool, path);
      const before = found.get(path);
      if (before === undefined || allSources.indexOf(source) > allSources.indexOf(before)) found.set(path, source);
    }
  };
  for (const [key, value] of Object.entries(args)) visit(value, key);
  return found;
}

function learn(provenance: Provenance, profile: ToolProfile, { args, output, failed }: SessionCall): void {
  if (output === undefined) return;
  provenance.learn(profile, args, { content: [{ type: 'text', text: output }], ...(failed ? { isError: true } : {}) });
}

/** The grants that are proposed, as a task would hold them. */
export function taskGrantsOf(groups: readonly LearnedGroup[], profiles: Profiles): TaskGrant[] {
  return groups.flatMap(({ grants }) =>
    grants.map(({ template, definition }, index) => {
      const effects = template.effects ?? profiles.get(template.tool)?.effects ?? [];
      return { ...template, id: `g${index}`, effects, ...(definition === undefined ? {} : { definition }) };
    }),
  );
}

/** Judges other calls at the point where the session is; nothing is charged for them. */
export type Judge = (call: ToolCall) => CallDecision['outcome'];

/** One call of a session on the way through the engine. */
export interface Step {
  readonly call: ToolCall;
  readonly recorded: SessionCall;
  readonly decision: CallDecision;
  /** How calls would be judged before this one. */
  readonly judge: Judge;
  /** How the very call would be judged so many times on end; the session goes on without it. */
  readonly judgeRepeated: (times: number) => readonly CallDecision['outcome'][];
}

/**
 * Takes a session through the engine, as the gateway would: decided, charged, its output learned. The session goes on as
 * it was recorded, also after a denial.
 */
export function replay(
  session: Session,
  { upstream }: SessionSet,
  grants: readonly TaskGrant[],
  profiles: Profiles,
  onStep: (step: Step) => void,
): void {
  const compiled = compileGrants(grants);
  const ledger = createLedger();
  const sources = createProvenance({ request: session.request });
  const decide = (call: ToolCall, spent = ledger): CallDecision =>
    decideCall(compiled, call, { now: 0, profile: profiles.get(call.tool), sources, spent });
  for (const recorded of session.calls) {
    const call = { tool: `${upstream}/${recorded.name}`, args: recorded.args };
    const decision = decide(call);
    const judgeRepeated = (times: number): CallDecision['outcome'][] => {
      const apart = createLedger(ledger.state());
      return Array.from({ length: times }, () => {
        const again = decide(call, apart);
        if (again.outcome === 'allow') apart.charge(again.charges);
        return again.outcome;
      });
    };
    onStep({ call, recorded, decision, judge: (other) => decide(other).outcome, judgeRepeated });
    if (decision.outcome === 'allow') ledger.charge(decision.charges);
    const profile = profiles.get(call.tool);
    if (profile !== undefined) learn(sources, profile, recorded);
  }
}
