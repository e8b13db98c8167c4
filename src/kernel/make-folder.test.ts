import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { makeFolder } from './make-folder.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'merlon-folder-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

it('makes what is missing, for this user alone, and answers with the topmost one made', () => {
  const path = join(folder, 'a', 'b', 'c');
  expect(makeFolder(path)).toBe(join(folder, 'a'));
  expect(statSync(path).mode & 0o777).toBe(0o700);
  expect(makeFolder(path)).toBeUndefined();
  expect(makeFolder(join(path, 'd'))).toBe(join(path, 'd'));
});

it('fails where a file is in the way', () => {
  writeFileSync(join(folder, 'file'), '');
  expect(() => makeFolder(join(folder, 'file'))).toThrow('EEXIST');
  expect(() => makeFolder(join(folder, 'file', 'a'))).toThrow('ENOTDIR');
});

it.runIf(process.platform === 'linux')('fails, rather than try for ever, where the system will not have it', () => {
  expect(() => makeFolder('/proc/merlon/a')).toThrow(/ENOENT|EACCES|EPERM/);
});
