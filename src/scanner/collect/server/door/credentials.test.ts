import { describe, expect, it } from 'vitest';
import { falsify, secretsOf } from './credentials.ts';

const url = new URL('https://mcp.example/mcp?key=1');
const now = Date.UTC(2026, 10, 1);
const seconds = now / 1_000;

function parts(token: string | undefined): { header: object; claims: object; signature: string } {
  const [header = '', claims = '', signature = ''] = (token ?? '').split('.');
  const read = (text: string): object => JSON.parse(Buffer.from(text, 'base64url').toString()) as object;
  return { header: read(header), claims: read(claims), signature };
}

describe('falsify', () => {
  it('keeps the form of a bearer credential and nothing of its text', () => {
    const { wrong, empty, random } = falsify(
      { kind: 'bearer', headers: { authorization: 'Bearer the-real-one' } },
      url,
      now,
    );
    expect(wrong['authorization']).toMatch(/^Bearer merlon-scan-[\w-]{32}$/);
    expect(random).toMatch(/^merlon-scan-/);
    expect(empty).toEqual({ authorization: 'Bearer' });
  });

  it('keeps the names of other headers, and forges no tokens for them', () => {
    const { wrong, empty, tokens } = falsify({ kind: 'headers', headers: { 'x-api-key': 'the-real-one' } }, url, now);
    expect(Object.keys(wrong)).toEqual(['x-api-key']);
    expect(wrong['x-api-key']).not.toContain('real');
    expect(empty).toEqual({ 'x-api-key': '' });
    expect(tokens).toBeUndefined();
  });

  it('forges tokens that are wrong in one respect each', () => {
    const { tokens } = falsify(undefined, url, now);
    const unsigned = parts(tokens?.unsigned);
    expect([unsigned.header, unsigned.signature]).toEqual([{ alg: 'none', typ: 'JWT' }, '']);
    expect(unsigned.claims).toMatchObject({ aud: 'https://mcp.example/mcp', exp: seconds + 3_600 });
    const expired = parts(tokens?.expired);
    expect(expired.claims).toMatchObject({ aud: 'https://mcp.example/mcp', exp: seconds - 7_200 });
    expect(Buffer.from(expired.signature, 'base64url')).toHaveLength(64);
    expect(parts(tokens?.foreign).claims).toMatchObject({ aud: 'https://evil.example/mcp', exp: seconds + 3_600 });
  });

  it('takes over the claims of a real JWT, and survives what only looks like one', () => {
    const claims = Buffer.from(JSON.stringify({ iss: 'https://issuer.example', sub: 'u', exp: 1, role: 'admin' }));
    const like = (token: string): object => {
      const headers = { authorization: `Bearer ${token}` };
      return parts(falsify({ kind: 'oauth', headers }, url, now).tokens?.unsigned).claims;
    };
    expect(like(`e30.${claims.toString('base64url')}.c2ln`)).toMatchObject({
      iss: 'https://issuer.example',
      role: 'admin',
      exp: seconds + 3_600,
    });
    for (const odd of ['a.b.c', 'a..c', 'a.W10.c', '...']) expect(like(odd)).toMatchObject({ sub: 'merlon-scan' });
  });
});

describe('secretsOf', () => {
  it('gives the texts without their schemes, the longest first, and none that stands in half of all answers', () => {
    const headers = { authorization: 'Bearer abcdef', 'x-api-key': 'abcdefgh', 'x-version': '1' };
    expect(secretsOf({ kind: 'headers', headers })).toEqual(['abcdefgh', 'abcdef']);
    expect(secretsOf(undefined)).toEqual([]);
  });
});
