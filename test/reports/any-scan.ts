import * as fc from 'fast-check';
import { controlIds } from '../../src/controls/control.ts';
import type { Text } from '../../src/kernel/text.ts';
import { outcomes, severities } from '../../src/scanner/check.ts';
import type { Finding, ScanResult } from '../../src/scanner/scan-result.ts';
import { targetKinds } from '../../src/scanner/target.ts';
import { scanResult } from '../scan-result.ts';

/** What means something in at least one format. */
const TOKENS = [
  '<script>alert(1)</script>',
  '<img src=x onerror=alert(1)>',
  '"><style>*{display:none}</style>',
  "' onmouseover='alert(1)",
  '</style></title></code></details>',
  '<!--',
  '-->',
  ']]>',
  '<![CDATA[',
  '<?xml version="1.0"?>',
  '<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]>',
  '&amp;&#0;&lt',
  '[x](javascript:alert(1))',
  '![x](https://evil.example/p.png)',
  '[x]: https://evil.example',
  '<https://evil.example>',
  'https://evil.example/a?b=c&d',
  'www.evil.example',
  'a@evil.example',
  '@all',
  '#1',
  '|',
  '\\|',
  '`',
  '``` ',
  '---',
  '# ',
  '- ',
  '1. ',
  '> ',
  '$x$',
  '=cmd|calc',
  '+1',
  '-1',
  '@SUM(A1)',
  ';=1+1',
  '\t=1',
  '\uff1d1',
  '{0}',
  '\r\n',
  '\n\n',
  '"',
  '""',
  ',',
  '\u0000',
  '\u0007',
  '\u001b[31m',
  '\u0085',
  '\u2028',
  '\u202e',
  '\ud800',
  '\udc00',
  '\ufffe',
  '\uffff',
  '\ufeff',
  '审计',
  '😀',
  ' ',
  'a',
];

/** Any text, and those that would do harm where they are not escaped. */
export const anyText: fc.Arbitrary<string> = fc.oneof(
  fc.array(fc.constantFrom(...TOKENS), { maxLength: 6 }).map((parts) => parts.join('')),
  fc.string({ unit: 'binary', maxLength: 20 }),
  // Halves of pairs, which no unit of fast-check's gives alone.
  fc.array(fc.integer({ min: 0, max: 0xffff }), { maxLength: 10 }).map((units) => String.fromCharCode(...units)),
);
const text: fc.Arbitrary<Text> = fc.record({ en: anyText, zh: anyText });
const line = fc.option(fc.integer({ min: 1, max: 9_999 }), { nil: undefined });

const finding: fc.Arbitrary<Finding> = fc
  .record({
    fingerprint: fc.integer({ min: 0, max: 0xff }).map((one) => one.toString(16).padStart(16, '0')),
    check: fc.constantFrom('auth-required', 'tls-modern', 'x'),
    control: fc.constantFrom(...controlIds),
    target: anyText,
    subject: fc.option(anyText, { nil: undefined }),
    outcome: fc.constantFrom(...outcomes),
    severity: fc.constantFrom(...severities),
    basis: fc.constantFrom('seen' as const, 'told' as const),
    title: text,
    evidence: fc.array(fc.record({ seen: text, file: fc.option(anyText, { nil: undefined }), line, url: anyText }), {
      minLength: 1,
      maxLength: 3,
    }),
    remedy: text,
    owner: fc.option(anyText, { nil: undefined }),
  })
  .map(({ owner, evidence, ...rest }) => ({
    ...rest,
    evidence: evidence.map(({ seen, file, line: at, url }) => ({
      seen,
      where: file === undefined ? { url } : at === undefined ? { file } : { file, line: at, column: 1 },
    })),
    ...(owner === undefined
      ? {}
      : { waiver: { fingerprint: rest.fingerprint, owner, reason: owner, expires: '2027-01-01' } }),
  }));

/** A scan of targets that choose their words to hurt. */
export const anyScan: fc.Arbitrary<ScanResult> = fc
  .record({
    findings: fc.array(finding, { maxLength: 4 }),
    name: anyText,
    kind: fc.constantFrom(...targetKinds),
    reason: text,
    because: fc.array(text, { maxLength: 2 }),
    outcomes: fc.array(fc.constantFrom(...outcomes), { minLength: 20, maxLength: 20 }),
  })
  .map(({ findings, name, kind, reason, because, outcomes: of }) =>
    scanResult({
      findings,
      targets: [{ id: name, kind, name, reached: false, missing: [{ part: 'door', why: reason }] }],
      controls: controlIds.map((id, index) => ({
        id,
        outcome: of[index] ?? 'unknown',
        reason,
        required: true,
        findings: findings.filter(({ control }) => control === id).map(({ fingerprint }) => fingerprint),
      })),
      gate: { holds: false, couldNotLook: false, because },
    }),
  );
