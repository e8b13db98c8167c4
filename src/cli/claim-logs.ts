import { basename, dirname, extname, join } from 'node:path';
import type { AuditLog } from '../audit/log.ts';
import { lockWriter } from '../audit/lock.ts';
import type { Config } from '../config/load.ts';
import { MerlonError } from '../kernel/errors.ts';
import type { Log } from '../logging/log.ts';
import { openAudit, prepareFolders } from './open-logs.ts';

/** The log files that are this process's alone. */
export interface ClaimedLogs {
  /** The configuration with these files in it. */
  readonly config: Config;
  /** Undefined where it is switched off. */
  readonly audit: AuditLog | undefined;
  /** Lets go of the server log; the audit log is let go of by closing it. */
  release(): void;
}

/** How many processes may write beside each other. */
export const MAX_BESIDE = 64;

/**
 * Takes log files that no other process writes: of clients that start Merlon for themselves there are several, and
 * `merlon serve` may run besides. A file is taken by a lock that ends with the process however it dies.
 * @param first 1: `audit.stdio-1.log` and on, beside the configured `audit.log`; 0: that file itself comes first
 * @param log told when the audit log stops or starts again to take entries
 * @throws MerlonError AUDIT_IN_USE when all are taken, AUDIT_DAMAGED, STATE_NOT_WRITABLE
 */
export async function claimLogs(config: Config, first: 0 | 1, log: Pick<Log, 'error'>): Promise<ClaimedLogs> {
  prepareFolders(config);
  const { security, logging } = config;
  const audit = security.audit_log_enabled
    ? await firstFree(security.audit_log_path, first, (path) => openAudit({ ...security, audit_log_path: path }, log))
    : undefined;
  try {
    const server =
      logging.path === undefined
        ? undefined
        : await firstFree(logging.path, first, (path) => lockWriter(`${path}.lock`));
    return {
      config: {
        ...config,
        security: audit === undefined ? security : { ...security, audit_log_path: audit.path },
        logging: server === undefined ? logging : { ...logging, path: server.path },
      },
      audit: audit?.taken,
      release: () => server?.taken.release(),
    };
  } catch (error) {
    await audit?.taken.close();
    throw error;
  }
}

/** The name of the log that process number `number` writes instead of `path`. */
export function besideName(path: string, number: number): string {
  if (number === 0) return path;
  const extension = extname(path);
  return join(dirname(path), `${basename(path, extension)}.stdio-${number}${extension}`);
}

async function firstFree<T>(path: string, first: 0 | 1, take: (path: string) => Promise<T>) {
  for (let number = first; number < first + MAX_BESIDE; number += 1) {
    const candidate = besideName(path, number);
    try {
      return { path: candidate, taken: await take(candidate) };
    } catch (error) {
      if (!(error instanceof MerlonError) || error.code !== 'AUDIT_IN_USE') throw error;
    }
  }
  throw new MerlonError('AUDIT_IN_USE', `All ${MAX_BESIDE} logs beside ${path} are being written.`, {
    todo: 'End some of the clients, or configure another file.',
  });
}
