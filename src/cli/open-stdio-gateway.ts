import type { Loaded } from '../config/load.ts';
import { createMask } from '../detect/mask.ts';
import { createCatalog } from '../gateway/catalog.ts';
import { createChildren } from '../gateway/children.ts';
import { Gate } from '../gateway/gate.ts';
import { createHttpClient } from '../gateway/http-client.ts';
import type { Authenticate } from '../identity/authenticate.ts';
import { systemClock } from '../kernel/clock.ts';
import type { Log } from '../logging/log.ts';
import { checkCommands } from './check-commands.ts';
import { claimLogs } from './claim-logs.ts';
import { makeRecorder, openLog } from './open-logs.ts';
import { guardrailOf } from './load-guardrail.ts';
import { boundsByDefault, type OpenTasks, openTasksBeside } from './open-tasks.ts';
import { addressOf, makeSnapshot } from './snapshot.ts';
import { version } from './version.ts';

/** A gateway that listens nowhere, for the one client that started it. */
export interface StdioGateway {
  readonly gate: Gate;
  /** The audit log's file; undefined where it is switched off. */
  readonly auditFile: string | undefined;
  /** Ends sessions, children and logs. */
  close(): Promise<void>;
}

/** What {@link openStdioGateway} takes. */
export interface StdioGatewayOptions {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly stderr: (text: string) => void;
  /** See `claimLogs`. */
  readonly firstLog: 0 | 1;
  /** Makes what says who asks. */
  readonly authenticate: (log: Log) => Authenticate;
}

/** Starts the gateway. @throws MerlonError for everything that keeps it from starting */
export async function openStdioGateway(
  { config: wanted, secrets }: Loaded,
  { env, stderr, firstLog, authenticate }: StdioGatewayOptions,
): Promise<StdioGateway> {
  const clock = systemClock;
  let log: Log | undefined;
  const claimed = await claimLogs(wanted, firstLog, { error: (message, fields) => log?.error(message, fields) });
  const { config, audit } = claimed;
  const mask = createMask({ secrets });
  log = openLog(config, mask, stderr);
  const children = createChildren({ clock, log, env, maxChildren: config.security.max_children });
  const client = createHttpClient({ clock });

  async function closeLogs(): Promise<void> {
    await audit?.close();
    await log?.close();
    claimed.release();
  }

  let gate: Gate;
  let tasks: OpenTasks | undefined;
  try {
    checkCommands(config, children);
    const snapshot = makeSnapshot(config, {
      children,
      client,
      clock,
      before: undefined,
      hide: config.security.mask_secrets ? (text) => mask.exact(text) : (text) => text,
      authenticate: authenticate(log),
      // Nothing listens: it only says for whom a token must be.
      address: () => addressOf(config),
    });
    gate = new Gate({ clock, log, recorder: makeRecorder(config, audit, mask), version, snapshot });
    if (boundsByDefault(config)) {
      const guardrail = await guardrailOf(config);
      tasks = await openTasksBeside(gate, {
        config: () => config,
        mask,
        catalog: createCatalog(gate),
        guardrail: () => guardrail,
      });
    }
    await gate.recorder.event({ kind: 'lifecycle', event: 'started', cause: 'stdio', version });
  } catch (error) {
    await children.closeAll();
    await client.close();
    await tasks?.stop();
    await closeLogs();
    throw error;
  }
  log.info('started', { upstreams: [...gate.current.upstreams.keys()], version });

  let closing: Promise<void> | undefined;
  async function close(): Promise<void> {
    await gate.close(0);
    await children.closeAll();
    await client.close();
    await tasks?.stop();
    await gate.recorder.event({ kind: 'lifecycle', event: 'stopped', cause: 'stdio', version }).catch(() => undefined);
    log?.info('stopped', {});
    await closeLogs();
  }

  return {
    gate,
    auditFile: audit === undefined ? undefined : config.security.audit_log_path,
    close: () => (closing ??= close()),
  };
}
