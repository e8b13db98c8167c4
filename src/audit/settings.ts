import { z } from 'zod';
import type { DeepReadonly } from '../kernel/readonly.ts';

/** The audit part of the `security` section. */
export const auditSettings = z.strictObject({
  audit_log_enabled: z
    .boolean()
    .default(true)
    .describe('Records every call and every refusal. While it is on and the log cannot be written, the gate closes.'),
  audit_log_path: z
    .string()
    .min(1)
    .optional()
    .describe('The audit log file. Default: `audit.log` in `server.state_dir`.'),
  audit_log_rotation: z
    .enum(['daily', 'hourly', 'never'])
    .default('daily')
    .describe('When a new audit file is begun, whatever its size. Days and hours are counted in UTC.'),
  audit_log_max_bytes: z
    .int()
    .min(1024)
    .max(1_099_511_627_776)
    .default(268_435_456)
    .describe('Size in bytes at which a new audit file is begun before its time.'),
  audit_log_retention_days: z
    .int()
    .min(0)
    .max(36_500)
    .default(365)
    .describe('Days for which finished audit files are kept; 0 keeps all of them.'),
});

/** How the audit log is kept. */
export type AuditSettings = DeepReadonly<z.output<typeof auditSettings>>;
