import {
  chmodSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { codeOf } from '../../test/error-of.ts';
import { addToEnvFile, canHoldInEnvFile, readEnvFile } from './env-file.ts';

let folder: string;
let file: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'merlon-env-'));
  file = join(folder, 'secrets.env');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe('a file of variables', () => {
  it('is made for its owner alone', () => {
    addToEnvFile(readEnvFile(file), new Map([['A', 'x y$z']]));
    expect(readFileSync(file, 'utf8')).toBe("A='x y$z'\n");
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(readdirSync(folder)).toEqual(['secrets.env']);
  });

  it('keeps every line that is there', () => {
    writeFileSync(file, '# mine\nexport A=old', { mode: 0o600 });
    addToEnvFile(
      readEnvFile(file),
      new Map([
        ['A', 'new'],
        ['B', '1'],
      ]),
    );
    expect(readFileSync(file, 'utf8')).toBe('# mine\nexport A=old\nB=1\n');
  });

  it('is refused where others can use it, where it is a link, a folder, or in none', () => {
    writeFileSync(file, '', { mode: 0o644 });
    chmodSync(file, 0o644);
    const link = join(folder, 'link');
    symlinkSync(file, link);
    for (const path of [file, link, folder, join(folder, 'no', 'file')]) {
      expect(codeOf(() => readEnvFile(path))).toBe('USAGE');
    }
    expect(readFileSync(file, 'utf8')).toBe('');
  });

  it('that was changed or replaced by a link meanwhile is not written', () => {
    const found = readEnvFile(file);
    writeFileSync(file, 'B=2\n', { mode: 0o600 });
    expect(codeOf(() => addToEnvFile(found, new Map([['A', '1']])))).toBe('CLIENT_FILE_CHANGED');
    rmSync(file);
    symlinkSync(join(folder, 'elsewhere'), file);
    expect(codeOf(() => addToEnvFile(found, new Map([['A', '1']])))).toBe('USAGE');
    expect(readdirSync(folder)).toEqual(['secrets.env']);
  });

  it('gives back what was put in, whatever it can hold', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', minLength: 1 }).filter(canHoldInEnvFile), (value) => {
        rmSync(file, { force: true });
        const now = addToEnvFile(
          readEnvFile(file),
          new Map([
            ['A', value],
            ['B', 'end'],
          ]),
        );
        expect([...now.values]).toEqual([
          ['A', value],
          ['B', 'end'],
        ]);
      }),
      { numRuns: 100 },
    );
  });
});
