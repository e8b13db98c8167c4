import { createPrivateKey } from 'node:crypto';
import { rm, writeFile } from 'node:fs/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type LoopbackCertificate, loopbackCertificate } from '../../test/certificate.ts';
import { type CertificateFolder, certificateFolder, memoryLog } from '../../test/edge/fixture.ts';
import { fakeClock } from '../kernel/clock.ts';
import { CERTIFICATE_POLL_MS, followCertificate, type LiveCertificate, loadCertificate } from './certificate.ts';

let first: LoopbackCertificate;
let second: LoopbackCertificate;
let folder: CertificateFolder;
let live: LiveCertificate | undefined;
const unusable = expect.objectContaining({ code: 'CERTIFICATE_UNUSABLE' });

beforeAll(async () => {
  first = await loopbackCertificate();
  second = await loopbackCertificate();
  folder = await certificateFolder(first);
});
afterEach(async () => {
  live?.stop();
  live = undefined;
  await folder.put(first);
});
afterAll(() => folder.remove());

describe('loading a certificate', () => {
  it('tells who it is for and until when', async () => {
    const { facts } = await loadCertificate(folder);
    expect(facts.subject).toBe('CN=127.0.0.1');
    expect(facts.fingerprint256).toMatch(/^([0-9A-F]{2}:){31}[0-9A-F]{2}$/);
    expect(facts.notAfter.getTime()).toBeGreaterThan(Date.now());
  });

  it('refuses a pair that does not match', async () => {
    await writeFile(folder.key, second.key);
    await expect(loadCertificate(folder)).rejects.toEqual(unusable);
  });

  it.each(['cert', 'key'] as const)('names the file when the %s is missing', async (which) => {
    await rm(folder[which]);
    await expect(loadCertificate(folder)).rejects.toEqual(unusable);
    await expect(loadCertificate(folder)).rejects.toThrow(folder[which]);
  });

  it.each(['cert', 'key'] as const)('names the file, never its content, when the %s is broken', async (which) => {
    await writeFile(folder[which], 'planted-secret');
    const error: unknown = await loadCertificate(folder).catch((caught: unknown) => caught);
    expect(error).toEqual(unusable);
    expect(String(error)).toContain(folder[which]);
    expect(String(error)).not.toContain('planted-secret');
  });

  it('refuses a key behind a passphrase', async () => {
    const locked = createPrivateKey(first.key).export({
      type: 'pkcs8',
      format: 'pem',
      cipher: 'aes-256-cbc',
      passphrase: 'x',
    });
    await writeFile(folder.key, locked);
    await expect(loadCertificate(folder)).rejects.toEqual(unusable);
  });
});

describe('following a certificate', () => {
  it('fails at the start when the pair is unusable', async () => {
    await writeFile(folder.cert, '');
    await expect(followCertificate(folder, fakeClock(Date.now()), memoryLog(), () => {})).rejects.toEqual(unusable);
  });

  it('uses a new pair at the next look after the files have changed', async () => {
    const clock = fakeClock(Date.now());
    const log = memoryLog();
    const used: string[] = [];
    live = await followCertificate(folder, clock, log, ({ facts }) => used.push(facts.fingerprint256));
    await folder.put(second);
    const reloaded = log.next('info');
    clock.advance(CERTIFICATE_POLL_MS);
    await reloaded;
    expect(used).toEqual([live.current.facts.fingerprint256]);
  });

  it('reads nothing while the files are as they were', async () => {
    let used = 0;
    live = await followCertificate(folder, fakeClock(Date.now()), memoryLog(), () => (used += 1));
    expect(await live.check()).toBe(false);
    expect(used).toBe(0);
  });

  it('keeps the old pair through half of a renewal, says so once, and takes the new one when it is whole', async () => {
    const log = memoryLog();
    live = await followCertificate(folder, fakeClock(Date.now()), log, () => {});
    const old = live.current;
    await writeFile(folder.cert, second.cert);
    expect([await live.check(), await live.check()]).toEqual([false, false]);
    expect(live.current).toBe(old);
    expect(log.lines.map(({ level }) => level)).toEqual(['error']);
    await writeFile(folder.key, second.key);
    expect(await live.check()).toBe(true);
    expect(live.current.facts.fingerprint256).not.toBe(old.facts.fingerprint256);
  });

  it('keeps the old pair when the new one cannot be put to use', async () => {
    const log = memoryLog();
    live = await followCertificate(folder, fakeClock(Date.now()), log, () => {
      throw new Error('planted-secret');
    });
    const old = live.current;
    await folder.put(second);
    expect(await live.reload()).toBe(false);
    expect(live.current).toBe(old);
    expect(JSON.stringify(log.lines)).not.toContain('planted-secret');
  });

  it('reloads on demand', async () => {
    live = await followCertificate(folder, fakeClock(Date.now()), memoryLog(), () => {});
    await folder.put(second);
    expect(await live.reload()).toBe(true);
    await rm(folder.key);
    expect(await live.reload()).toBe(false);
  });

  it('warns of an expired certificate and uses it all the same', async () => {
    const log = memoryLog();
    live = await followCertificate(folder, fakeClock(Date.now() + 10 * 86_400_000), log, () => {});
    expect(log.lines.map(({ level }) => level)).toEqual(['warn']);
  });
});
