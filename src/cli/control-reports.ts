import { controlIds, type ControlId } from '../controls/control.ts';
import type { Config } from '../config/load.ts';
import { isLoopbackHost } from '../kernel/loopback.ts';
import { rolesWithoutTask } from '../policy/task/task-types.ts';
import type { ControlReport } from '../scanner/facts/api.ts';

type Report = Omit<ControlReport, 'id'>;

/** What this version enforces of each control with this configuration: what is done, not what is asked for. */
export function controlReports(config: Config): ControlReport[] {
  return controlIds.map((id) => ({ id, ...reports[id](config) }));
}

function when(isOn: boolean, facts: Report['facts']): Report {
  return { enforced: isOn ? 'yes' : 'no', facts };
}

/** Nothing of it is in this version. */
const missing = (): Report => ({ enforced: 'no', facts: {} });

/** Callers who may call any tool and open no task are bound by nothing but their role: as long as there are such, it is not all. */
function tasksReport({ permissions }: Config): Report {
  const { roles, tasks } = permissions;
  const without = rolesWithoutTask(permissions).length;
  const byDefault = new Set(roles.flatMap(({ default_task }) => default_task ?? []));
  const facts = { task_types: tasks.types.length, default_tasks: byDefault.size, roles_without_task: without };
  if (tasks.types.length === 0) return { enforced: 'no', facts };
  return { enforced: without === 0 ? 'yes' : 'partly', facts };
}

const reports: Readonly<Record<ControlId, (config: Config) => Report>> = {
  C01: ({ server }) => when(server.secure, { secure: server.secure, redirect_http: server.redirect_http }),
  C02: ({ server }) => when(server.secure, { tls_min_version: server.secure ? server.tls_min_version : null }),
  C03: ({ auth }) =>
    when(auth.required, {
      auth_required: auth.required,
      providers: auth.providers.map(({ type }) => type).join(', '),
    }),
  C04: ({ permissions }) => when(true, { roles: permissions.roles.length, scope: 'tool' }),
  C05: tasksReport,
  C06: ({ security }) =>
    when(true, {
      session_idle_seconds: security.session_idle_seconds,
      session_max_seconds: security.session_max_seconds,
    }),
  C07: ({ server }) => ({
    // Keys are hashed and traffic is encrypted; what upstreams keep, and the logs on the disk, are not.
    enforced: server.secure ? 'partly' : 'no',
    facts: { api_keys: 'hashed', in_transit: server.secure, logs_at_rest: false },
  }),
  C08: ({ security }) => ({
    enforced: security.mask_secrets ? 'partly' : 'no',
    facts: { mask_secrets: security.mask_secrets, personal_data: false },
  }),
  C09: ({ security }) =>
    when(security.audit_log_enabled, {
      audit_enabled: security.audit_log_enabled,
      audit_durable: security.audit_log_enabled,
      tamper_evident: false,
    }),
  C10: ({ security, logging }) =>
    when(security.audit_log_rotation !== 'never' && (logging.path === undefined || logging.rotation !== 'never'), {
      audit_rotation: security.audit_log_rotation,
      audit_retention_days: security.audit_log_retention_days,
      log_rotation: logging.path === undefined ? null : logging.rotation,
      log_retention_days: logging.path === undefined ? null : logging.retention_days,
    }),
  C11: ({ server }) => ({
    enforced: server.verify_host && server.verify_origin ? 'partly' : 'no',
    facts: {
      listen_host: server.host,
      listens_on_loopback: isLoopbackHost(server.host),
      allowed_hosts_checked: server.verify_host,
      origins_checked: server.verify_origin,
      egress_bounded: false,
    },
  }),
  C12: ({ security }) => ({
    enforced: security.rate_limiting ? 'partly' : 'no',
    facts: {
      rate_limiting: security.rate_limiting,
      requests_per_minute: security.rate_limiting ? security.max_requests_per_minute : null,
      firewall_rules: false,
    },
  }),
  C13: missing,
  C14: ({ permissions: { tasks, guardrails } }) => ({
    // Arguments are held to something by tasks and guardrails alone, and no upstream is confined.
    enforced: 'partly',
    facts: { permission_per_tool: true, argument_constraints: tasks.types.length > 0 || guardrails !== undefined },
  }),
  C15: missing,
  C16: () => ({ enforced: 'partly', facts: { health: true, metrics: false, live_events: false } }),
  C17: missing,
  C18: missing,
  C19: missing,
  C20: missing,
};
