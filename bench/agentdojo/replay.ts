import {
  type CallDecision,
  type CompiledGrants,
  compileGrants,
  createLedger,
  createProvenance,
  decideCall,
  pin,
  type Provenance,
  profileOf,
  type TaskGrant,
  type ToolProfile,
} from '../../src/policy/index.ts';
import { injected } from './inject.ts';
import type { RecordedCall, Suite } from './suite.ts';

/** What became of one call. */
export interface Judged {
  readonly call: RecordedCall;
  readonly decision: CallDecision;
  readonly isConsequential: boolean;
}
export interface HonestTask {
  readonly id: string;
  readonly prompt: string;
  readonly calls: readonly Judged[];
}
export interface Attack {
  readonly task: string;
  readonly prompt: string;
  readonly injection: string;
  readonly calls: readonly Judged[];
}
export interface Replayed {
  readonly suite: string;
  readonly honest: readonly HonestTask[];
  readonly attacks: readonly Attack[];
  /** Attacks for which the output had no place. */
  readonly unplaced: number;
}

type UserTask = Suite['user_tasks'][number];

/** Replays every task, and every attack in the first output that a task sees an attacker's text in. */
export function replay(suite: Suite): Replayed {
  const profiles = new Map<string, ToolProfile>();
  for (const tool of suite.tools) {
    const profile = profileOf(tool, { upstream: suite.suite });
    if (profile !== undefined) profiles.set(tool.name, profile);
  }
  const honest = suite.user_tasks.map((task) => {
    const run = open(task, profiles);
    return { id: task.id, prompt: task.prompt, calls: task.calls.map((call) => run(call, 'approve')) };
  });
  const cases = suite.user_tasks.flatMap((task) => attacksOn(suite, task, profiles));
  const attacks = cases.filter((one) => one !== undefined);
  return { suite: suite.suite, honest, attacks, unplaced: cases.length - attacks.length };
}

function attacksOn(suite: Suite, task: UserTask, profiles: ReadonlyMap<string, ToolProfile>): (Attack | undefined)[] {
  const [first] = [...task.injection_exposure].sort((one, other) => one.call - other.call);
  if (first === undefined) return [];
  const defaults = first.vectors.map((name) => suite.injection_vectors[name] ?? '');
  return suite.injection_tasks
    .filter(({ calls }) => calls.some((call) => isConsequential(call, profiles)))
    .map((injection) => {
      const exposed = task.calls[first.call];
      const output = exposed === undefined ? undefined : injected(exposed.output, defaults, injection.goal);
      if (exposed === undefined || output === undefined) return undefined;
      const run = open(task, profiles);
      for (const call of task.calls.slice(0, first.call)) run(call, 'approve');
      run({ ...exposed, output }, 'approve');
      const calls = injection.calls.map((call) => run(call, 'refuse'));
      return { task: task.id, prompt: task.prompt, injection: injection.id, calls };
    });
}

/** A task with its grants and its memory, as the gateway would hold it. */
function open(task: UserTask, profiles: ReadonlyMap<string, ToolProfile>) {
  const grants = compileGrants([...profiles.values()].map((profile, index) => grantOf(profile, task.prompt, index)));
  const provenance = createProvenance({ request: task.prompt });
  return (call: RecordedCall, onAsk: 'approve' | 'refuse'): Judged => {
    const profile = profiles.get(call.function);
    const decision = decide(grants, call, profile, provenance);
    // A refused call returns nothing; an approved one goes on.
    if (profile !== undefined && (decision.outcome === 'allow' || onAsk === 'approve')) {
      provenance.learn(profile, call.args, resultOf(call));
    }
    return { call, decision, isConsequential: isConsequential(call, profiles) };
  };
}

function grantOf(profile: ToolProfile, prompt: string, index: number): TaskGrant {
  const { tool, hash, effects } = profile;
  return { id: `g${index}`, tool, definition: hash, effects, ...pin(profile, prompt), onDeny: 'ask' };
}

function decide(
  grants: CompiledGrants,
  call: RecordedCall,
  profile: ToolProfile | undefined,
  sources: Provenance,
): CallDecision {
  const tool = profile?.tool ?? call.function;
  return decideCall(grants, { tool, args: call.args }, { now: 0, profile, sources, spent: createLedger() });
}

function resultOf({ output, error }: RecordedCall): { content: { type: 'text'; text: string }[]; isError: boolean } {
  return { content: [{ type: 'text', text: output }], isError: typeof error === 'string' };
}

function isConsequential(call: RecordedCall, profiles: ReadonlyMap<string, ToolProfile>): boolean {
  const effects = profiles.get(call.function)?.effects ?? ['write'];
  return call.mutates.length > 0 || effects.some((effect) => effect !== 'read');
}
