import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { openTaskGate, type OpenTasks } from '../../src/cli/open-tasks.ts';
import type { Config } from '../../src/config/load.ts';
import { createCatalog } from '../../src/gateway/catalog.ts';
import type { Approval } from '../../src/gateway/tasks/tasks.ts';
import type { Upstream } from '../../src/gateway/upstream.ts';
import { type FakeClock, fakeClock } from '../../src/kernel/clock.ts';
import { isObject, type JsonObject } from '../../src/kernel/jsonrpc.ts';
import type { Task, TaskContext } from '../../src/policy/task/task.ts';
import { load } from '../config.ts';
import { type Answered, type FakeGateway, type FakeGatewayOptions, startFakeGateway } from '../fake-gateway.ts';
import { modernRequest } from '../modern-client.ts';
import { callerOf } from './made-up.ts';

/** The `permissions.tasks` section, as it is written. */
export type TaskSettings = JsonObject;

/** The real data path with real tasks and approvals, in this process, on a clock that tests turn. */
export interface TaskGateway {
  readonly clock: FakeClock;
  readonly gateway: FakeGateway;
  readonly keeper: OpenTasks;
  /** Opens a task for `ann` in the role `user`, unless told otherwise; `token` is how its calls say who they are. */
  open(context: TaskContext): Promise<{ readonly task: Task; readonly token: string }>;
  /** Puts other `permissions.tasks` in force, as a reload does, and with them another default task of `intern`. */
  reconfigure(tasks: TaskSettings, defaultTask?: string): Promise<void>;
  /** One stateless call of a tool of `up`. */
  callModern(token: string, params: JsonObject, capabilities?: JsonObject): Promise<Answered>;
  close(): Promise<void>;
}

const ROLES = { user: ['*:*'], intern: ['*:*'] };

export async function startTaskGateway(
  upstreams: readonly Upstream[],
  tasks: TaskSettings,
  more: Partial<FakeGatewayOptions> & { readonly defaultTask?: string } = {},
): Promise<TaskGateway> {
  const folder = await mkdtemp(join(tmpdir(), 'merlon-tasks-'));
  const clock = fakeClock();
  const { defaultTask, ...options } = more;
  let config = await configOf(folder, tasks, defaultTask);
  const gateway = await startFakeGateway({ roles: ROLES, clock, ...options, upstreams });
  const keeper = await openTaskGate(gateway.gate, {
    config: () => config,
    mask: { text: (text) => text, value: (value) => value },
    catalog: createCatalog(gateway.gate),
    guardrail: () => undefined,
  });
  return {
    clock,
    gateway,
    keeper,
    async open(context) {
      await keeper.listTools();
      const { task } = await keeper.tasks.open(callerOf('ann', { principal: 'ann' }), context);
      return { task, token: `ann:user:${task.id}` };
    },
    async reconfigure(next, otherTask = defaultTask) {
      config = await configOf(folder, next, otherTask);
      await keeper.reloaded();
    },
    async callModern(token, params, capabilities) {
      const { message, headers } = modernRequest(token, 'tools/call', params, capabilities);
      const body = JSON.stringify(message);
      const response = await fetch(`${gateway.url}/mcp/up`, { method: 'POST', headers, body });
      const answer = (await response.json()) as Answered['body'];
      return { status: response.status, headers: response.headers, body: answer };
    },
    async close() {
      await gateway.close();
      await keeper.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function configOf(folder: string, tasks: TaskSettings, defaultTask: string | undefined): Promise<Config> {
  const intern = { name: 'intern', permissions: ROLES.intern };
  const roles = [
    { name: 'user', permissions: ROLES.user },
    defaultTask === undefined ? intern : { ...intern, default_task: defaultTask },
  ];
  const server = { tls_cert: 'a.pem', tls_key: 'a.key', state_dir: folder };
  const { config } = await load(stringify({ server, permissions: { roles, tasks } }));
  return config;
}

/** Why a call was denied, as its result says. */
export function denialOf(result: JsonObject | undefined): JsonObject {
  const meta = result?.['_meta'];
  const denial = isObject(meta) ? meta['merlon/denial'] : undefined;
  return result?.['isError'] === true && isObject(denial) ? denial : {};
}

/** What somebody at the management API answers. */
export function byBoss(why = 'I know of it'): NonNullable<Approval['answer']> {
  return { by: 'boss', through: 'api', why, at: 0 };
}
