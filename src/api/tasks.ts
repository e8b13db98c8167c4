import { createRoute, type OpenAPIHono, type z } from '@hono/zod-openapi';
import type { Caller } from '../identity/caller.ts';
import { MerlonError } from '../kernel/errors.ts';
import { decide } from '../policy/decide.ts';
import { explainObjections } from '../policy/grant/explain.ts';
import { readGrants } from '../policy/task/read-grants.ts';
import { writtenGrant } from '../policy/grant/written-grant.ts';
import type { Task, TaskContext } from '../policy/task/task.ts';
import type { Gate } from '../gateway/gate.ts';
import { forbidden } from '../gateway/handle.ts';
import type { TaskGate } from '../gateway/tasks/task-gate.ts';
import type { Approval } from '../gateway/tasks/tasks.ts';
import type { Env } from './app.ts';
import { guarded, json, refusals } from './responses.ts';
import {
  answerShape,
  approvalShape,
  approvalsShape,
  changedShape,
  changeShape,
  contextShape,
  endedShape,
  openedShape,
  taskShape,
  tasksShape,
} from './task-shapes.ts';
import { z as zod } from '@hono/zod-openapi';

const MAX_BODY = 262_144;

const id = zod.object({ id: zod.string().min(1).max(64) });
const sent = <Shape extends z.ZodType>(schema: Shape) => ({
  required: true,
  content: { 'application/json': { schema } },
});

const routes = {
  open: createRoute({
    method: 'post',
    path: '/api/v2/tasks',
    security: guarded,
    summary: 'Opens a task with the least permissions that its context needs, and gives its credential, this once.',
    request: { body: sent(contextShape) },
    responses: { 201: json(openedShape, 'The task, and the credential for calls under it.'), ...refusals },
  }),
  list: createRoute({
    method: 'get',
    path: '/api/v2/tasks',
    security: guarded,
    summary: "The caller's tasks, newest first; with read:tasks and all=true those of everybody.",
    request: { query: zod.object({ all: zod.enum(['true', 'false']).optional() }) },
    responses: { 200: json(tasksShape, 'The tasks.'), ...refusals },
  }),
  show: createRoute({
    method: 'get',
    path: '/api/v2/tasks/{id}',
    security: guarded,
    request: { params: id },
    responses: { 200: json(taskShape, 'The task.'), ...refusals },
  }),
  change: createRoute({
    method: 'patch',
    path: '/api/v2/tasks/{id}',
    security: guarded,
    summary: 'Other grants for a task: provably narrower ones are in force at once, others wait for a person.',
    request: { params: id, body: sent(changeShape) },
    responses: {
      200: json(changedShape, 'They are in force.'),
      202: json(changedShape, 'They wait for a person.'),
      ...refusals,
    },
  }),
  close: createRoute({
    method: 'delete',
    path: '/api/v2/tasks/{id}',
    security: guarded,
    summary: 'Ends a task and all that are parts of it; calls in flight are cancelled.',
    request: { params: id, query: zod.object({ why: zod.string().max(500).optional() }) },
    responses: { 200: json(endedShape, 'What has ended.'), ...refusals },
  }),
  approvals: createRoute({
    method: 'get',
    path: '/api/v2/approvals',
    security: guarded,
    summary: "What waits for a person's word: of the caller's own tasks, with read:approvals of all.",
    request: {
      query: zod.object({ state: zod.enum(['open', 'approved', 'denied', 'expired', 'used']).optional() }),
    },
    responses: { 200: json(approvalsShape, 'The approvals.'), ...refusals },
  }),
  approval: createRoute({
    method: 'get',
    path: '/api/v2/approvals/{id}',
    security: guarded,
    request: { params: id },
    responses: { 200: json(approvalShape, 'The approval.'), ...refusals },
  }),
  answer: createRoute({
    method: 'post',
    path: '/api/v2/approvals/{id}',
    security: guarded,
    summary: 'Says yes or no, once. Takes manage:approvals, and no credential of a task.',
    request: { params: id, body: sent(answerShape) },
    responses: { 200: json(approvalShape, 'The approval as it is now.'), ...refusals },
  }),
} as const;

/** `/api/v2/tasks` and `/api/v2/approvals`. */
export function addTaskRoutes(app: OpenAPIHono<Env>, gate: Gate): void {
  for (const path of ['/api/v2/tasks', '/api/v2/tasks/*', '/api/v2/approvals/*'])
    app.use(path, async (c, next) => {
      if (c.req.method === 'POST' || c.req.method === 'PATCH') checkLength(c.req.header('content-length'));
      await next();
    });

  app.openapi(routes.open, async (c) => {
    const { keeper, caller } = knock(gate, c.get('caller'));
    // A task is made of the tools that there are now.
    await keeper.listTools();
    const { task, credential, leftOut } = await keeper.tasks.open(caller, toContext(c.req.valid('json')));
    return c.json({ task: shown(keeper, task), credential, left_out: leftOut.map((one) => ({ ...one })) }, 201);
  });
  app.openapi(routes.list, (c) => {
    const { keeper, caller } = knock(gate, c.get('caller'));
    const isAll = c.req.valid('query').all === 'true';
    if (isAll) need(gate, caller, 'read', 'tasks');
    const list = keeper.tasks
      .list(isAll ? undefined : caller.principal)
      .filter((task) => isWithin(keeper, caller, task));
    return c.json(
      list.map((task) => shown(keeper, task)),
      200,
    );
  });
  app.openapi(routes.show, (c) => {
    const { keeper, caller } = knock(gate, c.get('caller'));
    return c.json(shown(keeper, mine(gate, keeper, caller, c.req.valid('param').id, 'read')), 200);
  });
  app.openapi(routes.change, async (c) => {
    const { keeper, caller } = knock(gate, c.get('caller'));
    const task = mine(gate, keeper, caller, c.req.valid('param').id, 'manage');
    const { grants, why } = c.req.valid('json');
    const answer = await keeper.tasks.change(task.id, readGrants(grants), { by: caller.principal, why });
    return answer.outcome === 'narrowed'
      ? c.json({ outcome: answer.outcome, task: shown(keeper, answer.task) }, 200)
      : c.json({ outcome: answer.outcome, approval: answer.approval }, 202);
  });
  app.openapi(routes.close, async (c) => {
    const { keeper, caller } = knock(gate, c.get('caller'));
    const task = mine(gate, keeper, caller, c.req.valid('param').id, 'manage');
    const isOwn = task.principal === caller.principal;
    const cause = { by: caller.principal, why: c.req.valid('query').why ?? 'closed' };
    const ended = await keeper.tasks.close(task.id, isOwn ? 'closed' : 'revoked', cause);
    return c.json({ ended: [...ended] }, 200);
  });
  app.openapi(routes.approvals, (c) => {
    const { keeper, caller } = knock(gate, c.get('caller'));
    const list = keeper.approvals.list(c.req.valid('query').state ?? 'open');
    const all = may(gate, caller, 'read', 'approvals');
    return c.json(list.filter((one) => all || isOwnApproval(keeper, caller, one)).map(shownApproval), 200);
  });
  app.openapi(routes.approval, (c) => {
    const { keeper, caller } = knock(gate, c.get('caller'));
    return c.json(shownApproval(approvalFor(gate, keeper, caller, c.req.valid('param').id)), 200);
  });
  app.openapi(routes.answer, async (c) => {
    const { keeper, caller } = knock(gate, c.get('caller'));
    // Whoever works under a task is what the approval is about, and has no permission beside it.
    need(gate, caller, 'manage', 'approvals');
    const { verdict, why, through = 'api', proof } = c.req.valid('json');
    const known = approvalFor(gate, keeper, caller, c.req.valid('param').id);
    const by = { by: caller.principal, through, why, at: keeper.now() };
    return c.json(shownApproval(await keeper.approvals.answer(known.id, verdict, by, proof)), 200);
  });
}

/** A body is bounded before it is read; HTTP holds it to the length that it states. */
function checkLength(stated: string | undefined): void {
  const length = stated === undefined ? Number.NaN : Number(stated);
  if (length <= MAX_BODY) return;
  const message = stated === undefined ? 'The length of the body is not stated.' : 'The body is too large.';
  throw new MerlonError('BODY_TOO_LARGE', message, { todo: `Send at most ${MAX_BODY} bytes, with Content-Length.` });
}

interface Known {
  readonly keeper: TaskGate;
  readonly caller: Caller & { readonly role: string };
}

/** Everybody with a role may have tasks: they only ever narrow what the role allows. */
function knock(gate: Gate, caller: Caller | undefined): Known {
  const { tasks: keeper } = gate;
  if (keeper === undefined) throw new MerlonError('NOT_FOUND', 'There is no such endpoint.');
  if (caller?.role === undefined) throw new MerlonError('FORBIDDEN', 'Your credential carries no role.');
  return { keeper, caller: { ...caller, role: caller.role } };
}

function may(gate: Gate, caller: Caller, action: 'read' | 'manage', kind: 'tasks' | 'approvals'): boolean {
  // A credential of a task is for that task's calls; what its role may do beside them, it may not.
  return caller.task === undefined && decide(gate.roleOf(caller), { action, kind }).allowed;
}

function need(gate: Gate, caller: Caller, action: 'read' | 'manage', kind: 'tasks' | 'approvals'): void {
  if (!may(gate, caller, action, kind)) throw forbidden(`${action}:${kind}`);
}

/** Under a task's credential, the task and its parts are all that there is. */
function isWithin({ tasks }: TaskGate, caller: Caller, task: Task): boolean {
  if (caller.task === undefined) return true;
  for (
    let one: Task | undefined = task;
    one !== undefined;
    one = one.parent === undefined ? undefined : tasks.find(one.parent)
  )
    if (one.id === caller.task) return true;
  return false;
}

/** A task of the caller's own, or of anybody for who may do that. Of others it is not said whether it exists. */
function mine(gate: Gate, keeper: TaskGate, caller: Caller, taskId: string, action: 'read' | 'manage'): Task {
  const task = keeper.tasks.find(taskId);
  const isOwn = task?.principal === caller.principal && isWithin(keeper, caller, task);
  if (task === undefined || !(isOwn || may(gate, caller, action, 'tasks')))
    throw new MerlonError('TASK_UNKNOWN', 'There is no such task.');
  return task;
}

function isOwnApproval(keeper: TaskGate, caller: Caller, { task: taskId, principal }: Approval): boolean {
  const task = keeper.tasks.find(taskId);
  return principal === caller.principal && task !== undefined && isWithin(keeper, caller, task);
}

function approvalFor(gate: Gate, keeper: TaskGate, caller: Caller, approvalId: string): Approval {
  const approval = keeper.approvals.find(approvalId);
  if (approval === undefined || !(isOwnApproval(keeper, caller, approval) || may(gate, caller, 'read', 'approvals')))
    throw new MerlonError('APPROVAL_UNKNOWN', 'There is no such approval.');
  return approval;
}

function toContext(body: z.infer<typeof contextShape>): TaskContext {
  const { scopes, ...rest } = body;
  const kept = Object.fromEntries(Object.entries(rest).filter(([, value]) => value !== undefined));
  if (scopes === undefined) return kept;
  return { ...kept, scopes: Object.fromEntries(Object.entries(scopes).filter(([, value]) => value !== undefined)) };
}

function shown({ tasks }: TaskGate, task: Task): z.infer<typeof taskShape> {
  const { id: taskId, type, principal, role, agent, parent, status, epoch } = task;
  return {
    id: taskId,
    type,
    principal,
    role,
    ...(agent === undefined ? {} : { agent }),
    ...(parent === undefined ? {} : { parent }),
    status,
    opened_at: iso(task.openedAt),
    expires_at: iso(task.expiresAt),
    epoch,
    exposed: tasks.exposed(task),
    grants: task.grants.map(writtenGrant),
  };
}

function shownApproval(approval: Approval): z.infer<typeof approvalShape> {
  const { id: approvalId, task, principal, state, what, answer, secondFactor } = approval;
  return {
    id: approvalId,
    task,
    principal,
    state,
    opened_at: iso(approval.openedAt),
    expires_at: iso(approval.expiresAt),
    second_factor: secondFactor,
    ...(what.kind === 'call'
      ? { tool: what.tool, args: what.args, because: explainObjections(what.because) }
      : { grants: what.grants.map(writtenGrant), asked_why: what.cause.why }),
    ...(answer === undefined ? {} : { answer: { ...answer, at: iso(answer.at) } }),
  };
}

function iso(time: number): string {
  return new Date(time).toISOString();
}
