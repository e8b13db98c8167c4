import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createHash } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { controlIds } from '../../controls/control.ts';
import { MerlonError } from '../../kernel/errors.ts';
import { expiryOf, readAttestations, readWritten, type WrittenAttestation } from './attestations.ts';
import { withAttestation, withoutAttestation } from './edit.ts';
import { hashFile } from './hash-file.ts';

const now = Date.UTC(2026, 10, 22, 12);
const hash = 'a'.repeat(64);

function one(more: Partial<WrittenAttestation> = {}): WrittenAttestation {
  return {
    control: 'C11',
    by: 'Security team',
    date: '2026-11-22',
    expires: '2027-05-21',
    statement: 'The network is divided.',
    evidence: { url: 'https://wiki.example/network' },
    ...more,
  };
}

const file = '/d/merlon-attestations.yaml';
const textOf = (...all: readonly object[]) => JSON.stringify({ attestations: all });
const read = (text: string, hashes: Readonly<Record<string, string>> = {}, at = now) =>
  readAttestations(text, file, { now: at, hashOf: (path) => hashes[path] });

function problemsOf(run: () => unknown): unknown {
  try {
    run();
    return 'nothing thrown';
  } catch (error) {
    return (error as { problems: MerlonError[] }).problems.map(({ code }) => code);
  }
}

describe('an attestation', () => {
  it('counts until the end of its last day', () => {
    const state = (at: number) => read(textOf(one()), {}, at)[0]?.state;
    expect(state(Date.UTC(2027, 4, 22) - 1)).toBe('valid');
    expect(state(Date.UTC(2027, 4, 22))).toBe('expired');
  });

  it('counts only while the evidence is there and is what it was', () => {
    const text = textOf(one({ evidence: { file: 'plan.pdf', sha256: hash } }));
    const path = resolve('/d/plan.pdf');
    expect(read(text, { [path]: hash })[0]?.state).toBe('valid');
    expect(read(text, { [path]: 'b'.repeat(64) })[0]?.state).toBe('evidence-changed');
    expect(read(text)[0]?.state).toBe('evidence-missing');
  });

  it.each([
    ['no evidence', { evidence: {} }],
    ['a file without its hash', { evidence: { file: 'a' } }],
    ['a file and an address', { evidence: { file: 'a', sha256: hash, url: 'https://a.example' } }],
    ['an address with a password', { evidence: { url: 'https://u:p@a.example' } }],
    ['another kind of address', { evidence: { url: 'javascript:alert(1)' } }],
    ['a hash that is none', { evidence: { file: 'a', sha256: 'abc' } }],
    ['nobody', { by: '' }],
    ['no statement', { statement: ' ' }],
    ['no such day', { expires: '2027-02-30' }],
    ['an end too far away', { expires: '2028-01-01' }],
    ['an end before its beginning', { expires: '2026-11-21' }],
    ['a day to come', { date: '2026-12-01' }],
    ['a control that does not exist', { control: 'C21' }],
  ])('is refused with %s', (_name, more) => {
    expect(problemsOf(() => read(textOf({ ...one(), ...more })))).toEqual(['CONFIG_INVALID']);
  });

  it('stands once for each control', () => {
    expect(problemsOf(() => read(textOf(one(), one())))).toEqual(['CONFIG_INVALID']);
  });

  it('may be in no file at all', () => {
    expect(read('')).toEqual([]);
    expect(problemsOf(() => read('attestation: []'))).toEqual(['CONFIG_UNKNOWN_KEY']);
  });

  it('whatever the file says, it is read or refused', () => {
    const entry = fc.dictionary(
      fc.constantFrom('control', 'by', 'date', 'expires', 'evidence', '__proto__'),
      fc.jsonValue(),
    );
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.json(),
          entry.map((more) => textOf({ ...one(), ...more })),
        ),
        (text) => {
          try {
            expect(Array.isArray(read(text))).toBe(true);
          } catch (error) {
            expect(error).toBeInstanceOf(MerlonError);
          }
        },
      ),
    );
  });
});

describe('expiryOf', () => {
  it('takes a day, a number of days, and half a year where nothing is said', () => {
    expect(expiryOf('2027-01-01', now)).toBe('2027-01-01');
    expect(expiryOf('30d', now)).toBe('2026-12-22');
    expect(expiryOf(undefined, now)).toBe('2027-05-21');
    expect(expiryOf('400d', now)).toBe('2027-12-27');
  });

  it.each(['401d', '2027-12-28', '2026-11-21', 'soon', '', '-1d', '1e3d', '2027-02-30'])('takes no %s', (text) => {
    expect(expiryOf(text, now)).toBeUndefined();
  });
});

const written = `# Ours.
attestations:
  # Asked by the auditors.
  - control: C18
    by: Ops
    date: 2026-11-01
    expires: 2027-01-01
    statement: "We have a plan: see there."
    evidence: { url: https://wiki.example/plan } # the page
`;

describe('editing the file', () => {
  it('keeps everything else as it stands', () => {
    const edited = withAttestation(written, file, one());
    expect(edited.startsWith(written)).toBe(true);
    expect(readWritten(edited, file, now).map(({ control }) => control)).toEqual(['C18', 'C11']);
    expect(withoutAttestation(edited, file, 'C11')).toBe(written);
  });

  it('puts a new answer in the place of the old one', () => {
    const edited = withAttestation(written, file, one({ control: 'C18' }));
    expect(edited).toContain('# Asked by the auditors.');
    expect(readWritten(edited, file, now)).toEqual([one({ control: 'C18' })]);
  });

  it('takes nothing away where nothing is', () => {
    expect(withoutAttestation(written, file, 'C01')).toBeUndefined();
    expect(withoutAttestation('', file, 'C01')).toBeUndefined();
    expect(withoutAttestation('{}', 'a.json', 'C01')).toBeUndefined();
  });

  it('works in JSON, comments and all', () => {
    const json = '{\n  // Ours.\n  "attestations": [],\n}\n';
    const edited = withAttestation(json, 'a.json', one());
    expect(edited).toContain('// Ours.');
    expect(readWritten(edited, 'a.json', now)).toEqual([one()]);
    expect(readWritten(withoutAttestation(edited, 'a.json', 'C11') ?? '', 'a.json', now)).toEqual([]);
    expect(readWritten(withAttestation('{}', 'a.json', one()), 'a.json', now)).toEqual([one()]);
  });

  it.each(['a.yaml', 'a.json'])(
    'in %s: whatever is attested and revoked, what is left is read again as it was',
    (name) => {
      const text = fc.string({ minLength: 1, maxLength: 40 }).filter((value) => value.trim() !== '');
      const attestation = fc
        .record({ control: fc.constantFrom(...controlIds), by: text, statement: text })
        .map((more) => one(more));
      const change = fc.oneof(attestation, fc.constantFrom(...controlIds));
      fc.assert(
        fc.property(fc.array(change, { maxLength: 8 }), (changes) => {
          let content = '';
          const wanted = new Map<string, WrittenAttestation>();
          for (const each of changes) {
            if (typeof each === 'string') {
              content = withoutAttestation(content, name, each) ?? content;
              wanted.delete(each);
            } else {
              content = withAttestation(content, name, each);
              wanted.set(each.control, each);
            }
            expect(new Map(readWritten(content, name, now).map((found) => [found.control as string, found]))).toEqual(
              wanted,
            );
          }
        }),
      );
    },
  );
});

describe('hashFile', () => {
  it('is the SHA-256 of the bytes, and nothing of what is no file', () => {
    const folder = mkdtempSync(join(tmpdir(), 'merlon-hash-'));
    try {
      const path = join(folder, 'a');
      const bytes = Buffer.alloc(3 * 1024 * 1024 + 7, 5);
      writeFileSync(path, bytes);
      expect(hashFile(path)).toBe(createHash('sha256').update(bytes).digest('hex'));
      expect([hashFile(folder), hashFile(join(folder, 'b')), hashFile('a\0b')]).toEqual([
        undefined,
        undefined,
        undefined,
      ]);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
