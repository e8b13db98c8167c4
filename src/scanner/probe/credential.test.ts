import type { IncomingMessage } from 'node:http';
import { afterEach, describe, expect, it } from 'vitest';
import { createServers } from '../../../test/scan-servers.ts';
import type { Credential } from '../target.ts';
import { headersOf } from './credential.ts';

const servers = createServers();
afterEach(() => servers.end());

const rules = { signal: new AbortController().signal, deadlineMs: 2_000 };
const SECRET = 's3cr3t with: spaces&';

interface Asked {
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

async function endpoint(status: number, answer: unknown, more: Record<string, string> = {}) {
  const asked: Asked[] = [];
  const port = await servers.http((request, response) => {
    let body = '';
    request.on('data', (chunk: Buffer) => {
      body += chunk.toString();
    });
    request.on('end', () => {
      asked.push({ headers: request.headers, body });
      response.writeHead(status, more).end(JSON.stringify(answer));
    });
  });
  return { asked, tokenUrl: `http://127.0.0.1:${port}/token` };
}

function clientCredentials(tokenUrl: string, more: Partial<Credential> = {}): Credential {
  return { kind: 'client-credentials', tokenUrl, clientId: 'scan:ner', clientSecret: SECRET, ...more } as Credential;
}

it('none, a token, and headers of one’s own', async () => {
  expect(await headersOf(undefined, rules)).toEqual({ saw: {} });
  const bearer = await headersOf({ kind: 'bearer', token: 'abc' }, rules);
  expect(bearer).toEqual({ saw: { authorization: 'Bearer abc' } });
  const own = await headersOf({ kind: 'headers', headers: { 'X-Api-Key': 'abc' } }, rules);
  expect(own).toEqual({ saw: { 'x-api-key': 'abc' } });
});

it.each([
  { kind: 'bearer', token: 'a\r\nX-Evil: 1' },
  { kind: 'bearer', token: '' },
  { kind: 'headers', headers: { 'x-key': 'a\nb' } },
  { kind: 'headers', headers: { 'x key': 'a' } },
  { kind: 'headers', headers: { Host: 'other.example' } },
] as const)('what no header can hold is not sent: %j', async (credential) => {
  expect(await headersOf(credential, rules)).toMatchObject({ blind: 'no-credential' });
});

describe('client credentials', () => {
  it('become a token, as RFC 6749 says', async () => {
    const { asked, tokenUrl } = await endpoint(200, { access_token: 'tok', token_type: 'bearer', expires_in: 60 });
    const credential = clientCredentials(tokenUrl, { scope: 'a b', resource: 'https://a.example/mcp' });
    expect(await headersOf(credential, rules)).toEqual({ saw: { authorization: 'Bearer tok' } });
    expect(Object.fromEntries(new URLSearchParams(asked[0]?.body))).toEqual({
      grant_type: 'client_credentials',
      scope: 'a b',
      resource: 'https://a.example/mcp',
    });
    const basic = Buffer.from((asked[0]?.headers.authorization ?? '').slice('Basic '.length), 'base64').toString();
    expect(basic).toBe('scan%3Aner:s3cr3t+with%3A+spaces%26');
  });

  it.each([
    [400, { error: 'invalid_client', error_description: SECRET }, 'forbidden'],
    [401, { error: SECRET }, 'forbidden'],
    [200, { access_token: 'tok', token_type: 'DPoP' }, 'unreadable'],
    [200, { access_token: SECRET, token_type: 'Bearer' }, 'no-credential'],
    [200, [], 'unreadable'],
  ])('%i %j give no token, and no secret in any message', async (status, answer, reason) => {
    const { tokenUrl } = await endpoint(status, answer);
    const look = await headersOf(clientCredentials(tokenUrl), rules);
    expect(look).toMatchObject({ blind: reason });
    expect(JSON.stringify(look)).not.toContain('s3cr3t');
  });

  it('follow no redirect', async () => {
    const other = await endpoint(200, { access_token: 'tok', token_type: 'Bearer' });
    const { tokenUrl } = await endpoint(307, {}, { location: other.tokenUrl });
    expect(await headersOf(clientCredentials(tokenUrl), rules)).toMatchObject({ blind: 'forbidden' });
    expect(other.asked).toEqual([]);
  });

  it.each(['http://a.example/token', 'ftp://a.example/', 'https://user:pass@a.example/', 'nonsense'])(
    'are never sent to %s',
    async (tokenUrl) => {
      expect(await headersOf(clientCredentials(tokenUrl), rules)).toMatchObject({ blind: 'no-credential' });
    },
  );

  it('do not wait for an endpoint that says nothing', async () => {
    const port = await servers.raw(() => {});
    const look = await headersOf(clientCredentials(`http://127.0.0.1:${port}/`), { ...rules, deadlineMs: 50 });
    expect(look).toMatchObject({ blind: 'timeout' });
  });
});
