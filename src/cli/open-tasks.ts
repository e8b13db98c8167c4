import { join } from 'node:path';
import type { Config } from '../config/load.ts';
import type { Mask } from '../detect/mask.ts';
import type { Gate } from '../gateway/gate.ts';
import type { RecordMask } from '../gateway/record.ts';
import { openApprovals, type Widening } from '../gateway/tasks/approvals.ts';
import { createTaskEngine } from '../gateway/tasks/engine.ts';
import { approvalEntry, changeEntries } from '../gateway/tasks/record-change.ts';
import { openTasks } from '../gateway/tasks/registry.ts';
import type { TaskGate } from '../gateway/tasks/task-gate.ts';
import type { Approval, Approvals, Tasks } from '../gateway/tasks/tasks.ts';
import { decide } from '../policy/decide.ts';
import { endorsableValues } from '../policy/grant/endorsement.ts';
import { createProvenance } from '../policy/provenance/provenance.ts';
import { calculateMinimalPermissions } from '../policy/task/calculate-minimal-permissions.ts';
import type { Task } from '../policy/task/task.ts';
import { pin } from '../policy/task/pin.ts';
import { type TaskTypes, taskTypesOf } from '../policy/task/task-types.ts';
import { createToolBook } from '../policy/tool/tool-book.ts';
import type { ToolProfile } from '../policy/tool/tool-profile.ts';

/** What tasks are opened with. */
export interface TaskOptions {
  /** The configuration in force. */
  readonly config: () => Config;
  readonly mask: Pick<Mask, 'text' | 'value'>;
  /** Asks the upstreams for their tools. */
  readonly catalog: () => Promise<unknown>;
  /** Where the journals lie; names of files, without a folder. Default: `tasks.journal`, `approvals.journal`. */
  readonly files?: { readonly tasks: string; readonly approvals: string };
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
  { config, mask, catalog, files = FILES }: TaskOptions,
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

  const approvals: Approvals = await openApprovals({
    path: join(folder, files.approvals),
    clock,
    seconds: () => config().permissions.tasks.approval_seconds,
    record: (event) => recorder.event(approvalEntry(event, masks)),
    mask: shown,
    endorsable: endorsableValues,
    widen: (approval, what) => widenAsApproved(tasks, approval, what),
    onProblem,
  });
  const tasks: Tasks = await openTasks({
    path: join(folder, files.tasks),
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
      ended(ids) {
        gate.tasksEnded(ids);
        approvals.drop(ids).catch(onProblem);
      },
      changed: (id) => gate.taskChanged(id),
    },
    ask: async (task, grants, cause) =>
      (await approvals.ask(task, { kind: 'widen', grants, cause, epoch: task.epoch }, { secondFactor: false })).id,
    limits: { maxTasksPerCaller: config().permissions.tasks.max_open_per_caller },
    onProblem,
  }).catch(async (error: unknown) => {
    await approvals.stop();
    throw error;
  });

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
    concerns: ({ task, role }) => task !== undefined || (role !== undefined && types().defaults.has(role)),
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

const FILES = { tasks: 'tasks.journal', approvals: 'approvals.journal' };

/** Profiles of tools that did not change are the same objects. */
function isSame(before: readonly ToolProfile[], after: readonly ToolProfile[]): boolean {
  return before.length === after.length && before.every((profile, index) => profile === after[index]);
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

function createIds(): () => string {
  let last = 0;
  return () => {
    last += 1;
    return `g${last}`;
  };
}
