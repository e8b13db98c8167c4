import { setTimeout as delay } from 'node:timers/promises';
import {
  acceptedContent,
  type InputRequest,
  inputRequired,
  type JSONObject,
  type McpServer,
  ProtocolError,
  ProtocolErrorCode,
} from '@modelcontextprotocol/server';
import { z } from 'zod';
import { acceptsTasks, requireTasks, type Tasks } from './tasks.ts';
import { type FixtureTool, shown, text } from './tool.ts';

/** How long the work of a job takes that is not about time, in milliseconds. */
const JOB_MS = 50;

const named: JSONObject = { type: 'object', properties: { name: { type: 'string' } }, required: ['name'] };

/** The tools of the tasks extension, SEP-2663, and one beside them that never makes a task. */
export function taskTools(tasks: Tasks): readonly FixtureTool[] {
  return [
    {
      name: 'greet',
      description: 'Greets at once.',
      inputSchema: named,
      call: ({ name }) => text(`Hello, ${shown(name)}!`),
    },
    {
      name: 'slow_compute',
      description: 'Works for some seconds, as a task where the client knows tasks.',
      inputSchema: { type: 'object', properties: { seconds: { type: 'number' }, label: { type: 'string' } } },
      async call({ seconds, label }, ctx) {
        const done = text(`Computed ${shown(label)}.`);
        const ms = Number(seconds ?? 0) * 1000;
        if (acceptsTasks(ctx) && ms > 0) return tasks.create(({ signal }) => delay(ms, done, { signal }));
        return delay(ms, done, { signal: ctx.mcpReq.signal });
      },
    },
    {
      name: 'failing_job',
      description: 'A task whose tool fails.',
      call(_args, ctx) {
        requireTasks(ctx);
        return tasks.create(async ({ signal }) => {
          await delay(JOB_MS, undefined, { signal });
          throw new Error('The job failed, as it always does.');
        });
      },
    },
    {
      name: 'protocol_error_job',
      description: 'A task that ends in a JSON-RPC error.',
      call(_args, ctx) {
        requireTasks(ctx);
        return tasks.create(async ({ signal }) => {
          await delay(JOB_MS, undefined, { signal });
          throw new ProtocolError(ProtocolErrorCode.InternalError, 'The job broke, as it always does.');
        });
      },
    },
    {
      name: 'confirm_delete',
      description: 'A task that asks before it goes on.',
      inputSchema: { type: 'object', properties: { filename: { type: 'string' } } },
      call({ filename }, ctx) {
        requireTasks(ctx);
        return tasks.create(async ({ ask }) => {
          const { confirm } = await ask({ confirm: yesOrNo(`Delete ${shown(filename)}?`) });
          return text(`Answered: ${JSON.stringify(confirm)}`);
        });
      },
    },
    {
      name: 'multi_input',
      description: 'A task that asks two questions at once.',
      call(_args, ctx) {
        requireTasks(ctx);
        return tasks.create(async ({ ask }) => {
          const answers = await ask({ first: yesOrNo('The first?'), second: yesOrNo('The second?') });
          return text(`Answered: ${Object.keys(answers).sort().join(', ')}`);
        });
      },
    },
    {
      name: 'test_tool_with_task',
      description: 'Asks for a name before it becomes a task.',
      call(_args, ctx) {
        requireTasks(ctx);
        const answer = acceptedContent(ctx.mcpReq.inputResponses, 'user_name', z.object({ name: z.string() }));
        if (answer !== undefined) return tasks.create(async () => text(`Hello, ${answer.name}!`));
        const requestedSchema = {
          type: 'object' as const,
          properties: { name: { type: 'string' as const } },
          required: ['name'],
        };
        const question = inputRequired.elicit({ message: 'What is your name?', requestedSchema });
        return inputRequired({ inputRequests: { user_name: question } });
      },
    },
  ];
}

/** Answers `tasks/get`, `tasks/update` and `tasks/cancel`. */
export function addTaskMethods({ server }: McpServer, tasks: Tasks): void {
  const one = z.object({ taskId: z.string() });
  const answered = one.extend({ inputResponses: z.record(z.string(), z.unknown()).default({}) });
  server.setRequestHandler('tasks/get', { params: one }, ({ taskId }, ctx) => {
    requireTasks(ctx);
    return tasks.get(taskId);
  });
  server.setRequestHandler('tasks/update', { params: answered }, ({ taskId, inputResponses }, ctx) => {
    requireTasks(ctx);
    tasks.update(taskId, { ...inputResponses, ...ctx.mcpReq.inputResponses });
    return {};
  });
  server.setRequestHandler('tasks/cancel', { params: one }, ({ taskId }, ctx) => {
    requireTasks(ctx);
    tasks.cancel(taskId);
    return {};
  });
}

function yesOrNo(message: string): InputRequest {
  const requestedSchema = {
    type: 'object' as const,
    properties: { confirm: { type: 'boolean' as const } },
    required: ['confirm'],
  };
  return inputRequired.elicit({ message, requestedSchema });
}
