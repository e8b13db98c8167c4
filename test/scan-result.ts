import { controlIds } from '../src/controls/control.ts';
import type { ControlResult, Finding, ScanResult } from '../src/scanner/scan-result.ts';
import { finding } from './finding.ts';

const TARGET = 'server:https://a.example/mcp';

/** Text as a hostile target would have it shown. */
export const HOSTILE = `<script>alert(1)</script>|"',=cmd\`[x](javascript:1)![y](https://evil.example/p) @all https://evil.example ]]> &amp;`;

/** Findings of every outcome, one of them accepted, one with hostile words. */
export const findings: readonly Finding[] = [
  finding({
    fingerprint: 'a000000000000001',
    severity: 'critical',
    subject: HOSTILE,
    evidence: [{ seen: { en: HOSTILE, zh: HOSTILE } }],
  }),
  finding({
    fingerprint: 'a000000000000002',
    check: 'client-remote-https',
    control: 'C01',
    target: 'client-config:.mcp.json',
    subject: 'docs',
    outcome: 'warn',
    severity: 'medium',
    evidence: [
      {
        seen: { en: 'The address is plain HTTP.', zh: '地址为明文 HTTP。' },
        where: { file: '/srv/app/.mcp.json', line: 3, column: 7, path: ['mcpServers', 'docs'] },
      },
    ],
  }),
  finding({
    fingerprint: 'a000000000000003',
    check: 'body-bounded',
    control: 'C12',
    waiver: { fingerprint: 'a000000000000003', owner: 'ops', reason: 'A proxy bounds it.', expires: '2027-01-01' },
  }),
  finding({
    fingerprint: 'a000000000000004',
    check: 'disks-encrypted',
    control: 'C07',
    outcome: 'unknown',
    severity: 'medium',
  }),
  finding({
    fingerprint: 'a000000000000005',
    check: 'incident-plan',
    control: 'C18',
    outcome: 'manual',
    severity: 'medium',
  }),
  finding({ fingerprint: 'a000000000000006', check: 'tls-modern', control: 'C02', outcome: 'pass' }),
  finding({ fingerprint: 'a000000000000007', check: 'pkce', outcome: 'not-applicable' }),
];

const outcomesOf: Partial<Record<string, ControlResult['outcome']>> = {
  C01: 'warn',
  C02: 'pass',
  C03: 'fail',
  C18: 'manual',
};

/** A scan with something of everything. */
export function scanResult(given: Partial<ScanResult> = {}): ScanResult {
  const reason = { en: 'A reason.', zh: '原因。' };
  return {
    version: 1,
    merlon: '1.2.3',
    startedAt: Date.UTC(2026, 10, 22, 10, 30),
    durationMs: 1_234,
    profile: 'production',
    targets: [
      { id: TARGET, kind: 'server', name: 'https://a.example/mcp', reached: true, missing: [] },
      {
        id: 'host:this',
        kind: 'host',
        name: 'this host',
        reached: false,
        missing: [{ part: 'host', why: { en: 'Not allowed.', zh: '无权限。' } }],
      },
    ],
    controls: controlIds.map((id) => ({
      id,
      outcome: outcomesOf[id] ?? 'unknown',
      reason,
      required: true,
      findings: findings.filter(({ control }) => control === id).map(({ fingerprint }) => fingerprint),
    })),
    findings,
    score: { passed: 1, failed: 1, warned: 3, percent: 20 },
    grade: {
      letter: 'F',
      points: 12.5,
      caps: [{ letter: 'F', because: { en: 'Anybody can come in.', zh: '任何人都可以访问。' } }],
      withheld: undefined,
    },
    off: [],
    gate: { holds: false, couldNotLook: true, because: [{ en: 'auth-required fails.', zh: 'auth-required 未通过。' }] },
    diff: {
      since: Date.UTC(2026, 10, 21),
      fresh: ['a000000000000001'],
      unchanged: ['a000000000000002'],
      fixed: [{ fingerprint: 'b000000000000001', check: 'x-y', target: TARGET, subject: undefined }],
      notLooked: [],
    },
    ...given,
  };
}
