import { randomUUID } from 'node:crypto';
import {
  type CallToolResult,
  type InputRequests,
  MissingRequiredClientCapabilityError,
  ProtocolError,
  ProtocolErrorCode,
  type Result,
  type ServerContext,
} from '@modelcontextprotocol/server';
import { capabilitiesOf } from './capabilities.ts';

/** The identifier of the tasks extension, SEP-2663. */
export const tasksExtension = 'io.modelcontextprotocol/tasks';

/** What the work of a task can do. */
export interface TaskWork {
  /** Aborted by `tasks/cancel`. */
  readonly signal: AbortSignal;
  /** Parks the task until the client has answered every question; resolves with the answers. */
  readonly ask: (questions: InputRequests) => Promise<Readonly<Record<string, unknown>>>;
}

/** The tasks of one fixture, kept until it ends. */
export interface Tasks {
  /** Begins a task; what `tools/call` answers with. */
  create(work: (task: TaskWork) => Promise<CallToolResult>): CallToolResult;
  /** The task as it stands, with its result, error or open questions. @throws ProtocolError -32602 when there is none */
  get(taskId: string): Result;
  /** Hands over answers; those to questions that nobody asked are ignored. */
  update(taskId: string, answers: Readonly<Record<string, unknown>>): void;
  /** Cancels a task that still works; leaves another one as it is. */
  cancel(taskId: string): void;
}

/** How long a client may count on a task, in milliseconds. */
const TTL_MS = 600_000;
/** How often a client should ask, in milliseconds. */
const POLL_MS = 100;

interface Task {
  readonly id: string;
  readonly createdAt: string;
  lastUpdatedAt: string;
  status: 'working' | 'input_required' | 'completed' | 'failed' | 'cancelled';
  outcome: { result?: CallToolResult; error?: { code: number; message: string } };
  questions: InputRequests;
  readonly answers: Record<string, unknown>;
  readonly aborter: AbortController;
  resume: () => void;
}

/** Whether the caller of this request can be given a task. */
export function acceptsTasks(ctx: ServerContext): boolean {
  return capabilitiesOf(ctx).extensions?.[tasksExtension] !== undefined;
}

/** @throws MissingRequiredClientCapabilityError when the caller did not declare the extension */
export function requireTasks(ctx: ServerContext): void {
  if (acceptsTasks(ctx)) return;
  const requiredCapabilities = { extensions: { [tasksExtension]: {} } };
  throw new MissingRequiredClientCapabilityError({ requiredCapabilities });
}

/** An empty set of tasks. */
export function makeTasks(): Tasks {
  const tasks = new Map<string, Task>();

  function find(taskId: string): Task {
    const task = tasks.get(taskId);
    if (task === undefined) throw new ProtocolError(ProtocolErrorCode.InvalidParams, `There is no task ${taskId}.`);
    return task;
  }

  return {
    create(work) {
      const task = makeTask();
      tasks.set(task.id, task);
      void run(task, work);
      // The SDK gives every result of a tool a content, a task as well.
      return { resultType: 'task', content: [], ...stateOf(task) };
    },
    get(taskId) {
      const task = find(taskId);
      const open = task.status === 'input_required' ? { inputRequests: task.questions } : {};
      return { ...stateOf(task), ...task.outcome, ...open };
    },
    update(taskId, answers) {
      const task = find(taskId);
      const given = Object.entries(answers).filter(([key]) => key in task.questions);
      Object.assign(task.answers, Object.fromEntries(given));
      task.questions = Object.fromEntries(Object.entries(task.questions).filter(([key]) => !(key in task.answers)));
      if (task.status === 'input_required' && Object.keys(task.questions).length === 0) task.resume();
    },
    cancel(taskId) {
      const task = find(taskId);
      if (task.status !== 'working' && task.status !== 'input_required') return;
      settle(task, 'cancelled');
      task.aborter.abort();
    },
  };
}

function makeTask(): Task {
  const now = new Date().toISOString();
  return {
    id: randomUUID(),
    createdAt: now,
    lastUpdatedAt: now,
    status: 'working',
    outcome: {},
    questions: {},
    answers: {},
    aborter: new AbortController(),
    resume: () => {},
  };
}

async function run(task: Task, work: (task: TaskWork) => Promise<CallToolResult>): Promise<void> {
  const { signal } = task.aborter;
  try {
    const result = await work({ signal, ask: (questions) => ask(task, questions) });
    settle(task, 'completed', { result });
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    if (error instanceof ProtocolError) settle(task, 'failed', { error: { code: error.code, message } });
    else settle(task, 'completed', { result: { content: [{ type: 'text', text: message }], isError: true } });
  }
}

function ask(task: Task, questions: InputRequests): Promise<Readonly<Record<string, unknown>>> {
  return new Promise((resolve) => {
    task.questions = questions;
    task.resume = () => {
      enter(task, 'working');
      resolve(task.answers);
    };
    enter(task, 'input_required');
  });
}

/** Ends a task once; what its work says after that it was cancelled counts no more. */
function settle(task: Task, status: 'completed' | 'failed' | 'cancelled', outcome: Task['outcome'] = {}): void {
  if (task.status === 'cancelled') return;
  task.outcome = outcome;
  enter(task, status);
}

function enter(task: Task, status: Task['status']): void {
  task.status = status;
  task.lastUpdatedAt = new Date().toISOString();
}

function stateOf({ id, status, createdAt, lastUpdatedAt }: Task): Result {
  return { taskId: id, status, createdAt, lastUpdatedAt, ttlMs: TTL_MS, pollIntervalMs: POLL_MS };
}
