import { describe, expect, it } from 'vitest';
import type { Answer, Check } from '../../check.ts';
import type { TransportFacts } from '../../facts/transport.ts';
import { blind, saw } from '../../look.ts';
import { defaultThresholds } from '../../thresholds.ts';
import { tls, transport, withCertificate } from './fixture.ts';
import { transportChecks } from './index.ts';

const NOW = Date.UTC(2026, 10, 22);
const late = blind('timeout', 'No answer in time.', '未在时限内应答。');
const LOOPBACK = { url: 'https://localhost:8443/mcp', host: 'localhost', port: 8443, isLoopback: true };

function ask(check: Check<'transport'>, facts: TransportFacts): Answer[] {
  return [check.ask(facts, { now: NOW, kind: 'server', thresholds: defaultThresholds })].flat();
}

/** `outcome` or, where it differs from the check's own, `outcome severity`. */
function verdict(id: string, facts: TransportFacts): string {
  const check = transportChecks.find((one) => one.id === id);
  if (check === undefined) throw new Error(id);
  return ask(check, facts)
    .map(({ outcome, severity }) => (severity === undefined ? outcome : `${outcome} ${severity}`))
    .join();
}

describe('silence is never a pass', () => {
  const unseen = [
    ['nothing of TLS', { tls: late, plainHttp: late }],
    [
      'no single handshake',
      { plainHttp: late, tls: saw(tls({ certificate: late, weakSuites: late, versions: all(late) })) },
    ],
  ] as const;
  const checks = transportChecks.filter(({ id }) => id !== 'https-address');
  it.each(unseen)('where %s was seen', (_name, changes) => {
    expect(checks.map((check) => ask(check, transport(changes)).map(({ outcome }) => outcome))).toEqual(
      checks.map(() => ['unknown']),
    );
  });

  it('where plain HTTP is answered with an error, or that there were too many', () => {
    for (const status of [429, 500, 502, 503]) {
      const plainHttp = saw({ answer: 'refused', port: 80, status } as const);
      expect(verdict('plain-http-closed', transport({ plainHttp })), `${status}`).toBe('unknown');
    }
    const page = saw({ answer: 'served', port: 80, status: 200, isPage: true } as const);
    expect(verdict('plain-http-closed', transport({ plainHttp: page }))).toBe('warn medium');
  });

  it('even where half of the old versions were refused', () => {
    const versions = { ...tls().versions, TLSv1: late };
    expect(verdict('tls-old-refused', transport({ tls: saw(tls({ versions })) }))).toBe('unknown');
    const accepting = { ...versions, 'TLSv1.1': saw({ accepted: true }) };
    expect(verdict('tls-old-refused', transport({ tls: saw(tls({ versions: accepting })) }))).toBe('fail');
  });
});

function all<T>(look: T) {
  return { TLSv1: look, 'TLSv1.1': look, 'TLSv1.2': look, 'TLSv1.3': look };
}

describe('severity', () => {
  it.each([
    ['certificate-trusted', { selfSigned: true, untrusted: 'DEPTH_ZERO_SELF_SIGNED_CERT' }, 'fail', 'warn low'],
    ['certificate-name-matches', { nameMatches: false }, 'fail', 'warn low'],
    ['certificate-not-expiring', { validTo: NOW }, 'fail', 'fail medium'],
    ['certificate-not-expiring', { validTo: NOW + 20 * 86_400_000 }, 'warn medium', 'warn medium'],
    ['certificate-not-expiring', { validTo: NOW + 22 * 86_400_000 }, 'pass', 'pass'],
  ] as const)('of %s with %j is less on loopback', (id, changes, outside, inside) => {
    expect(verdict(id, withCertificate(changes))).toBe(outside);
    expect(verdict(id, withCertificate(changes, LOOPBACK))).toBe(inside);
  });

  it('of a plain address depends on who can listen in', () => {
    const plain = { scheme: 'http', plainHttp: saw({ answer: 'served', port: 80, status: 200 } as const) } as const;
    expect(verdict('https-address', transport(plain))).toBe('fail');
    expect(verdict('https-address', transport({ ...plain, ...LOOPBACK }))).toBe('warn low');
  });

  it('of suites depends on what is wrong with them', () => {
    const suites = (...kinds: ('broken' | 'no-forward-secrecy' | 'cbc-sha1')[]): TransportFacts =>
      transport({ tls: saw(tls({ weakSuites: saw(kinds.map((kind) => ({ kind, suite: 'TLS_X' }))) })) });
    expect(verdict('tls-suites-strong', suites('cbc-sha1'))).toBe('warn low');
    expect(verdict('tls-suites-strong', suites('cbc-sha1', 'no-forward-secrecy'))).toBe('warn medium');
    expect(verdict('tls-suites-strong', suites('cbc-sha1', 'broken'))).toBe('fail');
  });
});

it('a key of a kind that nobody knows is unknown', () => {
  expect(verdict('certificate-key-strong', withCertificate({ key: { type: 'unknown', bits: undefined } }))).toBe(
    'unknown',
  );
  expect(verdict('certificate-key-strong', withCertificate({ key: { type: 'constructor', bits: 9 } }))).toBe('unknown');
  expect(verdict('certificate-key-strong', withCertificate({ key: { type: 'ec', bits: 192 } }))).toBe('fail');
});

it('dates that no calendar has are unknown', () => {
  const now = { validFrom: 0, validTo: Number.NaN };
  expect(verdict('certificate-not-expiring', withCertificate(now))).toBe('unknown');
  expect(verdict('certificate-not-expiring', withCertificate({ validTo: 1e18 }))).toBe('unknown');
});
