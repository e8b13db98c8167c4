import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Attestation } from '../scanner/scan-result.ts';
import { type AttestOptions, runAttest } from './run-attest.ts';

const now = Date.UTC(2026, 10, 22, 12);
let folder: string;
let file: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'merlon-attest-'));
  file = join(folder, 'merlon-attestations.yaml');
});
afterEach(() => rmSync(folder, { recursive: true }));

function run(control: string | undefined, options: Partial<AttestOptions>, at = now): string {
  const lines: string[] = [];
  runAttest(control, { file, ...options }, { env: { USER: 'ops' }, now: at, print: (line) => void lines.push(line) });
  return lines.join('\n');
}

const listed = (at = now) => JSON.parse(run(undefined, { list: true, json: true }, at)) as Attestation[];

describe('merlon attest', () => {
  it('writes an answer with a link, by whoever uses the machine, for half a year', () => {
    run('c11', { evidence: 'https://wiki.example/net' });
    expect(listed()).toMatchObject([
      {
        control: 'C11',
        by: 'ops',
        date: '2026-11-22',
        expires: '2027-05-21',
        evidence: { url: 'https://wiki.example/net' },
        state: 'valid',
      },
    ]);
    expect(readdirSync(folder)).toEqual(['merlon-attestations.yaml']);
  });

  it('keeps the hash of a file, and says when the file is another one', () => {
    mkdirSync(join(folder, 'docs'));
    const plan = join(folder, 'docs', 'plan.md');
    writeFileSync(plan, 'one');
    run('C18', { evidence: plan, by: 'Anybody', expires: '30d', statement: 'There is a plan.' });
    expect(listed()).toMatchObject([
      { by: 'Anybody', statement: 'There is a plan.', evidence: { file: 'docs/plan.md' }, state: 'valid' },
    ]);
    writeFileSync(plan, 'two');
    expect(listed()[0]?.state).toBe('evidence-changed');
    rmSync(plan);
    expect(listed()[0]?.state).toBe('evidence-missing');
    expect(listed(now + 60 * 86_400_000)[0]?.state).toBe('expired');
  });

  it('asks the question of the control where nobody brings evidence, and writes nothing', () => {
    expect(run('C11', {})).toMatch(/\?/);
    expect(run('C11', { lang: 'zh' })).toMatch(/\p{Script=Han}/u);
    expect(readdirSync(folder)).toEqual([]);
  });

  it('takes an answer back', () => {
    run('C11', { evidence: 'https://a.example' });
    run('C18', { evidence: 'https://b.example' });
    run('C11', { revoke: true });
    expect(listed().map(({ control }) => control)).toEqual(['C18']);
    expect(() => run('C11', { revoke: true })).toThrow(expect.objectContaining({ code: 'USAGE' }));
  });

  it.each([
    ['C99', { evidence: 'https://a.example' }],
    ['toString', { evidence: 'https://a.example' }],
    [undefined, {}],
    ['C11', { evidence: 'no-such-file' }],
    ['C11', { evidence: 'https://user:pw@a.example' }],
    ['C11', { evidence: 'ftp://a.example' }],
    ['C11', { evidence: 'https://a.example', expires: '2y' }],
    ['C11', { evidence: 'https://a.example', expires: '401d' }],
    ['C11', { evidence: 'https://a.example', by: ' ' }],
  ] as const)('refuses %s %j and writes nothing', (control, options) => {
    expect(() => run(control, options)).toThrow(expect.objectContaining({ code: 'USAGE' }));
    expect(readdirSync(folder)).toEqual([]);
  });

  it('does not touch a file that it does not understand', () => {
    writeFileSync(file, 'attestations:\n  - control: C11\n');
    expect(() => run('C18', { evidence: 'https://a.example' })).toThrow(
      expect.objectContaining({ code: 'CONFIG_INVALID' }),
    );
    expect(readFileSync(file, 'utf8')).toBe('attestations:\n  - control: C11\n');
  });

  it('prints no control characters of a file', () => {
    run('C11', { evidence: 'https://a.example', by: 'x\u001b[2Jy', statement: 'a\u0007b' });
    // oxlint-disable-next-line no-control-regex
    expect(run(undefined, { list: true })).not.toMatch(/[\u0000-\u0009\u000b-\u001f]/);
  });
});
