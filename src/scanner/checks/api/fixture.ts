import type { ControlId } from '../../../controls/control.ts';
import type { ApiFacts, ControlReport } from '../../facts/api.ts';
import { saw } from '../../look.ts';

const REPORTS: Readonly<Partial<Record<ControlId, ControlReport['facts']>>> = {
  C05: { task_types: 2, roles_without_task: 0 },
  C06: { session_idle_seconds: 1_800, session_max_seconds: 43_200 },
  C07: { api_keys: 'hashed' },
  C08: { secrets_masked: true },
  C10: { audit_rotation: 'daily', log_rotation: 'daily' },
  C11: { listen_host: '127.0.0.1', allowed_hosts_checked: true, origins_checked: true },
  C12: { requests_per_minute: 100 },
  C15: {},
  C16: { metrics: true, health: true },
  C17: {},
  C18: {},
  C19: { last_security_test: '2026-11-20' },
};

/** Every control in force, but for what is said otherwise. */
export function reports(
  changes: Readonly<Partial<Record<ControlId, Partial<ControlReport>>>> = {},
): readonly ControlReport[] {
  return Object.entries(REPORTS).map(([key, facts]) => {
    const id = key as ControlId;
    return { id, enforced: 'yes', facts, ...changes[id] };
  });
}

/** What a gateway says that has nothing to hide. */
export function api(changes: Partial<ApiFacts> = {}): ApiFacts {
  return {
    url: 'https://mcp.example.com',
    isLoopback: false,
    info: saw({
      name: 'merlon',
      version: '1.0.0',
      secure: true,
      tls_version: 'TLSv1.3',
      auth_required: true,
      switched_off: [],
      not_enforced: [],
    }),
    roles: saw([
      { name: 'admin', permissions: ['*:*'] },
      { name: 'user', permissions: ['read:*', 'execute:tool'] },
    ]),
    tools: saw([
      {
        name: 'files__read',
        upstream: 'files',
        security: { sandbox_enabled: true, permission_scopes: ['execute:tool/files/read'] },
      },
    ]),
    logging: saw({ level: 'INFO', audit_enabled: true }),
    controls: saw(reports()),
    ready: saw(true),
    withoutCredential: saw({ '/api/v2/roles': 401, '/api/v2/tools': 401 }),
    wrongCredential: saw({ '/api/v2/roles': 401, '/api/v2/tools': 401 }),
    burst: saw({ sent: 12, limited: 1 }),
    ...changes,
  };
}

/** The same with one control reported otherwise. */
export function withReport(id: ControlId, report: Partial<ControlReport>): ApiFacts {
  return api({ controls: saw(reports({ [id]: report })) });
}
