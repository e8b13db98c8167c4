import { isObject } from '../../kernel/jsonrpc.ts';
import type { Grant } from '../../policy/decide.ts';
import type { Operation } from '../../policy/operation.ts';
import type { CallDecision, ToolCall } from '../../policy/grant/call-decision.ts';
import type { Task } from '../../policy/task/task.ts';
import type { ToolProfile } from '../../policy/tool/tool-profile.ts';
import type { Call, Pipeline } from '../handle.ts';
import { askPerson, type Question } from './ask-person.ts';
import { denied } from './denial.ts';
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
  const keeper = gate.tasks;
  if (keeper === undefined || !keeper.concerns(call.caller)) return BY_ROLE;
  const task = await keeper.tasks.of(call.caller);
  if (task === undefined) return BY_ROLE;
  call.session.worksOn(task.id);
  const { kind, upstream, name } = operation;
  if (kind !== 'tool' || upstream === undefined || name === undefined) {
    permitOther(keeper, task, operation);
    return new Permit(task);
  }
  const profile = await profileOf(keeper, upstream, name);
  if (call.stateless?.continued === markOf(task)) return new Permit(task, profile);
  const args = call.request.params?.['arguments'] ?? {};
  // What is judged is what is sent: a list or a text that an upstream reads in its own way is no set of arguments.
  if (!isObject(args)) throw denied(task, `${upstream}/${name}`, [{ code: 'malformed', path: '' }]);
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
  if (decision.outcome !== 'allow') throw denied(task, wanted.tool, decision.because);
  // In one breath with the decision: two calls at once must not both be the last of a budget.
  const charged = keeper.tasks.charge(task, decision.charges);
  const isFirst = decision.usesEndorsement ? await keeper.approvals.use(task, wanted) : true;
  if (!isFirst) throw denied(task, wanted.tool, [{ code: 'always_ask' }]);
  return new Permit(task, profile, charged);
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

/** Whether a task could use what a list names: what {@link permitCall} would refuse whatever the arguments is not shown. */
export function isGiven(keeper: TaskGate, task: Task, operation: Operation): boolean {
  const { kind, upstream, name } = operation;
  if (kind !== 'tool') return reaches(keeper.tasks, task, operation);
  if (upstream === undefined || name === undefined) return false;
  return keeper.tasks.shows(task, `${upstream}/${name}`, keeper.profileOf(upstream, name));
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
