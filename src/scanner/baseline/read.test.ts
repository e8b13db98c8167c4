import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { problemsOf } from '../../../test/error-of.ts';
import { MerlonError } from '../../kernel/errors.ts';
import { profileNames } from './baseline.ts';
import { profiles } from './profiles.ts';
import { checkIdsExist, loadBaseline, readBaseline } from './read.ts';

const now = Date.UTC(2026, 10, 22);
const read = (text: string, files: Readonly<Record<string, string>> = {}) =>
  readBaseline(text, '/b/baseline.yaml', {
    now,
    readText: (path) => files[path] ?? expect.fail(`reads ${path}`),
  });

describe('the profiles', () => {
  it('ask for more from one to the next, and never for less', () => {
    for (const [index, name] of profileNames.slice(1).entries()) {
      const [below, above] = [profiles[profileNames[index] ?? name], profiles[name]];
      expect([...below.required].filter((id) => !above.required.has(id))).toEqual([]);
      expect([...below.attested].filter((id) => !above.attested.has(id))).toEqual([]);
    }
    expect(profiles.production.required.size).toBe(20);
  });
});

describe('readBaseline', () => {
  it('is the production profile when the file says nothing', () => {
    expect(read('')).toEqual(profiles.production);
    expect(read('profile: sandbox')).toEqual(profiles.sandbox);
  });

  it('changes what the profile says', () => {
    const baseline = read(`
profile: internal
controls:
  C13: { required: false, attestation: required }
  C11: { required: true }
thresholds: { certificate_days: 45 }
checks:
  plain-http-closed: { severity: low }
  tls-minimum: { off: The load balancer answers for it. }
rules: [rules, more/one.yaml]
fail_on: [medium, C02]
attestations: merlon-attestations.yaml
`);
    expect([...baseline.required]).toContain('C11');
    expect([...baseline.required]).not.toContain('C13');
    expect([...baseline.attested]).toEqual(['C13']);
    expect(baseline.thresholds).toEqual({ ...profiles.internal.thresholds, certificate_days: 45 });
    expect([...baseline.severities]).toEqual([
      ['plain-http-closed', 'low'],
      ['tls-minimum', 'off'],
    ]);
    expect([...baseline.off]).toEqual([['tls-minimum', 'The load balancer answers for it.']]);
    expect(baseline.rules).toEqual([resolve('/b/rules'), resolve('/b/more/one.yaml')]);
    expect(baseline.failOn).toEqual({ severity: 'medium', warnings: false, controls: ['C02'] });
    expect(baseline.attestations).toBe(resolve('/b/merlon-attestations.yaml'));
  });

  it('refuses to switch a check off without a reason', () => {
    expect(problemsOf(() => read('checks:\n  one-check: off\n  two-check: { off: "" }\n  three-check: {}'))).toEqual([
      'CONFIG_INVALID 2:14',
      'CONFIG_INVALID 3:21',
      'CONFIG_INVALID 4:16',
    ]);
  });

  it('says everything that is wrong at once, each with its place', () => {
    const text = `profil: internal
controls: { C21: { required: true }, C03: { required: maybe } }
thresholds: { certificate_days: -1, certificat_days: 3 }
fail_on: hihg
rules: rules
attestations:
`;
    expect(problemsOf(() => read(text))).toEqual([
      'CONFIG_UNKNOWN_KEY 1:1',
      'CONFIG_UNKNOWN_KEY 2:13',
      'CONFIG_INVALID 2:55',
      'CONFIG_INVALID 3:33',
      'CONFIG_UNKNOWN_KEY 3:37',
      'CONFIG_INVALID 4:10',
      'CONFIG_INVALID 5:8',
      'CONFIG_INVALID 6:1',
    ]);
  });

  it('names the key that was probably meant', () => {
    try {
      read('profil: internal');
      expect.unreachable();
    } catch (error) {
      const { problems } = error as { problems: MerlonError[] };
      expect(problems[0]?.data).toEqual({ nearest: 'profile' });
    }
  });

  it.each(['a: [', 'profile: internal\nprofile: sandbox', '\tx: 1'])('refuses what is no YAML: %j', (text) => {
    expect(() => read(text)).toThrow(expect.objectContaining({ code: 'CONFIG_SYNTAX' }));
  });

  it('takes waivers in place, and from a file', () => {
    const waiver = '{ check: a-b, target: "server:x", owner: Ops, reason: Known., expires: 2027-01-01 }';
    expect(read(`waivers:\n  - ${waiver}`).waivers).toHaveLength(1);
    const file = { [resolve('/b/waivers.yaml')]: `waivers: [${waiver}]` };
    expect(read('waivers: waivers.yaml', file).waivers[0]?.place.file).toBe(resolve('/b/waivers.yaml'));
  });

  it('never quotes what stands in the wrong place', () => {
    const token = 'ghp_0123456789abcdefghij0123456789abcdef';
    try {
      read(`${token}: 1\nprofile: ${token}\nchecks: { x: { severity: ${token} } }\nfail_on: ${token}`);
      expect.unreachable();
    } catch (error) {
      const { problems } = error as { problems: MerlonError[] };
      expect(problems).toHaveLength(4);
      expect(problems.map(({ message, todo }) => message + todo).join('\n')).not.toContain(token);
    }
  });

  it('reads any text or says what is wrong', () => {
    const key = fc.constantFrom(
      'profile',
      'controls',
      'thresholds',
      'checks',
      'rules',
      'fail_on',
      'waivers',
      'extends',
    );
    const file = fc.dictionary(key, fc.jsonValue()).map((value) => JSON.stringify(value));
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json(), file), (text) => {
        try {
          expect(readBaseline(text, 'b.yaml', { now, readText: () => '' }).required).toBeInstanceOf(Set);
        } catch (error) {
          expect(error).toBeInstanceOf(MerlonError);
        }
      }),
    );
  });
});

describe('extends', () => {
  const company = `
profile: internal
controls: { C11: { required: true } }
checks: { a-check: { off: Not here. }, b-check: { severity: low } }
rules: [company-rules]
`;

  it('begins with what the other file says', () => {
    const baseline = read(
      'extends: ../company/base.yaml\ncontrols: { C12: { required: true } }\nchecks: { a-check: { severity: high } }',
      {
        [resolve('/company/base.yaml')]: company,
      },
    );
    expect(baseline.profile).toBe('internal');
    expect([...baseline.required]).toEqual(expect.arrayContaining(['C11', 'C12']));
    expect([...baseline.severities]).toEqual([
      ['a-check', 'high'],
      ['b-check', 'low'],
    ]);
    expect([...baseline.off]).toEqual([]);
    expect(baseline.rules).toEqual([resolve('/company/company-rules')]);
  });

  it('says which file is wrong', () => {
    expect(() => read('extends: other.yaml', { [resolve('/b/other.yaml')]: 'x: 1' })).toThrow(
      expect.objectContaining({
        problems: [expect.objectContaining({ place: expect.objectContaining({ file: resolve('/b/other.yaml') }) })],
      }),
    );
  });

  it('refuses a circle, and a profile beside it', () => {
    const other = { [resolve('/b/other.yaml')]: 'extends: baseline.yaml' };
    expect(problemsOf(() => read('extends: other.yaml', other))).toEqual(['CONFIG_INVALID 1:10']);
    expect(problemsOf(() => read('profile: sandbox\nextends: other.yaml', other))).toEqual(['CONFIG_INVALID 2:10']);
  });
});

describe('checkIdsExist', () => {
  it('refuses a check that nobody asks', () => {
    const baseline = read('checks:\n  plain-htp-closed: { severity: low }');
    expect(() => checkIdsExist(baseline, ['plain-htp-closed'])).not.toThrow();
    expect(problemsOf(() => checkIdsExist(baseline, ['plain-http-closed', 'other']))).toEqual([
      'CONFIG_UNKNOWN_KEY 2:21',
    ]);
  });
});

describe('loadBaseline', () => {
  it('reads files, and says which one is missing', () => {
    const folder = mkdtempSync(join(tmpdir(), 'merlon-baseline-'));
    try {
      writeFileSync(join(folder, 'a.yaml'), 'extends: b.json');
      writeFileSync(join(folder, 'b.json'), '{\n\t"profile": "sandbox" // a comment\n}');
      expect(loadBaseline(join(folder, 'a.yaml')).profile).toBe('sandbox');
      expect(() => loadBaseline(join(folder, 'c.yaml'))).toThrow(expect.objectContaining({ code: 'CONFIG_NOT_FOUND' }));
      expect(() => loadBaseline(folder)).toThrow(expect.objectContaining({ code: 'CONFIG_NOT_FOUND' }));
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
