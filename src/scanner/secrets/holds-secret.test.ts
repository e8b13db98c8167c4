import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { addressParts } from './address-parts.ts';
import { holdsOf } from './holds-secret.ts';

// Not the form of anybody's real credential, so that no scanner takes them for one.
const RANDOM = 'k7Qz93mXw0aLs82PtRv5';

describe('what a value holds', () => {
  it.each([
    ['API_KEY', RANDOM],
    ['PASSWORD', 'correct horse'],
    ['API_KEY', '0f8fad5b-d9cb-469f-a165-70867728950e'],
    ['Authorization', `Bearer ${RANDOM}`],
    ['OPENAI_KEY', RANDOM],
    ['ANYTHING', `ghp_${'a1B2c3D4e'.repeat(4)}`],
    ['API_KEY', '${API_KEY:-k7Qz93mXw0aLs82PtRv5}'],
    ['API_KEY', '${API_KEY-k7Qz93mXw0aLs82PtRv5}'],
    ['DATABASE_URL', 'postgres://app:k7Qz93mXw0@db.example/x'],
    ['X', `prefix ghp_${'a1B2c3D4e'.repeat(4)} \${Y}`],
  ])('a credential: %s', (name, value) => {
    expect(holdsOf(name, value)).toBe('literal');
  });

  it.each([
    '${API_KEY}',
    '${env:API_KEY}',
    '${input:api-key}',
    'Bearer ${API_KEY}',
    '${API_KEY:-}',
    '${API_KEY:-${OTHER_KEY}}',
    '{env:API_KEY}',
    '{file:~/.key}',
    '${{ secrets.API_KEY }}',
    '$API_KEY',
    '%API_KEY%',
    '$env:API_KEY',
    'op://vault/item/field',
    '${user_config.api_key}',
  ])('a reference: %s', (value) => {
    expect(holdsOf('API_KEY', value)).toBe('reference');
  });

  it.each([
    'YOUR_API_KEY',
    'your-api-key-here',
    '<token>',
    'xxx',
    'sk-...',
    'sk-xxxxxxxxxxxxxxxxxxxxxxxx',
    'ghp_your_token_here',
    'API_KEY',
    'changeme',
    '[your key]',
    '${API_KEY:-changeme}'.slice(11, -1),
    'insert key here',
  ])('a placeholder: %s', (value) => {
    expect(holdsOf('API_KEY', value)).toBe('placeholder');
  });

  it.each([
    ['API_TOKEN_FILE', '/run/secrets/token'],
    ['TOKEN_LIMIT', '4000'],
    ['USE_API_KEY', 'true'],
    ['API_KEY', ''],
    ['NODE_ENV', 'production'],
    ['PROJECT_ID', '0f8fad5b-d9cb-469f-a165-70867728950e'],
    ['DATABASE_ID', '59833787270d4ad0a2ed9f1d1b2a5c11'],
    ['KEY', '0f8fad5b-d9cb-469f-a165-70867728950e'],
    ['SSH_KEY', '~/.ssh/id_ed25519_2024_11_22_host'],
    ['COMMIT', '0123456789abcdef0123456789abcdef01234567'],
    ['AUTH_URL', 'https://login.example/oauth'],
    ['TOKEN', 'https://login.example/token'],
    ['HOME', '/Users/a/0123456789/0123456789012345678'],
  ])('nothing: %s=%s', (name, value) => {
    expect(holdsOf(name, value)).toBe('plain');
  });

  it('a password that is the user, in the usual address of a development database, is none', () => {
    expect(holdsOf('DATABASE_URL', 'postgres://postgres:postgres@localhost:5432/app')).toBe('placeholder');
    expect(holdsOf('DATABASE_URL', 'postgres://app:${DB_PASSWORD}@db/app')).toBe('reference');
  });

  it('never throws', () => {
    const piece = fc.constantFrom(
      '${',
      '}',
      '{',
      '${{',
      '}}',
      '{env:',
      ':-',
      '$',
      '%',
      'A',
      'sk-',
      '://',
      '@',
      ':',
      'x',
    );
    const text = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.array(piece, { maxLength: 30 }).map((each) => each.join('')),
    );
    fc.assert(
      fc.property(text, text, (name, value) => {
        expect(['literal', 'reference', 'placeholder', 'plain']).toContain(holdsOf(name, value));
      }),
      { numRuns: 1_000 },
    );
  });

  it('takes linear time', () => {
    expect(holdsOf('API_KEY', '${'.repeat(1_000_000))).toBeDefined();
    expect(addressParts(`https://h/?${'a=b&'.repeat(500_000)}`).shown.length).toBeLessThan(10_000);
  });
});

describe('the parts of an address', () => {
  it.each([
    ['https://h.example/mcp', 'https://h.example/mcp', []],
    [`https://u:${RANDOM}@h.example/mcp`, 'https://h.example/mcp', ['user literal']],
    ['https://u:${PASS}@h/mcp', 'https://h/mcp', ['user reference']],
    ['https://user@h/mcp', 'https://h/mcp', ['user plain']],
    [`https://h/mcp?token=${RANDOM}&x=1#f`, 'https://h/mcp?token&x', ['token literal', 'x plain']],
    [`https://h/mcp?key=${RANDOM}`, 'https://h/mcp?key', ['key literal']],
    ['https://h/mcp?api_key=${KEY}', 'https://h/mcp?api_key', ['api_key reference']],
    ['https://h/s/aB3dE5gH7jK9mN1pQ2sT4vW6xY8zA0bC/mcp', 'https://h/s/[hidden]/mcp', ['path literal']],
    ['https://h/0f8fad5b-d9cb-469f-a165-70867728950e/mcp', 'https://h/0f8fad5b-d9cb-469f-a165-70867728950e/mcp', []],
    ['nothing', 'nothing', []],
  ])('%s', (address, shown, parts) => {
    const found = addressParts(address);
    expect(found.shown).toBe(shown);
    expect(found.parts.map(({ name, holds }) => `${name} ${holds}`)).toEqual(parts);
  });

  it('never show a password, whatever stands around it', () => {
    const around = fc.string({ maxLength: 10 }).map((text) => text.replaceAll(/[@/\\?#]/g, ''));
    fc.assert(
      fc.property(around, around, (user, host) => {
        expect(addressParts(`https://${user}:${RANDOM}@${host}/x`).shown).not.toContain(RANDOM);
      }),
    );
  });
});
