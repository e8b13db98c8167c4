import { dirname } from 'node:path';
import { type AuditLog, openAuditLog } from '../audit/log.ts';
import type { Config } from '../config/load.ts';
import type { Mask } from '../detect/mask.ts';
import { createRecorder, type Recorder } from '../gateway/record.ts';
import { systemClock } from '../kernel/clock.ts';
import { createLog, type Log } from '../logging/log.ts';
import { makeStateFolder } from './make-state-folder.ts';

/** Makes the folders for state and logs. @throws MerlonError STATE_NOT_WRITABLE */
export function prepareFolders({ server, security, logging }: Config): void {
  const folders = [
    server.state_dir,
    dirname(security.audit_log_path),
    ...(logging.path === undefined ? [] : [dirname(logging.path)]),
  ];
  for (const folder of new Set(folders)) makeStateFolder(folder);
}

/** For who switched masking off: the start says so. */
const UNMASKED = { text: (text: string): string => text, value: (value: unknown): unknown => value };

/** Opens the server log: a file where the configuration names one, else `stderr`. @throws MerlonError STATE_NOT_WRITABLE */
export function openLog({ logging, security }: Config, mask: Mask, stderr: (text: string) => void): Log {
  return createLog({
    level: logging.level,
    format: logging.format,
    path: logging.path,
    rotation: logging.rotation,
    maxBytes: logging.max_bytes,
    retentionDays: logging.retention_days,
    clock: systemClock,
    mask: security.mask_secrets ? mask : UNMASKED,
    stderr: logging.path === undefined ? { write: stderr } : undefined,
  });
}

/**
 * Opens the audit log.
 * @param log told when it stops or starts again to take entries
 * @throws MerlonError STATE_NOT_WRITABLE, AUDIT_IN_USE, AUDIT_DAMAGED
 */
export async function openAudit(security: Config['security'], log: Pick<Log, 'error'>): Promise<AuditLog> {
  return await openAuditLog({
    path: security.audit_log_path,
    rotation: security.audit_log_rotation,
    maxBytes: security.audit_log_max_bytes,
    retentionDays: security.audit_log_retention_days,
    onStateChange: (state) => log.error('audit log changed its state', { ...state }),
  });
}

/** What writes into the audit log; into nothing when it is switched off. */
export function makeRecorder({ security }: Config, audit: AuditLog | undefined, mask: Mask): Recorder {
  return createRecorder({
    append: audit === undefined ? () => Promise.resolve(0) : (entry) => audit.append(entry),
    clock: systemClock,
    mask: security.mask_secrets ? mask : UNMASKED,
  });
}
