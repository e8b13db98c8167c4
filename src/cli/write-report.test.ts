import {
  chmodSync,
  lstatSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { checkPlaceOf, writeReport } from './write-report.ts';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'merlon-report-'));
});

describe('a report on the disk', () => {
  it('is for its user alone, also where a file that all may read was in its place', async () => {
    const file = join(folder, 'report.json');
    writeFileSync(file, 'old');
    chmodSync(file, 0o644);
    await writeReport(file, 'new');
    expect([readFileSync(file, 'utf8'), statSync(file).mode & 0o777]).toEqual(['new', 0o600]);
    expect(readdirSync(folder)).toEqual(['report.json']);
  });

  it.each(['victim', 'missing'])('is not written through a planted link to %s', async (target) => {
    writeFileSync(join(folder, 'victim'), 'mine');
    const file = join(folder, 'report.json');
    symlinkSync(target, file);
    expect(() => checkPlaceOf(file)).toThrow(expect.objectContaining({ code: 'STATE_NOT_WRITABLE' }));
    await expect(writeReport(file, 'x')).rejects.toMatchObject({ code: 'STATE_NOT_WRITABLE' });
    expect(readFileSync(join(folder, 'victim'), 'utf8')).toBe('mine');
    expect(lstatSync(file).isSymbolicLink()).toBe(true);
  });

  it('has a folder, which is asked for before anything is scanned', () => {
    expect(() => checkPlaceOf(join(folder, 'none', 'x.json'))).toThrow(expect.objectContaining({ code: 'USAGE' }));
    expect(() => checkPlaceOf(folder)).toThrow(expect.objectContaining({ code: 'STATE_NOT_WRITABLE' }));
    expect(() => checkPlaceOf(join(folder, 'x.json'))).not.toThrow();
  });

  it('may be a device, which is written to as it is', async () => {
    await writeReport('/dev/null', 'x');
    expect(statSync('/dev/null').isCharacterDevice()).toBe(true);
  });
});
