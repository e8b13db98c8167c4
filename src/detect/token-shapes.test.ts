import { describe, expect, test } from 'vitest';
import { hasTokenPrefix, isPlaceholder, looksLikeToken } from './token-shapes.ts';

describe('hasTokenPrefix', () => {
  test.each([
    `sk-${'a1'.repeat(12)}`,
    `ghp_${'a1'.repeat(18)}`,
    `Bearer github_pat_${'a1'.repeat(18)}`,
    `xoxb-${'1'.repeat(12)}`,
    `AKIA${'A1'.repeat(8)}`,
    'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.x',
    '-----BEGIN EC PRIVATE KEY-----',
  ])('%s', (text) => expect(hasTokenPrefix(text)).toBe(true));
  test.each(['', 'sk-', 'task-management', 'ghp_', '-----BEGIN PUBLIC KEY-----', '@scope/sk-tool'.replace('/', '-')])(
    'not %j',
    (text) => expect(hasTokenPrefix(text)).toBe(false),
  );
});

describe('looksLikeToken', () => {
  test.each(['0123456789abcdef0123', 'Zx81Qw92Er73Ty64Ui55', `sk-${'a1'.repeat(12)}`])('%s', (text) =>
    expect(looksLikeToken(text)).toBe(true),
  );
  test.each(['max_requests_per_minute', 'requestTimeoutSeconds', 'JWT_SECRET_2', '/run/secrets/jwt'])(
    'not %s',
    (text) => expect(looksLikeToken(text)).toBe(false),
  );
});

describe('isPlaceholder', () => {
  test.each([
    'your-jwt-secret',
    'changeme',
    'change-me-please',
    'secret',
    'password123',
    '<secret>',
    'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa',
    'test',
    'example-secret',
  ])('%s', (text) => expect(isPlaceholder(text)).toBe(true));
  test.each(['Hq1vC0yT0dUuq2m6Jc8wYl1mVhJ8x2a5', '8f14e45fceea167a5a36dedd4bea2543', 'tested7Hq1vC0yT0dUuq2m6'])(
    'not %s',
    (text) => expect(isPlaceholder(text)).toBe(false),
  );
});
