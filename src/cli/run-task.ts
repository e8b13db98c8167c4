import { showable } from '../detect/showable.ts';
import { MerlonError } from '../kernel/errors.ts';
import { isObject, type JsonObject } from '../kernel/jsonrpc.ts';
import { type Api, openApi } from './api-client.ts';

/** What every command on a running gateway is told. */
export interface TaskApiOptions {
  readonly config: string;
  readonly url?: string;
  readonly ca?: string;
  readonly keyEnv: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly json?: true;
}

/** Options of `merlon task open`. */
export interface OpenTaskOptions extends TaskApiOptions {
  readonly type?: string;
  readonly request?: string;
  readonly tool: readonly string[];
  readonly resource: readonly string[];
  readonly seconds?: string;
  readonly agent?: string;
  readonly parent?: string;
}

/** Opens a task and prints its credential, this once. */
export async function openTask(options: OpenTaskOptions): Promise<void> {
  const { type, request, tool, resource, seconds, agent, parent } = options;
  const number = seconds === undefined ? undefined : Number(seconds);
  if (number !== undefined && !(Number.isInteger(number) && number > 0))
    throw new MerlonError('USAGE', '--seconds takes a whole number above 0.');
  const body: JsonObject = {
    ...(type === undefined ? {} : { type }),
    ...(request === undefined ? {} : { request }),
    ...(tool.length === 0 ? {} : { tools: [...tool] }),
    ...(resource.length === 0 ? {} : { resources: [...resource] }),
    ...(number === undefined ? {} : { seconds: number }),
    ...(agent === undefined ? {} : { agent }),
    ...(parent === undefined ? {} : { parent }),
  };
  const opened = await (await openApi(options))('POST', '/api/v2/tasks', body);
  if (options.json === true) return print(opened);
  const { task, credential, left_out: leftOut } = isObject(opened) ? opened : {};
  // Only here, and only what looks like one: a terminal obeys what else an answer may hold.
  if (typeof credential !== 'string' || !/^[\w.-]+$/.test(credential))
    throw new MerlonError('GATEWAY_UNREACHABLE', 'The gateway answered without a credential.');
  process.stdout.write(`${credential}\n`);
  process.stderr.write(`${describe(task)}\nThe credential is shown once; only a keyed hash is stored.\n`);
  for (const one of Array.isArray(leftOut) ? leftOut : [])
    if (isObject(one)) process.stderr.write(`left out: ${textOf(one['tool'])}: ${textOf(one['why'])}\n`);
}

/** Prints the caller's tasks. */
export async function listTasks(options: TaskApiOptions & { readonly all?: true }): Promise<void> {
  const list = await (await openApi(options))('GET', `/api/v2/tasks${options.all === true ? '?all=true' : ''}`);
  if (options.json === true) return print(list);
  const tasks = Array.isArray(list) ? list : [];
  if (tasks.length === 0) process.stdout.write('No tasks. Open one with merlon task open.\n');
  for (const task of tasks) process.stdout.write(`${describe(task)}\n`);
}

/** Prints one task with its grants. */
export async function showTask(id: string, options: TaskApiOptions): Promise<void> {
  const task = await (await openApi(options))('GET', pathOf('tasks', id));
  if (options.json === true) return print(task);
  process.stdout.write(`${describe(task)}\n`);
  const grants = isObject(task) && Array.isArray(task['grants']) ? task['grants'] : [];
  for (const grant of grants) process.stdout.write(`  ${showable(JSON.stringify(grant))}\n`);
}

/** Ends a task. */
export async function closeTask(id: string, options: TaskApiOptions & { readonly why: string }): Promise<void> {
  const api: Api = await openApi(options);
  const answer = await api('DELETE', `${pathOf('tasks', id)}?why=${encodeURIComponent(options.why)}`);
  if (options.json === true) return print(answer);
  const ended = isObject(answer) && Array.isArray(answer['ended']) ? answer['ended'] : [];
  for (const one of ended) process.stdout.write(`${textOf(one)} has ended.\n`);
}

/** The path of one thing below /api/v2; an id from elsewhere is one segment and no more. */
export function pathOf(kind: 'tasks' | 'approvals', id: string): string {
  return `/api/v2/${kind}/${encodeURIComponent(id)}`;
}

/** Prints an answer as it came. */
export function print(answer: unknown): void {
  process.stdout.write(`${JSON.stringify(answer, undefined, 2)}\n`);
}

/** A field of an answer as a terminal may show it. */
export function textOf(value: unknown): string {
  return showable(typeof value === 'string' ? value : (JSON.stringify(value) ?? ''));
}

function describe(task: unknown): string {
  if (!isObject(task)) return '';
  const { id, type, principal, status, expires_at: expires, grants, parent } = task;
  const many = Array.isArray(grants) ? grants.length : 0;
  const under = parent === undefined ? '' : `, part of ${textOf(parent)}`;
  const until = status === 'open' ? `until ${textOf(expires)}` : textOf(status);
  return `${textOf(id)}  ${textOf(type)}  ${textOf(principal)}  ${many} ${many === 1 ? 'grant' : 'grants'}, ${until}${under}`;
}
