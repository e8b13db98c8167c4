import { createPrivateKey, randomBytes, X509Certificate } from 'node:crypto';
import { chmodSync } from 'node:fs';
import { isIP, isIPv6 } from 'node:net';
import { join } from 'node:path';
import { type Clock, DAY_MS } from '../kernel/clock.ts';
import { MerlonError } from '../kernel/errors.ts';
import { makeFolder } from '../kernel/make-folder.ts';
import type { PemPair } from './issue-certificate.ts';
import { readPrivate, writePrivate } from './private-file.ts';

/** For whom the certificate is. */
export interface DevCertificateOptions {
  /** Names and addresses besides localhost, 127.0.0.1 and ::1. */
  readonly hosts: readonly string[];
  readonly clock: Clock;
}

/** Where the files are, and what had to be made. */
export interface DevCertificate {
  /** What clients must trust. */
  readonly caPath: string;
  /** The server's certificate followed by the authority's. */
  readonly certPath: string;
  readonly keyPath: string;
  /** `authority` also when the old one could not be used any more: clients must then trust the new one. */
  readonly made: 'nothing' | 'certificate' | 'authority';
  /** Milliseconds since the epoch. */
  readonly expiresAt: number;
}

const HOUR_MS = 3_600_000;
const AUTHORITY_DAYS = 3650;
// The most that clients accept of a server certificate is 398 days.
const SERVER_DAYS = 397;
const RENEW_DAYS = 30;
const HOST = /^(?=.{1,253}$)[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)*$/;

/**
 * Makes, on first use, a certificate authority (10 years) and a server certificate (397 days) in a folder of mode 0700,
 * and reuses them afterwards. The server certificate is renewed when fewer than 30 days are left or the hosts changed;
 * the authority is kept, so that clients trust it once. For development: its key lies unencrypted on disk, readable by
 * its owner alone, and it could sign for any host, since hosts may be added later.
 * @throws MerlonError CONFIG_INVALID for a host that is none, KEYS_UNUSABLE when others can read a key,
 *   STATE_NOT_WRITABLE
 */
export async function ensureDevCertificate(folder: string, options: DevCertificateOptions): Promise<DevCertificate> {
  const now = options.clock.now();
  const hosts = [...new Set(['localhost', '127.0.0.1', '::1', ...options.hosts].map(canonicalHost))];
  preparePrivate(folder);
  const ca = { certificate: join(folder, 'ca.pem'), key: join(folder, 'ca-key.pem') };
  const server = { certificate: join(folder, 'server.pem'), key: join(folder, 'server-key.pem') };
  const answer = (made: DevCertificate['made'], expiresAt: number): DevCertificate => ({
    caPath: ca.certificate,
    certPath: server.certificate,
    keyPath: server.key,
    made,
    expiresAt,
  });

  const found = authorityIn(ca, now);
  if (found !== undefined) {
    const expiresAt = usableUntil(server, found.x509, hosts, now);
    if (expiresAt !== undefined) return answer('nothing', expiresAt);
  }

  // Loaded only now: reusing what is there is the usual case, and must be quick.
  const { issueAuthority, issueServer } = await import('./issue-certificate.ts');
  const from = now - HOUR_MS;
  let authority = found?.pair;
  let authorityUntil = found?.x509.validToDate.getTime() ?? now + AUTHORITY_DAYS * DAY_MS;
  if (authority === undefined) {
    // A name of its own: stores that know an older authority must not take one for the other.
    const name = `Merlon development CA ${randomBytes(4).toString('hex')}`;
    authority = await issueAuthority(name, { from, until: authorityUntil });
    writePair(ca, authority);
  }
  authorityUntil = Math.min(authorityUntil, now + SERVER_DAYS * DAY_MS);
  const issued = await issueServer(authority, hosts, { from, until: authorityUntil });
  writePair(server, { certificate: `${issued.certificate.trim()}\n${authority.certificate}`, key: issued.key });
  return answer(found === undefined ? 'authority' : 'certificate', authorityUntil);
}

interface PairPaths {
  readonly certificate: string;
  readonly key: string;
}

/** The authority on disk, undefined when there is none that can still sign. */
function authorityIn(paths: PairPaths, now: number): { x509: X509Certificate; pair: PemPair } | undefined {
  const pair = readPair(paths);
  if (pair === undefined) return undefined;
  const x509 = certificateOf(pair);
  return x509?.ca === true && daysLeft(x509, now) >= RENEW_DAYS ? { x509, pair } : undefined;
}

/** Until when the server certificate on disk can be used as it is, undefined when a new one is needed. */
function usableUntil(
  paths: PairPaths,
  authority: X509Certificate,
  hosts: readonly string[],
  now: number,
): number | undefined {
  const pair = readPair(paths);
  const x509 = pair && certificateOf(pair);
  if (x509 === undefined || !x509.checkIssued(authority) || !x509.verify(authority.publicKey)) return undefined;
  const isFor = hostsOf(x509).toSorted().join() === hosts.toSorted().join();
  return isFor && daysLeft(x509, now) >= RENEW_DAYS ? x509.validToDate.getTime() : undefined;
}

function readPair(paths: PairPaths): PemPair | undefined {
  const key = readPrivate(paths.key, true)?.text;
  const certificate = readPrivate(paths.certificate, false)?.text;
  return key === undefined || certificate === undefined ? undefined : { certificate, key };
}

/** The key first: a certificate whose key was never written would be worse than none. */
function writePair(paths: PairPaths, pair: PemPair): void {
  writePrivate(paths.key, pair.key);
  writePrivate(paths.certificate, pair.certificate, 0o644);
}

/** The first certificate of a pair, undefined when it is damaged or the key is another one's. */
function certificateOf(pair: PemPair): X509Certificate | undefined {
  try {
    const x509 = new X509Certificate(pair.certificate);
    return x509.checkPrivateKey(createPrivateKey(pair.key)) ? x509 : undefined;
  } catch {
    return undefined;
  }
}

/** Days that a certificate is still valid, none before it begins. */
function daysLeft(x509: X509Certificate, now: number): number {
  return x509.validFromDate.getTime() > now ? 0 : (x509.validToDate.getTime() - now) / DAY_MS;
}

function hostsOf(x509: X509Certificate): string[] {
  const names = x509.subjectAltName?.split(', ') ?? [];
  return names.map((name) => canonicalHost(name.replace(/^(DNS|IP Address):/, '')));
}

/** One spelling for each host, so that spellings can be compared. */
function canonicalHost(text: string): string {
  const host = text.toLowerCase();
  if (isIPv6(host)) return new URL(`http://[${host}]`).hostname.slice(1, -1);
  if (isIP(host) === 0 && !HOST.test(host)) {
    const todo = 'Use a host name or an IP address, without port.';
    throw new MerlonError('CONFIG_INVALID', `${JSON.stringify(text.slice(0, 80))} is no host.`, { todo });
  }
  return host;
}

function preparePrivate(folder: string): void {
  try {
    makeFolder(folder);
    chmodSync(folder, 0o700);
  } catch (cause) {
    throw new MerlonError('STATE_NOT_WRITABLE', `${folder} cannot be made or used.`, { cause });
  }
}
