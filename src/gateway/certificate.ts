import { createPrivateKey, X509Certificate } from 'node:crypto';
import { readFile, stat } from 'node:fs/promises';
import { createSecureContext } from 'node:tls';
import type { Clock } from '../kernel/clock.ts';
import { MerlonError } from '../kernel/errors.ts';
import type { EdgeLog } from './edge-options.ts';

/** Where the pair lies: two PEM files. */
export interface CertificateFiles {
  readonly cert: string;
  readonly key: string;
}

/** What may be shown of the certificate in use. */
export interface CertificateFacts {
  /** When it expires. */
  readonly notAfter: Date;
  /** Its subject, one line; empty when it names its hosts only as alternative names. */
  readonly subject: string;
  /** SHA-256 of its DER form, as upper-case hexadecimal pairs with colons. */
  readonly fingerprint256: string;
}

/** A certificate and its key that belong together. `key` is secret: it goes to TLS and nowhere else. */
export interface CertificatePair {
  readonly cert: Buffer;
  readonly key: Buffer;
  readonly facts: CertificateFacts;
}

/**
 * Reads the pair and proves that TLS can use it. The message names the file, never its content.
 * @throws MerlonError CERTIFICATE_UNUSABLE
 */
export async function loadCertificate(files: CertificateFiles): Promise<CertificatePair> {
  const cert = await read(files.cert);
  const key = await read(files.key);
  const leaf = attempt(`${files.cert} is not a PEM certificate.`, () => new X509Certificate(cert));
  const secret = attempt(`${files.key} is not an unencrypted PEM private key.`, () => createPrivateKey(key));
  if (!leaf.checkPrivateKey(secret)) throw unusable(`${files.key} is not the key of the certificate in ${files.cert}.`);
  attempt(`TLS cannot use the certificate in ${files.cert} with its key.`, () => createSecureContext({ cert, key }));
  const facts = {
    notAfter: leaf.validToDate,
    subject: (leaf.subject ?? '').replaceAll('\n', ', '),
    fingerprint256: leaf.fingerprint256,
  };
  return { cert, key, facts };
}

async function read(file: string): Promise<Buffer> {
  try {
    return await readFile(file);
  } catch (cause) {
    throw unusable(`${file} cannot be read.`, cause);
  }
}

function attempt<T>(message: string, run: () => T): T {
  try {
    return run();
  } catch (cause) {
    throw unusable(message, cause);
  }
}

function unusable(message: string, cause?: unknown): MerlonError {
  return new MerlonError('CERTIFICATE_UNUSABLE', message, { cause });
}

/** How often the two files are looked at, in milliseconds. */
export const CERTIFICATE_POLL_MS = 5_000;

/** A pair that follows its files. */
export interface LiveCertificate {
  /** The pair in use. */
  readonly current: CertificatePair;
  /** Reads the files if they have changed; true when a new pair is in use afterwards. The clock does this by itself. */
  check(): Promise<boolean>;
  /** Reads the files now; true when what they hold is in use afterwards, false when the old pair was kept. */
  reload(): Promise<boolean>;
  /** Stops looking at the files. */
  stop(): void;
}

/**
 * Loads a pair and keeps it fresh: when a file's size, time or inode changes it is read again and given to `use`.
 * A pair that cannot be used is reported once and leaves the old one in place, so half of a renewal does no harm.
 * @throws MerlonError CERTIFICATE_UNUSABLE when the first load fails
 */
export async function followCertificate(
  files: CertificateFiles,
  clock: Clock,
  log: EdgeLog,
  use: (pair: CertificatePair) => void,
): Promise<LiveCertificate> {
  let seen = await fingerprintOfFiles(files);
  let current = await loadCertificate(files);
  warnOfExpiry(current, clock, log);

  const load = async (): Promise<boolean> => {
    try {
      // Looked at before reading: a change in between is seen as one more change later, never missed.
      seen = await fingerprintOfFiles(files);
      const pair = await loadCertificate(files);
      use(pair);
      current = pair;
    } catch (error) {
      log.error('The certificate could not be reloaded; the old one stays in use.', { reason: reasonOf(error) });
      return false;
    }
    log.info('Certificate reloaded.', { ...current.facts });
    warnOfExpiry(current, clock, log);
    return true;
  };
  // One reader at a time, so that an older read never overwrites a newer one.
  let last: Promise<unknown> = Promise.resolve();
  const inTurn = <T>(run: () => Promise<T>): Promise<T> => {
    const turn = last.then(run);
    last = turn;
    return turn;
  };
  const check = (): Promise<boolean> =>
    inTurn(async () => (await fingerprintOfFiles(files)) !== seen && (await load()));
  const stop = clock.every(CERTIFICATE_POLL_MS, () => void check());
  return {
    get current() {
      return current;
    },
    check,
    reload: () => inTurn(load),
    stop,
  };
}

async function fingerprintOfFiles(files: CertificateFiles): Promise<string> {
  const looks = await Promise.all([files.cert, files.key].map((file) => stat(file).catch(() => undefined)));
  return looks.map((look) => (look ? `${look.size}:${look.mtimeMs}:${look.ino}` : 'absent')).join(' ');
}

function warnOfExpiry({ facts }: CertificatePair, clock: Clock, log: EdgeLog): void {
  if (facts.notAfter.getTime() <= clock.now()) log.warn('The certificate has expired.', { ...facts });
}

function reasonOf(error: unknown): string {
  return error instanceof MerlonError ? error.message : 'unexpected error';
}
