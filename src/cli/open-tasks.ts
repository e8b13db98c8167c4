import { join } from 'node:path';
import type { Config } from '../config/load.ts';
import type { Mask } from '../detect/mask.ts';
import type { Gate } from '../gateway/gate.ts';
import type { RecordMask } from '../gateway/record.ts';
import { openApprovals } from '../gateway/tasks/approvals.ts';
import { createTaskEngine } from '../gateway/tasks/engine.ts';
import { approvalEntry, changeEntries } from '../gateway/tasks/record-change.ts';
import { openTasks } from '../gateway/tasks/registry.ts';
import type { TasksOptions } from '../gateway/tasks/tasks-options.ts';
import type { TaskGate } from '../gateway/tasks/task-gate.ts';
import type { Tasks } from '../gateway/tasks/tasks.ts';
import { decide } from '../policy/decide.ts';
import type { Guardrail } from '../policy/guardrail/create-guardrail.ts';
import { createProvenance } from '../policy/provenance/provenance.ts';
import { createToolBook } from '../policy/tool/tool-book.ts';
import { partsOfTool } from '../policy/tool/tool-name.ts';
import { besideName } from './claim-logs.ts';
import { createConfiguredTasks, overrideIn } from './configured-tasks.ts';
import { createMint } from './mint-grants.ts';
import { widenAsApproved } from './widen-as-approved.ts';

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
  const configured = createConfiguredTasks(config);
  const { types } = configured;
  const book = createToolBook({
    overrideOf: (upstream, tool) => overrideIn(config(), upstream, tool),
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
      mint: createMint(types),
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

  const opened: OpenTasks = {
    tasks,
    approvals,
    profileOf: (upstream, name) => book.profile(upstream, name),
    async learnTools(upstream, tools, of) {
      const isChanged = of === 'list' ? book.learn(upstream, tools) : book.update(upstream, tools);
      if (isChanged) await tasks.refresh();
    },
    async listTools() {
      await catalog();
    },
    concerns: (caller) => {
      if (caller.method === 'internal') return false;
      return guardrail() !== undefined || configured.binds(caller);
    },
    ceilingOf: (caller) => configured.ceilingOf(caller),
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

function mayUse(gate: Gate, role: string, tool: string): boolean {
  const operation = { action: 'execute', kind: 'tool', ...partsOfTool(tool) } as const;
  return decide(gate.current.roles.get(role), operation).allowed;
}
