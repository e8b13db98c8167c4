import { MerlonError } from '../kernel/errors.ts';
import { causeOf } from '../kernel/files.ts';
import { type Lock, takeLock } from '../kernel/lock.ts';

/** Held by the one process that may write a log. */
export type WriterLock = Lock;

/**
 * Takes the lock beside a log.
 * @throws MerlonError AUDIT_IN_USE, STATE_NOT_WRITABLE
 */
export async function lockWriter(path: string): Promise<WriterLock> {
  let lock: Lock | undefined;
  try {
    lock = await takeLock(path);
  } catch (error) {
    throw new MerlonError('STATE_NOT_WRITABLE', `The lock file ${path} cannot be written (${causeOf(error)}).`, {
      cause: error,
    });
  }
  if (lock === undefined) throw new MerlonError('AUDIT_IN_USE', `Another process writes the audit log beside ${path}.`);
  return lock;
}
