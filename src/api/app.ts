import type { IncomingMessage, ServerResponse } from 'node:http';
import { getRequestListener, type HttpBindings } from '@hono/node-server';
import { createRoute, OpenAPIHono, type z } from '@hono/zod-openapi';
import type { Context } from 'hono';
import { HTTPException } from 'hono/http-exception';
import type { Caller } from '../identity/caller.ts';
import { MerlonError } from '../kernel/errors.ts';
import { decide } from '../policy/decide.ts';
import { endpointNeeds } from '../policy/operation.ts';
import { formatPermission } from '../policy/permission.ts';
import { identify, refusalHeaders } from '../gateway/endpoint.ts';
import { recorded, throttle } from '../gateway/who-asks.ts';
import type { Catalog } from '../gateway/catalog.ts';
import type { Gate } from '../gateway/gate.ts';
import type { ControlReport } from '../scanner/facts/api.ts';
import { forbidden } from '../gateway/handle.ts';
import { errorBody } from '../gateway/refuse.ts';
import { prefixName } from '../gateway/aggregate.ts';
import {
  controlsShape,
  errorShape,
  healthShape,
  infoShape,
  loggingShape,
  readyShape,
  rolesShape,
  toolsShape,
} from './shapes.ts';
import { guarded, json, refusals } from './responses.ts';
import { addTaskRoutes } from './tasks.ts';

/** What the management API says of the deployment; read anew for every answer. */
export interface Deployment {
  readonly version: string;
  readonly secure: boolean;
  /** Least TLS version accepted, null without TLS. */
  readonly tlsVersion: 'TLSv1.2' | 'TLSv1.3' | null;
  readonly authRequired: boolean;
  readonly logLevel: string;
  readonly auditEnabled: boolean;
  readonly auditWritable: boolean;
  /** Protections that the configuration switched off, one sentence each. */
  readonly switchedOff: readonly { readonly key: string; readonly sentence: string }[];
  /** What is enforced of each of the 20 controls. Asked for when it is wanted: probes ask for a deployment all day. */
  controls(): readonly ControlReport[];
  /** What the configuration asks for and this version does not do, one sentence each. */
  readonly notEnforced: readonly string[];
  /** Whether this upstream's process really is confined, not whether it should be. */
  isConfined(upstream: string): boolean;
}

/** What every handler finds in its context. */
export interface Env {
  Bindings: HttpBindings;
  Variables: { caller: Caller | undefined; admitted: boolean | undefined };
}

const routes = {
  health: createRoute({ method: 'get', path: '/health', responses: { 200: json(healthShape, 'The process runs.') } }),
  ready: createRoute({
    method: 'get',
    path: '/ready',
    responses: { 200: json(readyShape, 'Calls are served.'), 503: json(readyShape, 'The gate is closed.') },
  }),
  info: createRoute({
    method: 'get',
    path: '/api/v2/info',
    summary: 'What this gateway is; with read:config also which protections are switched off.',
    responses: { 200: json(infoShape, 'Facts about the deployment.'), 401: refusals[401], 429: refusals[429] },
  }),
  roles: createRoute({
    method: 'get',
    path: '/api/v2/roles',
    security: guarded,
    responses: { 200: json(rolesShape, 'The roles and their permissions.'), ...refusals },
  }),
  tools: createRoute({
    method: 'get',
    path: '/api/v2/tools',
    security: guarded,
    summary: 'Every tool of every upstream with its permission scope; Merlon-Unavailable names upstreams not asked.',
    responses: {
      200: json(toolsShape, 'The tools.'),
      502: json(errorShape, 'No upstream could be asked.'),
      ...refusals,
    },
  }),
  logging: createRoute({
    method: 'get',
    path: '/api/v2/config/logging',
    security: guarded,
    responses: { 200: json(loggingShape, 'How the gateway logs.'), ...refusals },
  }),
  controls: createRoute({
    method: 'get',
    path: '/api/v2/controls',
    security: guarded,
    summary: 'What of each of the 20 controls is enforced, with the figures in force.',
    responses: { 200: json(controlsShape, 'The controls, in order.'), ...refusals },
  }),
} as const;

/** Makes the management API (`/api/v2`, `/health`, `/ready`) as a Node request handler. */
export function createApi(
  gate: Gate,
  deployment: () => Deployment,
  catalog: () => Promise<Catalog>,
): (req: IncomingMessage, res: ServerResponse) => void {
  const app = new OpenAPIHono<Env>({ defaultHook: refuseMalformed });
  app.onError(async (error, c) => {
    // The framework's own no to a body that it cannot read.
    const isUnread = error instanceof HTTPException && error.status < 500;
    const known = gate.known(isUnread ? new MerlonError('PARAMS_INVALID', 'The body is no JSON.') : error);
    // What failed after the caller was let in is no refusal.
    if (c.get('admitted') === true) return refused(known);
    const remote = c.env.incoming.socket.remoteAddress ?? 'unknown';
    const request = { method: `${c.req.method} ${c.req.path}` };
    return refused(await recorded(gate, { remote, caller: c.get('caller'), request }, known));
  });
  app.notFound(() => refused(new MerlonError('NOT_FOUND', 'There is no such endpoint.')));
  app.use(async (c, next) => {
    await admit(gate, c);
    c.set('admitted', true);
    await next();
  });

  app.openapi(routes.health, (c) => c.json({ status: 'ok' as const }, 200));
  app.openapi(routes.ready, (c) => {
    const facts = deployment();
    const isReady = !gate.draining && (facts.auditWritable || !facts.auditEnabled);
    return c.json({ ready: isReady, audit: facts.auditWritable, draining: gate.draining }, isReady ? 200 : 503);
  });
  app.openapi(routes.info, (c) => {
    const { version, secure, tlsVersion, authRequired, switchedOff, notEnforced } = deployment();
    const facts = { name: 'merlon' as const, version, secure, tls_version: tlsVersion, auth_required: authRequired };
    const caller = c.get('caller');
    const isFree = caller !== undefined && caller.task === undefined;
    const mayKnow = isFree && decide(gate.roleOf(caller), { action: 'read', kind: 'config' }).allowed;
    return c.json(mayKnow ? { ...facts, switched_off: [...switchedOff], not_enforced: [...notEnforced] } : facts, 200);
  });
  app.openapi(routes.roles, (c) => {
    const roles = [...gate.current.roles.values()].map(({ name, permissions }) => ({
      name,
      permissions: permissions.map(formatPermission),
    }));
    return c.json(roles, 200);
  });
  app.openapi(routes.tools, async (c) => {
    const { tools, unavailable } = await catalog();
    if (unavailable.length > 0) c.header('Merlon-Unavailable', unavailable.join(', '));
    if (tools.length === 0 && unavailable.length > 0) {
      throw new MerlonError('UPSTREAM_UNAVAILABLE', 'No upstream could be asked for its tools.');
    }
    const facts = deployment();
    return c.json(
      tools.map(({ upstream, name, title, description }) => ({
        name: prefixName(upstream, name),
        upstream,
        ...(title === undefined ? {} : { title }),
        ...(description === undefined ? {} : { description }),
        security: {
          sandbox_enabled: facts.isConfined(upstream),
          permission_scopes: [`execute:tool/${upstream}/${name}`],
        },
      })),
      200,
    );
  });
  app.openapi(routes.logging, (c) => {
    const { logLevel, auditEnabled } = deployment();
    return c.json({ level: logLevel, audit_enabled: auditEnabled }, 200);
  });

  app.openapi(routes.controls, (c) => {
    return c.json(
      deployment()
        .controls()
        .map(({ id, enforced, facts }) => ({ id, enforced, facts: { ...facts } })),
      200,
    );
  });

  addTaskRoutes(app, gate);

  app.openAPIRegistry.registerComponent('securitySchemes', 'bearer', { type: 'http', scheme: 'bearer' });
  app.doc31('/api/v2/openapi.json', () => ({
    openapi: '3.1.0',
    info: { title: 'Merlon management API', version: deployment().version },
  }));

  const listener = getRequestListener(app.fetch, { overrideGlobalObjects: false });
  return (req, res) => void listener(req, res);
}

/** What was sent has another shape than the API says. */
function refuseMalformed(result: { readonly success: boolean; readonly error?: z.ZodError }): void {
  if (result.success) return;
  const [first] = result.error?.issues ?? [];
  // Not the value: it may be anything, and a secret.
  const where = first === undefined ? '' : ` at ${first.path.map(String).join('.').slice(0, 200)}`;
  throw new MerlonError('PARAMS_INVALID', `The request is malformed${where}: ${first?.message.slice(0, 300) ?? ''}.`);
}

/** Who may come in: public endpoints take anybody at the address's rate, all others a caller with the permission. */
async function admit(gate: Gate, c: Context<Env>): Promise<void> {
  const { incoming } = c.env;
  const remote = incoming.socket.remoteAddress ?? 'unknown';
  const need = needOf(c.req.path);
  if (need === 'public') {
    // By address, with a key or without: asking in public must not use up what a caller may do.
    if (c.req.path.startsWith('/api/')) throttle(gate.current.limiter, `public ${remote}`, gate.clock.now());
    if (incoming.headers.authorization !== undefined)
      c.set('caller', await identify(gate, incoming, remote, undefined));
    return;
  }
  const caller = await identify(gate, incoming, remote, gate.current.limiter);
  c.set('caller', caller);
  // Those below judge by themselves what is the caller's own.
  if (need === undefined || need === 'own') return;
  // What its role may know beside its work is no part of a task.
  if (caller.task !== undefined && need.kind !== 'info')
    throw new MerlonError('FORBIDDEN', 'The credential of a task is for the work of the task.');
  const decision = decide(gate.roleOf(caller), need);
  if (!decision.allowed) throw forbidden(decision.missing);
}

type Need = (typeof endpointNeeds)[keyof typeof endpointNeeds];

function needOf(path: string): Need | undefined {
  const [, of] = /^(\/api\/v2\/(?:tasks|approvals))\/[^/]+$/.exec(path) ?? [];
  const known = of === undefined ? path : `${of}/{id}`;
  return Object.hasOwn(endpointNeeds, known) ? endpointNeeds[known as keyof typeof endpointNeeds] : undefined;
}

function refused(error: MerlonError): Response {
  const headers = { ...refusalHeaders(error), 'content-type': 'application/json' };
  return new Response(errorBody(error), { status: error.http, headers });
}
