import { X509Certificate } from 'node:crypto';
import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { isIPv6, type LookupFunction } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect, createServer, type TLSSocket } from 'node:tls';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type FakeClock, fakeClock, systemClock } from '../kernel/clock.ts';
import type { MerlonError } from '../kernel/errors.ts';
import { type DevCertificate, ensureDevCertificate } from './dev-ca.ts';

const DAY_MS = 86_400_000;
let parent: string;
let folder: string;
let clock: FakeClock;
beforeEach(() => {
  parent = mkdtempSync(join(tmpdir(), 'merlon-ca-'));
  folder = join(parent, 'tls');
  clock = fakeClock();
});
afterEach(() => rmSync(parent, { recursive: true }));

const ensure = (hosts: string[] = []): Promise<DevCertificate> => ensureDevCertificate(folder, { hosts, clock });
const read = (name: string): string => readFileSync(join(folder, name), 'utf8');

/** Whether a TLS 1.3 client that trusts only `ca` accepts the server under a name: `ok` or the error's code. */
async function handshake(made: DevCertificate, host: string, ca = readFileSync(made.caPath)): Promise<string> {
  const server = createServer({ cert: readFileSync(made.certPath), key: readFileSync(made.keyPath) });
  server.on('tlsClientError', () => undefined);
  server.on('secureConnection', (socket: TLSSocket) => socket.on('error', () => undefined).end());
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const port = address !== null && typeof address === 'object' ? address.port : 0;
  const outcome = await new Promise<string>((resolve) => {
    // Without a servername, node checks the certificate against `host`.
    const name = /^[\d.:]+$/.test(host) ? {} : { servername: host };
    const socket = connect({
      port,
      host: isIPv6(host) ? '127.0.0.1' : host,
      lookup: toLoopback,
      ca,
      minVersion: 'TLSv1.3',
      ...name,
    });
    socket.on('secureConnect', () => resolve(socket.authorized ? 'ok' : 'unauthorized'));
    socket.on('error', (error) => resolve('code' in error ? String(error.code) : 'error'));
    socket.on('secureConnect', () => socket.destroy());
  });
  await new Promise((resolve) => server.close(resolve));
  return outcome;
}

function toLoopback(...[, options, done]: Parameters<LookupFunction>): void {
  if (options.all === true) done(null, [{ address: '127.0.0.1', family: 4 }]);
  else done(null, '127.0.0.1', 4);
}

test('a client that trusts the authority accepts the server under each of its names, and under no other', async () => {
  const made = await ensureDevCertificate(folder, { hosts: ['gate.example', '192.0.2.9'], clock: systemClock });
  expect(await handshake(made, 'localhost')).toBe('ok');
  expect(await handshake(made, '127.0.0.1')).toBe('ok');
  expect(await handshake(made, 'gate.example')).toBe('ok');
  expect(await handshake(made, 'evil.example')).toBe('ERR_TLS_CERT_ALTNAME_INVALID');
  const x509 = new X509Certificate(readFileSync(made.certPath));
  expect([x509.checkIP('::1'), x509.checkIP('192.0.2.9'), x509.checkIP('192.0.2.8')]).toEqual([
    '::1',
    '192.0.2.9',
    undefined,
  ]);
});

test('a client that trusts another authority does not accept the server', async () => {
  const made = await ensureDevCertificate(folder, { hosts: [], clock: systemClock });
  const other = await ensureDevCertificate(join(parent, 'other'), { hosts: [], clock: systemClock });
  expect(await handshake(made, 'localhost', readFileSync(other.caPath))).toMatch(/SELF_SIGNED|UNABLE_TO/);
});

test('the authority is one, the server is none and only a server, and both last as long as they should', async () => {
  const made = await ensure();
  const [ca, server] = [new X509Certificate(read('ca.pem')), new X509Certificate(read('server.pem'))];
  expect([ca.ca, server.ca]).toEqual([true, false]);
  expect(server.keyUsage).toEqual(['1.3.6.1.5.5.7.3.1']);
  expect(server.verify(ca.publicKey) && ca.verify(ca.publicKey)).toBe(true);
  expect(ca.publicKey.asymmetricKeyDetails?.namedCurve).toBe('prime256v1');
  expect((ca.validToDate.getTime() - clock.now()) / DAY_MS).toBe(3650);
  expect((server.validToDate.getTime() - clock.now()) / DAY_MS).toBe(397);
  expect(made.expiresAt).toBe(server.validToDate.getTime());
  expect(server.validToDate.getTime() - server.validFromDate.getTime()).toBeLessThan(398 * DAY_MS);
});

test.skipIf(process.platform === 'win32')(
  'folder and keys are for their owner alone, and nothing else is left behind',
  async () => {
    await ensure();
    expect(readdirSync(folder).toSorted()).toEqual(['ca-key.pem', 'ca.pem', 'server-key.pem', 'server.pem']);
    const modes = ['.', 'ca-key.pem', 'server-key.pem'].map((name) => statSync(join(folder, name)).mode & 0o777);
    expect(modes).toEqual([0o700, 0o600, 0o600]);
  },
);

test('a second start reuses everything', async () => {
  expect((await ensure(['a.example'])).made).toBe('authority');
  const before = readdirSync(folder).map(read);
  expect((await ensure(['A.example', 'localhost', '0:0:0:0:0:0:0:1'])).made).toBe('nothing');
  expect(readdirSync(folder).map(read)).toEqual(before);
});

test('the server certificate is renewed when fewer than 30 days are left, by the same authority', async () => {
  await ensure();
  const [ca, server] = [read('ca.pem'), read('server.pem')];
  clock.advance(367 * DAY_MS);
  expect((await ensure()).made).toBe('nothing');
  clock.advance(1000);
  expect((await ensure()).made).toBe('certificate');
  expect(read('ca.pem')).toBe(ca);
  expect(read('server.pem')).not.toBe(server);
});

test('the server certificate is renewed when hosts are added or removed, by the same authority', async () => {
  await ensure();
  const ca = read('ca.pem');
  expect((await ensure(['gate.example'])).made).toBe('certificate');
  expect(new X509Certificate(read('server.pem')).checkHost('gate.example')).toBe('gate.example');
  expect((await ensure()).made).toBe('certificate');
  expect(new X509Certificate(read('server.pem')).checkHost('gate.example')).toBeUndefined();
  expect(read('ca.pem')).toBe(ca);
});

test('no server certificate outlives the authority, and an old authority is replaced', async () => {
  await ensure();
  clock.advance(3500 * DAY_MS);
  expect((await ensure()).made).toBe('certificate');
  const [ca, server] = [new X509Certificate(read('ca.pem')), new X509Certificate(read('server.pem'))];
  expect(server.validToDate).toEqual(ca.validToDate);
  clock.advance(121 * DAY_MS);
  expect((await ensure()).made).toBe('authority');
});

test.each<[string, string, string]>([
  ['server.pem', '', 'certificate'],
  ['server.pem', 'damaged', 'certificate'],
  ['server-key.pem', 'damaged', 'certificate'],
  ['ca.pem', 'damaged', 'authority'],
  ['ca-key.pem', '', 'authority'],
])('when %s is %j, what is needed is made anew', async (name, text, made) => {
  await ensure();
  writeFileSync(join(folder, name), text);
  expect((await ensure()).made).toBe(made);
  expect((await ensure()).made).toBe('nothing');
});

test('a key that belongs to another certificate is noticed', async () => {
  await ensure();
  const key = read('server-key.pem');
  await ensure(['gate.example']);
  writeFileSync(join(folder, 'server-key.pem'), key);
  expect((await ensure(['gate.example'])).made).toBe('certificate');
});

test.skipIf(process.platform === 'win32')('a key that others can read is refused, and not quoted', async () => {
  await ensure();
  chmodSync(join(folder, 'ca-key.pem'), 0o644);
  const error: unknown = await ensure().catch((caught: unknown) => caught);
  expect(error).toMatchObject({ code: 'KEYS_UNUSABLE' });
  expect((error as MerlonError).message).not.toContain('BEGIN');
});

test.each(['', 'a b', '*.example', 'https://a', 'a:443', 'a,DNS:b', '-a', 'a..b', 'x'.repeat(64)])(
  '%j is no host',
  async (host) => {
    await expect(ensure([host])).rejects.toMatchObject({ code: 'CONFIG_INVALID' });
    expect(readdirSync(parent)).toEqual([]);
  },
);

test('a folder that cannot be made is one clear error', async () => {
  writeFileSync(folder, 'a file');
  await expect(ensure()).rejects.toMatchObject({ code: 'STATE_NOT_WRITABLE' });
});
