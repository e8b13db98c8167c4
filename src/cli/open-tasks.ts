import { join } from 'node:path';
import type { Config } from '../config/load.ts';
import type { Mask } from '../detect/mask.ts';
import type { Gate } from '../gateway/gate.ts';
import type { RecordMask } from '../gateway/record.ts';
import { openApprovals, type Widening } from '../gateway/tasks/approvals.ts';
import { createTaskEngine } from '../gateway/tasks/engine.ts';
import { approvalEntry, changeEntries } from '../gateway/tasks/record-change.ts';
import { openTasks } from '../gateway/tasks/registry.ts';
import type { TasksOptions } from '../gateway/tasks/tasks-options.ts';
import type { TaskGate } from '../gateway/tasks/task-gate.ts';
import type { Approval, Tasks } from '../gateway/tasks/tasks.ts';
import type { Caller } from '../identity/caller.ts';
import { MerlonError } from '../kernel/errors.ts';
import { decide } from '../policy/decide.ts';
import { parsePermission } from '../policy/permission.ts';
import type { Guardrail } from '../policy/guardrail/create-guardrail.ts';
import { createProvenance } from '../policy/provenance/provenance.ts';
import { calculateMinimalPermissions } from '../policy/task/calculate-minimal-permissions.ts';
import type { Task } from '../policy/task/task.ts';
import { pin } from '../policy/task/pin.ts';
import { type CeilingEffect, ceilingOf } from '../policy/task/role-ceiling.ts';
import { type TaskTypes, taskTypesOf } from '../policy/task/task-types.ts';
import { createToolBook } from '../policy/tool/tool-book.ts';
import { effects, type ToolProfile } from '../policy/tool/tool-profile.ts';
import { besideName, MAX_BESIDE } from './claim-logs.ts';

/** What tasks are opened with. */
export interface TaskOptions {
  /** The configuration in force. */
  readonly config: () => Config;
  readonly mask: Pick<Mask, 'text' | 'value'>;
  /** The organisation's own policies. Default: there are none. */
  readonly guardrail?: () => Guardrail | undefined;
  /** Whether the credential that a task was opened with still counts. Default: it does. */
  readonly openerCounts?: TasksOptions['openerCounts'];
  /** Asks the upstreams for their tools. */
  readonly catalog: () => Promise<unknown>;
  /** Which of the processes that write beside each other this is, see `besideName`; default 0: `merlon serve`. */
  readonly beside?: number;
}

/** Tasks and approvals of a running gateway. */
export interface OpenTasks extends TaskGate {
  /** To be called when another configuration is in force. */
  reloaded(): Promise<void>;
  stop(): Promise<void>;
}

/**
 * Opens what is kept of tasks and approvals, and puts it in force in the gateway.
 * @throws MerlonError STATE_NOT_WRITABLE, STATE_IN_USE, STATE_DAMAGED, KEYS_UNUSABLE
 */
export async function openTaskGate(
  gate: Gate,
  { config, mask, catalog, guardrail = () => undefined, openerCounts, beside = 0 }: TaskOptions,
): Promise<OpenTasks> {
  const { clock, recorder } = gate;
  const folder = config().server.state_dir;
  const shown = (value: unknown): unknown => (config().security.mask_secrets ? mask.value(value) : value);
  const masks: RecordMask = {
    text: (text) => (config().security.mask_secrets ? mask.text(text) : text),
    value: shown,
  };
  const onProblem = (error: unknown): void => void gate.known(error);
  let known: { readonly of: Config; readonly types: TaskTypes } | undefined;
  const types = (): TaskTypes => {
    if (known?.of !== config()) known = { of: config(), types: taskTypesOf(config().permissions) };
    return known.types;
  };
  const book = createToolBook({
    overrideOf: (upstream, tool) => {
      const said = config().mcpServers[upstream]?.tools;
      return said !== undefined && Object.hasOwn(said, tool) ? said[tool] : undefined;
    },
    // No backend confines upstreams yet, whatever the configuration asks for.
    isSandboxed: () => false,
  });

  const approvals = await openApprovals({
    path: besideName(join(folder, 'approvals.journal'), beside),
    clock,
    seconds: () => config().permissions.tasks.approval_seconds,
    record: (event) => recorder.event(approvalEntry(event, masks)),
    mask: shown,
    widen: (approval, what) => widenAsApproved(tasks, approval, what),
    onProblem,
  });
  const tasks: Tasks = await openTasks({
    path: besideName(join(folder, 'tasks.journal'), beside),
    clock,
    types: () => ({
      find: (name) => types().types.get(name),
      defaultOf: (role) => types().types.get(types().defaults.get(role) ?? ''),
    }),
    profiles: () => book.profiles(),
    mayUse: (role, tool) => mayUse(gate, role, tool),
    engine: createTaskEngine({
      profiles: () => book.profiles(),
      memory: (request, exposed) => createProvenance({ request, state: { exposed } }),
      mint: ({ type, role, context, profiles, now, parent }) =>
        calculateMinimalPermissions({
          type,
          role,
          context,
          profiles,
          now,
          // The registry has left out what the role may not use, and gives ids of its own.
          mayUse: () => true,
          newId: createIds(),
          pin,
          ceiling: types().ceilings.get(role) ?? [],
          ...(parent === undefined ? {} : { parent }),
        }),
    }),
    events: {
      record: async (change) => {
        for (const entry of changeEntries(change, masks)) await recorder.event(entry);
      },
      ended: (ids) => {
        gate.tasksEnded(ids);
        approvals.drop(ids).catch(onProblem);
      },
      changed: (id) => gate.taskChanged(id),
    },
    ask: async (task, grants, cause) =>
      (await approvals.ask(task, { kind: 'widen', grants, cause, epoch: task.epoch }, { secondFactor: false })).id,
    ...(openerCounts === undefined ? {} : { openerCounts }),
    limits: { maxTasksPerCaller: config().permissions.tasks.max_open_per_caller },
    onProblem,
  }).catch(async (error: unknown) => {
    await approvals.stop();
    throw error;
  });

  const ceilingOfCaller = ({ role }: Caller): readonly CeilingEffect[] | undefined => {
    const ceiling = role === undefined ? undefined : types().ceilings.get(role);
    return ceiling === undefined || isEverything(ceiling) ? undefined : ceiling;
  };
  const opened: OpenTasks = {
    tasks,
    approvals,
    profileOf: (upstream, name) => book.profile(upstream, name),
    async learnTools(upstream, tools) {
      const before = book.profiles();
      book.learn(upstream, tools);
      if (!isSame(before, book.profiles())) await tasks.refresh();
    },
    async listTools() {
      await catalog();
    },
    concerns: (caller) => {
      if (caller.method === 'internal') return false;
      if (guardrail() !== undefined) return true;
      if (caller.task !== undefined || ceilingOfCaller(caller) !== undefined) return true;
      return caller.role !== undefined && types().defaults.has(caller.role);
    },
    ceilingOf: ceilingOfCaller,
    get isGuarded() {
      return guardrail() !== undefined;
    },
    forbiddenBy({ principal, role = '' }, task, profile, args) {
      const verdict = guardrail()?.check({ principal, role, taskType: task?.type, profile, args });
      return verdict === undefined || verdict.allowed ? undefined : verdict.policy;
    },
    now: () => clock.now(),
    mask: shown,
    async reloaded() {
      await tasks.refresh();
    },
    async stop() {
      await tasks.stop();
      await approvals.stop();
    },
  };
  await approvals.carryOut();
  gate.tasks = opened;
  return opened;
}

/** Who said yes caused it; why it was asked for stands in the entry of the question. */
function widenAsApproved(tasks: Tasks, { id, task, answer }: Approval, what: Widening): Promise<Task> {
  const cause = { by: answer?.by ?? 'gateway', why: `${answer?.why ?? 'approved'} (${id})` };
  // One of an older journal may not say when it was asked for.
  const { epoch = Number.NaN } = what;
  return tasks.widen(task, what.grants, cause, epoch);
}

/** Profiles of tools that did not change are the same objects. */
function isSame(before: readonly ToolProfile[], after: readonly ToolProfile[]): boolean {
  return before.length === after.length && before.every((profile, index) => profile === after[index]);
}

/** Whether anybody is bound by more than permissions who cannot open a task: what clients launch themselves has no API. */
export function boundsByDefault({ permissions }: Config): boolean {
  if (permissions.guardrails !== undefined) return true;
  return permissions.roles.some(
    (role) => role.default_task !== undefined || (callsTools(role) && !isEverything(ceilingOf(role))),
  );
}

function callsTools({ permissions }: Config['permissions']['roles'][number]): boolean {
  return permissions
    .map(parsePermission)
    .some(({ action, kind }) => /^(?:\*|execute)$/.test(action) && /^(?:\*|tool)$/.test(kind));
}

/**
 * {@link openTaskGate} for a process that clients launch: the first journals that no other such process has.
 * @throws MerlonError STATE_IN_USE when all are taken
 */
export async function openTasksBeside(gate: Gate, options: Omit<TaskOptions, 'beside'>): Promise<OpenTasks> {
  for (let beside = 1; ; beside += 1) {
    try {
      return await openTaskGate(gate, { ...options, beside });
    } catch (error) {
      if (!(error instanceof MerlonError) || error.code !== 'STATE_IN_USE' || beside >= MAX_BESIDE) throw error;
    }
  }
}

function mayUse(gate: Gate, role: string, tool: string): boolean {
  const slash = tool.indexOf('/');
  const operation = {
    action: 'execute',
    kind: 'tool',
    upstream: tool.slice(0, slash),
    name: tool.slice(slash + 1),
  } as const;
  return decide(gate.current.roles.get(role), operation).allowed;
}

function isEverything(ceiling: readonly CeilingEffect[]): boolean {
  return effects.every((effect) => ceiling.includes(effect));
}

function createIds(): () => string {
  let last = 0;
  return () => {
    last += 1;
    return `g${last}`;
  };
}
