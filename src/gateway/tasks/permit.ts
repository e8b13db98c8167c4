import { randomUUID } from 'node:crypto';
import { isObject, type JsonObject } from '../../kernel/jsonrpc.ts';
import type { Caller } from '../../identity/caller.ts';
import type { Grant } from '../../policy/decide.ts';
import type { Operation } from '../../policy/operation.ts';
import type { CallDecision, Objection, ToolCall } from '../../policy/grant/call-decision.ts';
import { adjustForCall } from '../../policy/task/adjust-for-call.ts';
import { beyondCeiling } from '../../policy/task/role-ceiling.ts';
import type { Task } from '../../policy/task/task.ts';
import { effects, type ToolProfile } from '../../policy/tool/tool-profile.ts';
import type { Call, Pipeline } from '../handle.ts';
import { askPerson, type Question } from './ask-person.ts';
import { denied, type Proposal } from './denial.ts';
import { reaches } from './reaches.ts';
import type { TaskGate } from './task-gate.ts';

/**
 * Proof that the task of a call allows it, arguments and all, and that its budgets have been charged. Only
 * {@link permitCall} makes one.
 */
class Permit {
  readonly #permitted = true;
  /** The task that the call is made under; undefined where the role alone decides. */
  readonly task: Task | undefined;
  /** The tool, where the call calls one under a task. */
  readonly profile: ToolProfile | undefined;
  /** Resolves when the charge is durable; nothing leaves before. */
  readonly charged: Promise<void> | undefined;

  constructor(task?: Task, profile?: ToolProfile, charged?: Promise<void>) {
    this.task = task;
    this.profile = profile;
    this.charged = charged;
  }

  /** Names what was permitted, for the second half of a call that had to ask its client something. */
  get mark(): string {
    return this.task === undefined ? '' : markOf(this.task);
  }

  static isPermit(value: unknown): value is Permit {
    return typeof value === 'object' && value !== null && #permitted in value && value.#permitted;
  }
}
export type { Permit };

/** True only for a value that {@link permitCall} made. */
export function isPermit(value: unknown): value is Permit {
  return Permit.isPermit(value);
}

const BY_ROLE = new Permit();

/**
 * May this very call be made under its task? Callers whose role has no default task, and who opened none, are bound by
 * their role alone. What needs a person's word asks for it: the caller's own client where it can, else whoever may
 * answer approvals.
 * @returns the permit, or a question that the client has to answer before it calls again
 * @throws MerlonError CALL_DENIED
 */
export async function permitCall(gate: Pipeline, call: Call, { operation }: Grant): Promise<Permit | Question> {
  const { caller } = call;
  const keeper = gate.tasks;
  if (keeper === undefined || !keeper.concerns(caller)) return BY_ROLE;
  const task = await keeper.tasks.of(caller);
  if (task !== undefined) call.session.worksOn(task.id);
  const { kind, upstream, name } = operation;
  if (kind !== 'tool' || upstream === undefined || name === undefined) {
    if (task !== undefined) permitOther(keeper, task, operation);
    return new Permit(task);
  }
  const profile = await profileOf(keeper, upstream, name);
  const args = call.request.params?.['arguments'] ?? {};
  // What is judged is what is sent: a list or a text that an upstream reads in its own way is no set of arguments.
  if (!isObject(args)) throw denied(task, `${upstream}/${name}`, [{ code: 'malformed', path: '' }]);
  const beyond = beyondRole(keeper, caller, profile) ?? guarded(keeper, caller, task, profile, args);
  if (beyond !== undefined) throw denied(task, `${upstream}/${name}`, [beyond]);
  if (task === undefined) return new Permit(task, profile);
  if (call.stateless?.continued === markOf(task)) return new Permit(task, profile);
  return await permitTool(gate, keeper, call, task, { tool: `${upstream}/${name}`, args }, profile);
}

async function permitTool(
  gate: Pipeline,
  keeper: TaskGate,
  call: Call,
  task: Task,
  wanted: ToolCall,
  profile: ToolProfile | undefined,
): Promise<Permit | Question> {
  const decide = (): CallDecision => keeper.tasks.decide(task, wanted, profile, keeper.approvals.endorsed(task));
  let decision = decide();
  if (decision.outcome === 'ask') {
    const question = await askPerson(gate, keeper, call, task, wanted, decision);
    if (question !== undefined) return question;
    // Somebody said yes. What else changed while they thought about it counts too.
    decision = decide();
  }
  if (decision.outcome !== 'allow') {
    throw denied(task, wanted.tool, decision.because, {
      proposal: proposalFor(keeper, call, task, wanted, decision, profile),
    });
  }
  // In one breath with the decision: two calls at once must not both be the last of a budget.
  const charged = keeper.tasks.charge(task, decision.charges, decision.usesEndorsement);
  // It is waited for before the call leaves; should the call end before that, nobody does.
  charged.catch(() => {});
  const isFirst = decision.usesEndorsement ? await keeper.approvals.use(task, wanted) : true;
  if (!isFirst) throw denied(task, wanted.tool, [{ code: 'always_ask' }]);
  return new Permit(task, profile, charged);
}

/** The grant that a person would have to give for this very call: what its caller may ask for, and never has by asking. */
function proposalFor(
  keeper: TaskGate,
  { caller }: Call,
  task: Task,
  wanted: ToolCall,
  decision: CallDecision,
  profile: ToolProfile | undefined,
): Proposal | undefined {
  const adjustment = adjustForCall(task, wanted, decision, {
    profile,
    // Its role allowed the call before its task was asked.
    mayUse: () => true,
    now: keeper.now(),
    newId: randomUUID,
    ceiling: keeper.ceilingOf(caller) ?? effects,
  });
  return adjustment.outcome === 'proposal' ? adjustment : undefined;
}

/** What a role may never do, whatever its permissions and tasks say; a tool that nobody defined could do anything. */
function beyondRole(keeper: TaskGate, caller: Caller, profile: ToolProfile | undefined): Objection | undefined {
  const ceiling = keeper.ceilingOf(caller);
  if (ceiling === undefined) return undefined;
  if (profile === undefined) return { code: 'tool_unknown' };
  const missing = beyondCeiling(ceiling, profile);
  return missing.length === 0 ? undefined : { code: 'effect', missing };
}

/** What the organisation's own policies say, whatever role and task allow. */
function guarded(
  keeper: TaskGate,
  caller: Caller,
  task: Task | undefined,
  profile: ToolProfile | undefined,
  args: JsonObject,
): Objection | undefined {
  if (!keeper.isGuarded) return undefined;
  if (profile === undefined) return { code: 'tool_unknown' };
  const policy = keeper.forbiddenBy(caller, task, profile, args);
  return policy === undefined ? undefined : { code: 'guardrail', policy };
}

/**
 * What is no call of a tool. Resources and prompts only tell something; they can be had of upstreams that the task has
 * a grant for, and within its folders and origins. A method that nobody here knows could do anything; only MCP's own tasks
 * belong to whoever started them.
 */
function permitOther({ tasks }: TaskGate, task: Task, operation: Operation): void {
  const { kind, upstream, name } = operation;
  if (kind === 'info') return;
  const isKnown = kind !== 'method' || name?.startsWith('tasks/') === true;
  if (!isKnown || !reaches(tasks, task, operation)) throw denied(task, `${upstream}/${name}`, [{ code: 'tool' }]);
}

/** Whether a caller could use what a list names: what {@link permitCall} would refuse whatever the arguments is not shown. */
export function isGiven(keeper: TaskGate, caller: Caller, task: Task | undefined, operation: Operation): boolean {
  const { kind, upstream, name } = operation;
  if (kind !== 'tool') return task === undefined || reaches(keeper.tasks, task, operation);
  if (upstream === undefined || name === undefined) return false;
  const profile = keeper.profileOf(upstream, name);
  if (beyondRole(keeper, caller, profile) !== undefined) return false;
  return task === undefined || keeper.tasks.shows(task, `${upstream}/${name}`, profile);
}

/** The tool as it is defined now; of one that nobody has listed yet, the upstreams are asked. */
async function profileOf(keeper: TaskGate, upstream: string, name: string): Promise<ToolProfile | undefined> {
  const known = keeper.profileOf(upstream, name);
  if (known !== undefined) return known;
  await keeper.listTools();
  return keeper.profileOf(upstream, name);
}

function markOf({ id, epoch }: Task): string {
  return `${id}.${epoch}`;
}
