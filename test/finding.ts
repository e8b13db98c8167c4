import type { Finding } from '../src/scanner/scan-result.ts';

/** A finding for tests; what matters is given, the rest is a failure of high severity. */
export function finding(given: Partial<Finding> = {}): Finding {
  return {
    fingerprint: '0123456789abcdef',
    check: 'auth-required',
    control: 'C03',
    target: 'server:https://a.example/mcp',
    subject: undefined,
    outcome: 'fail',
    severity: 'high',
    basis: 'seen',
    title: { en: 'A credential is required.', zh: '需要凭据。' },
    evidence: [{ seen: { en: 'It answered 200.', zh: '它返回了 200。' } }],
    remedy: { en: 'Require a credential.', zh: '要求凭据。' },
    ...given,
  };
}
