/** `merlon/audit`: the append-only log that acknowledges only what is durable. */
export {
  type AuditCaller,
  type AuditContext,
  type AuditEntry,
  type AuditLog,
  type AuditLogOptions,
  openAuditLog,
} from './log.ts';
export type { WriterState } from './writer.ts';
export type { Clock } from '../kernel/clock.ts';
export { type ErrorCode, MerlonError } from '../kernel/errors.ts';
export type { Rotation } from '../kernel/rotation.ts';
