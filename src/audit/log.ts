import { type Clock, systemClock } from '../kernel/clock.ts';
import type { Rotation } from '../kernel/rotation.ts';
import type { AuditEntry } from './entry.ts';
import { type FileSystem, systemFs } from '../kernel/files.ts';
import { LogFile } from './log-file.ts';
import { GroupWriter, type WriterState } from './writer.ts';

export type { AuditCaller, AuditContext, AuditEntry } from './entry.ts';

/** The audit log as everybody else sees it; how the entries are kept is its own affair. */
export interface AuditLog {
  /**
   * Records one entry. Nothing may happen that an entry announces before its promise resolves.
   * @returns the entry's number, once it is durable
   * @throws MerlonError AUDIT_UNAVAILABLE when it cannot be recorded: the gate must stay closed
   */
  append(entry: AuditEntry): Promise<number>;
  /** False while entries are refused. The log tries to recover by itself once a second, whether asked or not. */
  isWritable(): boolean;
  /** Number of the last durable entry; 0 before the first. */
  readonly lastSeq: number;
  /** Makes what waits durable, then lets go of the file and its lock. Entries after this are refused. */
  close(): Promise<void>;
}

/** What {@link openAuditLog} takes. */
export interface AuditLogOptions {
  /** The file being written; rotated ones stand beside it. */
  readonly path: string;
  readonly rotation: Rotation;
  /** Bytes that one file may hold; 0 = no limit. */
  readonly maxBytes: number;
  /** Full days to keep rotated files; 0 = for ever. */
  readonly retentionDays: number;
  /** Default: the machine's clock. */
  readonly clock?: Clock;
  /** Default: the machine's files. */
  readonly fs?: FileSystem;
  /** Entries that may wait for the disk before more are refused; default 10,000. */
  readonly maxQueuedEntries?: number;
  /** Bytes that may wait for the disk before more are refused; default 16 MiB. */
  readonly maxQueuedBytes?: number;
  /** Called when the log stops or starts again to take entries. */
  readonly onStateChange?: (state: WriterState) => void;
}

/**
 * Opens the audit log, or creates it (0600, in a folder of 0700). The numbers continue where the log ends.
 * @throws MerlonError STATE_NOT_WRITABLE, AUDIT_IN_USE (another process writes it), AUDIT_DAMAGED (left as it is)
 */
export async function openAuditLog(options: AuditLogOptions): Promise<AuditLog> {
  const { path, rotation, maxBytes, retentionDays, fs = systemFs, clock = systemClock } = options;
  const file = await LogFile.open({ path, rule: { rotation, maxBytes }, retentionDays, fs });
  return new GroupWriter(file, {
    clock,
    maxQueuedEntries: options.maxQueuedEntries ?? 10_000,
    maxQueuedBytes: options.maxQueuedBytes ?? 16 * 1_048_576,
    onStateChange: options.onStateChange ?? (() => undefined),
  });
}
