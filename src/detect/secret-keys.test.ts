import { describe, expect, test } from 'vitest';
import { expectsSecret } from './secret-keys.ts';

describe('expectsSecret', () => {
  test.each([
    'secret',
    'client_secret',
    'clientSecret',
    'password',
    'DB_PASSWORD',
    'token',
    'GITHUB_TOKEN',
    'api_key',
    'apiKey',
    'X-API-Key',
    'OPENAI_API_KEY',
    'AWS_SECRET_ACCESS_KEY',
    'Authorization',
    'Proxy-Authorization',
    'Cookie',
    '--api-key',
    'PRIVATE_KEY',
  ])('%s', (key) => expect(expectsSecret(key)).toBe(true));

  test.each([
    '',
    'tls_key',
    'public_key',
    'jwks_url',
    'TOKEN_FILE',
    'PASSWORD_PATH',
    'client_id',
    'MAX_TOKENS',
    'keyboard',
    'AWS_ACCESS_KEY_ID',
    'key',
  ])('not %j', (key) => expect(expectsSecret(key)).toBe(false));
});
