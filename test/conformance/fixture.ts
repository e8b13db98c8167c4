import { type McpRequestContext, McpServer, type ServerEventBus } from '@modelcontextprotocol/server';
import { askingTools } from './asking-tools.ts';
import { addPrompts } from './prompts.ts';
import { addResources } from './resources.ts';
import { roundTripTools, type StateCodec } from './round-trip-tools.ts';
import { addTaskMethods, taskTools } from './task-tools.ts';
import { type Tasks, tasksExtension } from './tasks.ts';
import { addTools, type FixtureTool, text } from './tool.ts';
import { plainTools } from './tools.ts';

/** What all servers of one fixture share; in the modern era each request has a server of its own. */
export interface World {
  /** Carries changes to those who listen with `subscriptions/listen`. */
  readonly bus: ServerEventBus;
  readonly tasks: Tasks;
  readonly codec: StateCodec;
}

/** How long clients may keep what they read, in milliseconds. */
const TTL_MS = 60_000;
const cached = { ttlMs: TTL_MS, cacheScope: 'public' } as const;

/** A server with everything that the suite looks for: for one session, or for one request of the modern era. */
export function makeFixture(world: World, { era }: Pick<McpRequestContext, 'era'>): McpServer {
  const server = new McpServer(
    { name: 'merlon-conformance-fixture', version: '1.0.0' },
    {
      capabilities: {
        tools: { listChanged: true },
        prompts: { listChanged: true },
        resources: { listChanged: true, subscribe: true },
        completions: {},
        logging: {},
        ...(era === 'modern' ? { extensions: { [tasksExtension]: {} } } : {}),
      },
      instructions: 'A server for conformance tests.',
      cacheHints: { 'tools/list': cached, 'prompts/list': cached, 'resources/list': cached, 'resources/read': cached },
      requestState: { verify: (state, ctx) => world.codec.verify(state, ctx) },
    },
  );
  addTools(server, [
    ...plainTools,
    ...askingTools,
    ...roundTripTools(server, world.codec),
    ...taskTools(world.tasks),
    ...changeTools(server, world),
  ]);
  addPrompts(server);
  addResources(server);
  if (era === 'modern') addTaskMethods(server, world.tasks);
  return server;
}

/** Tools that tell everybody of a change, those with a session and those who listen. */
function changeTools(server: McpServer, { bus }: World): readonly FixtureTool[] {
  return [
    {
      name: 'test_trigger_tool_change',
      description: 'Tells that the tools have changed.',
      call() {
        bus.publish({ kind: 'tools_list_changed' });
        server.sendToolListChanged();
        return text('Told.');
      },
    },
    {
      name: 'test_trigger_prompt_change',
      description: 'Tells that the prompts have changed.',
      call() {
        bus.publish({ kind: 'prompts_list_changed' });
        server.sendPromptListChanged();
        return text('Told.');
      },
    },
  ];
}
