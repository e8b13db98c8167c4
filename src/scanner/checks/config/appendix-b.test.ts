import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readConfigFacts } from '../../collect/config/read-config-facts.ts';
import { defaultThresholds } from '../../thresholds.ts';
import { configChecks } from './index.ts';

/** The checklist's own example, key by key. */
const file = join(import.meta.dirname, '../../../config/fixtures/appendix-b.yaml');
const text = readFileSync(file, 'utf8');
const about = { now: 0, kind: 'server-config', thresholds: defaultThresholds } as const;

function answersTo(config: string) {
  const facts = readConfigFacts(config, 'appendix-b.yaml');
  return configChecks.map((check) => ({ id: check.id, answers: [check.ask(facts, about)].flat() }));
}

describe('the checklist’s own example', () => {
  it('holds where it sets what it recommends, and not where it leaves things out', () => {
    const outcomes = Object.fromEntries(
      answersTo(text).map(({ id, answers }) => [id, answers.map(({ outcome }) => outcome)]),
    );
    expect(outcomes).toEqual({
      'config-https-on': ['pass'],
      'config-upstream-https': ['not-applicable'],
      'config-tls-minimum': ['pass'],
      'config-auth-required': ['pass'],
      // The OAuth server is sound, the JWT's secret is a placeholder.
      'config-auth-providers': ['pass', 'fail'],
      'config-issuer-https': ['pass'],
      'config-roles-defined': ['pass'],
      'config-roles-least-privilege': ['pass'],
      'config-guest-cannot-write': ['pass'],
      'config-task-permissions': ['warn'],
      'config-session-timeouts': ['warn', 'warn'],
      'config-no-literal-secrets': ['warn', 'warn'],
      'config-masking': ['pass', 'manual'],
      'config-audit-on': ['pass'],
      'config-audit-rotation': ['pass'],
      'config-log-rotation': ['pass'],
      // All addresses, with TLS and authentication.
      'config-listen-narrow': ['warn'],
      'config-allowed-origins-narrow': ['not-applicable'],
      'config-rate-limited': ['pass'],
      'config-sandbox-on': ['pass'],
      'config-log-format': ['pass'],
      'config-alerts': ['manual'],
      'config-readable': ['pass'],
    });
  });

  it('is not quoted with its secrets', () => {
    const evidence = JSON.stringify(answersTo(text));
    expect(evidence).not.toContain('your-jwt-secret');
    expect(evidence).not.toContain('your-client-secret');
  });

  it.each([
    ['secure: true', 'secure: false', 'config-https-on'],
    ['TLSv1.3', 'TLSv1.1', 'config-tls-minimum'],
    ['required: true', 'required: false', 'config-auth-required'],
    ['https://auth', 'http://auth', 'config-issuer-https'],
    ['"read:*", "execute:tool"', '"*:*"', 'config-roles-least-privilege'],
    ['"read:info"', '"read:info", "write:resource"', 'config-guest-cannot-write'],
    ['audit_log_enabled: true', 'audit_log_enabled: false', 'config-audit-on'],
    ['audit_log_rotation: daily', 'audit_log_rotation: never', 'config-audit-rotation'],
    ['sandbox_type: docker', 'sandbox_type: none', 'config-sandbox-on'],
    ['rate_limiting: true', 'rate_limiting: false', 'config-rate-limited'],
  ])('%s made %s fails', (from, to, id) => {
    const changed = text.replace(from, to);
    expect(changed).not.toBe(text);
    const { answers = [] } = answersTo(changed).find((one) => one.id === id) ?? {};
    expect(answers.map(({ outcome }) => outcome)).toContain('fail');
  });

  it('shows each finding at its line', () => {
    const found = answersTo(text)
      .find(({ id }) => id === 'config-auth-providers')
      ?.answers.find(({ outcome }) => outcome === 'fail');
    const line = text.split('\n').findIndex((one) => one.includes('your-jwt-secret')) + 1;
    expect(found?.evidence[0]?.where).toMatchObject({ file: 'appendix-b.yaml', line });
  });
});
