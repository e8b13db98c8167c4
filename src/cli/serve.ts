import type { IncomingMessage, ServerResponse } from 'node:http';
import { createApi, type Deployment } from '../api/app.ts';
import type { AuditLog } from '../audit/log.ts';
import { type Config, type Loaded, loadConfig } from '../config/load.ts';
import { createMask } from '../detect/mask.ts';
import { createCatalog } from '../gateway/catalog.ts';
import { createChildren } from '../gateway/children.ts';
import { type Edge, startEdge } from '../gateway/edge.ts';
import { scopeOf, serveMcp } from '../gateway/endpoint.ts';
import { recorded } from '../gateway/who-asks.ts';
import { Gate } from '../gateway/gate.ts';
import { serveMetadata } from '../gateway/serve-metadata.ts';
import { isMetadataPath } from '../identity/protected-resource.ts';
import { createHttpClient } from '../gateway/http-client.ts';
import { systemClock } from '../kernel/clock.ts';
import { MerlonError } from '../kernel/errors.ts';
import type { Log } from '../logging/log.ts';
import { makeAuthenticate, signInCounts } from './authenticator.ts';
import { guardrailOf } from './load-guardrail.ts';
import { controlReports } from './control-reports.ts';
import { checkCommands } from './check-commands.ts';
import { needsRestart } from './needs-restart.ts';
import { type OpenTasks, openTaskGate } from './open-tasks.ts';
import { notEnforced } from './not-enforced.ts';
import { makeRecorder, openAudit, openLog, prepareFolders } from './open-logs.ts';
import { addressOf, makeSnapshot, type SnapshotParts } from './snapshot.ts';
import { version } from './version.ts';

/** A gateway that serves. */
export interface Running {
  /** Where it answers, `https://host:port`. */
  readonly url: string;
  readonly loaded: Loaded;
  readonly log: Log;
  /** Reads the configuration again. @throws ConfigErrors or CONFIG_NEEDS_RESTART, and then nothing has changed */
  reload(): Promise<void>;
  /** Lets calls finish, then ends sessions, children, listener and logs. */
  stop(): Promise<void>;
}

export interface ServeOptions {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly allowUnsafeBind: boolean;
  readonly stderr: (text: string) => void;
}

/** Reads the configuration and starts the gateway. @throws MerlonError for everything that keeps it from starting */
export async function serve(configPath: string, options: ServeOptions): Promise<Running> {
  const clock = systemClock;
  let loaded = await loadConfig(configPath, options);
  const { config } = loaded;
  let guardrail = await guardrailOf(config);
  prepareFolders(config);

  const mask = createMask({ secrets: loaded.secrets });
  const log = openLog(config, mask, options.stderr);
  const children = createChildren({ clock, log, env: options.env, maxChildren: config.security.max_children });
  checkCommands(loaded.config, children);
  const audit = config.security.audit_log_enabled ? await openAudit(config.security, log) : undefined;
  const recorder = makeRecorder(config, audit, mask);
  const client = createHttpClient({ clock });
  let listening: Edge | undefined;
  let tasks: OpenTasks | undefined;

  const snapshotOf = (next: Loaded, before: SnapshotParts['before']): Gate['current'] => {
    // Only a listening edge knows a port that the system chose.
    const address = (): string => next.config.server.public_url ?? listening?.url ?? addressOf(next.config);
    return makeSnapshot(next.config, {
      children,
      client,
      clock,
      before,
      address,
      hide: next.config.security.mask_secrets ? (text) => mask.exact(text) : (text) => text,
      authenticate: makeAuthenticate(next.config, {
        clock,
        address,
        // Nobody is asked before they are open.
        tasks: { verify: (text, now) => tasks?.tasks.verify(text, now) ?? { refused: 'unknown' } },
        onEvent: (event) => log.warn('sign-in refused', { ...event }),
        onProblem: (problem) => log.error(problem.message, { code: problem.code }),
      }),
    });
  };

  async function closeParts(): Promise<void> {
    await gate.close(0);
    await children.closeAll();
    await client.close();
    await tasks?.stop();
    await audit?.close();
    await log.close();
  }

  const gate = new Gate({ clock, log, recorder, version, snapshot: snapshotOf(loaded, undefined) });
  const catalog = createCatalog(gate);
  try {
    tasks = await openTaskGate(gate, {
      config: () => loaded.config,
      mask,
      catalog,
      guardrail: () => guardrail,
      openerCounts: signInCounts(() => loaded.config, { clock, onProblem: (problem) => void gate.known(problem) }),
    });
  } catch (error) {
    await closeParts();
    throw error;
  }
  const api = createApi(gate, () => deploymentOf(loaded, audit), catalog);
  let edge: Edge;
  try {
    edge = await startEdge({
      ...edgeOptionsOf(config),
      clock,
      log,
      handler: (req, res) => dispatch(gate, api, req, res),
      onRefused: (req, error) => void recorded(gate, { remote: req.socket.remoteAddress ?? 'unknown' }, error),
    });
  } catch (error) {
    await closeParts();
    throw error;
  }
  listening = edge;
  await recorder.event({ kind: 'lifecycle', event: 'started', version });
  log.info('started', { url: edge.url, upstreams: [...gate.current.upstreams.keys()], version });

  async function readAgain(): Promise<void> {
    const next = await loadConfig(configPath, options);
    const fixed = needsRestart(loaded.config, next.config);
    if (fixed.length > 0) {
      const message = `A restart is needed to change ${fixed.join(', ')}.`;
      throw new MerlonError('CONFIG_NEEDS_RESTART', message, { data: { changed: fixed } });
    }
    checkCommands(next.config, children);
    // Before any program of the new configuration starts: what it prints may hold them.
    for (const secret of next.secrets) mask.addSecret(secret);
    const nextGuardrail = await guardrailOf(next.config);
    const snapshot = snapshotOf(next, { snapshot: gate.current, config: loaded.config });
    // It follows its files whether or not the rest can be applied. First, so that nothing comes between the record and the deed.
    await edge.reloadCertificate();
    try {
      edge.setAllowLists(edgeOptionsOf(next.config));
      await recorder.event({ kind: 'config_change', status: 'applied', cause: 'SIGHUP' });
    } catch (error) {
      edge.setAllowLists(edgeOptionsOf(loaded.config));
      await gate.discard(snapshot);
      throw error;
    }
    loaded = next;
    guardrail = nextGuardrail;
    log.setLevel(next.config.logging.level);
    log.info('configuration applied', {});
    // Calls in flight finish with what they started with; new ones already use the new.
    void gate.swap(snapshot);
    await tasks?.reloaded();
  }

  async function reload(): Promise<void> {
    try {
      await readAgain();
    } catch (error) {
      const changed = error instanceof MerlonError ? error.data?.['changed'] : undefined;
      const entry = { kind: 'config_change', status: 'refused', cause: 'SIGHUP' } as const;
      await recorder.event(Array.isArray(changed) ? { ...entry, changed } : entry).catch(() => undefined);
      throw error;
    }
  }

  // One after the other: each must see what the one before it left.
  let reloading: Promise<unknown> = Promise.resolve();
  function reloadInTurn(): Promise<void> {
    const turn = reloading.then(reload);
    reloading = turn.catch(() => undefined);
    return turn;
  }

  let stopping: Promise<void> | undefined;
  async function stop(): Promise<void> {
    await gate.close(config.server.drain_seconds * 1_000);
    await edge.close();
    await children.closeAll();
    await client.close();
    await tasks?.stop();
    await recorder.event({ kind: 'lifecycle', event: 'stopped', version }).catch(() => undefined);
    await audit?.close();
    log.info('stopped', {});
    await log.close();
  }

  return {
    url: edge.url,
    get loaded() {
      return loaded;
    },
    log,
    reload: reloadInTurn,
    stop: () => (stopping ??= stop()),
  };
}

function dispatch(
  gate: Gate,
  api: (req: IncomingMessage, res: ServerResponse) => void,
  req: IncomingMessage,
  res: ServerResponse,
): void {
  const url = req.url ?? '/';
  const end = url.indexOf('?');
  const path = end === -1 ? url : url.slice(0, end);
  const mcp = scopeOf(path);
  if (mcp !== undefined) void serveMcp(gate, req, res, mcp.scope);
  else if (isMetadataPath(path)) void serveMetadata(gate, req, res, path);
  else api(req, res);
}

function edgeOptionsOf({ server }: Config) {
  return {
    host: server.host,
    port: server.port,
    secure: server.secure,
    tlsCert: server.tls_cert,
    tlsKey: server.tls_key,
    tlsMinVersion: server.tls_min_version,
    publicUrl: server.public_url,
    allowedHosts: server.allowed_hosts,
    allowedOrigins: server.allowed_origins,
    verifyHost: server.verify_host,
    verifyOrigin: server.verify_origin,
    redirectHttp: server.redirect_http,
    hstsMaxAgeSeconds: server.hsts_max_age_seconds,
    maxHeaderBytes: server.max_header_bytes,
    headerTimeoutSeconds: server.header_timeout_seconds,
    bodyTimeoutSeconds: server.body_timeout_seconds,
    idleTimeoutSeconds: server.idle_timeout_seconds,
    maxConnections: server.max_connections,
    maxConnectionsPerIp: server.max_connections_per_ip,
    drainSeconds: server.drain_seconds,
  };
}

function deploymentOf({ config, switchedOff }: Loaded, audit: AuditLog | undefined): Deployment {
  const { server, auth, logging, security } = config;
  return {
    version,
    secure: server.secure,
    tlsVersion: server.secure ? server.tls_min_version : null,
    authRequired: auth.required,
    logLevel: logging.level,
    auditEnabled: security.audit_log_enabled,
    auditWritable: audit?.isWritable() ?? false,
    switchedOff,
    controls: () => controlReports(config),
    notEnforced: notEnforced(config),
    // No backend confines upstreams yet, whatever the configuration asks for.
    isConfined: () => false,
  };
}
