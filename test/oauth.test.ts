import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { decodeJwt } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { OAuthOutcome, OAuthPlan } from './clients/oauth-plan.ts';
import { type GatewayProcess, startGateway } from './gateway-process.ts';
import { type Http, INITIALIZE, mcpHeaders, speakTo } from './mcp-client.ts';
import { type Program, startProgram } from './program.ts';

const run = promisify(execFile);
const WELL_KNOWN = '/.well-known/oauth-protected-resource';
/** What the first token lacks. The authorization server knows it as a scope, and gives a wider role with it. */
const SCOPE = 'execute:tool/own/echo';
const machineSecret = randomBytes(32).toString('hex');

let issuer: Program;
let issuerUrl: string;
let gateway: GatewayProcess;
let http: Http;

beforeAll(async () => {
  issuer = await startProgram({
    command: process.execPath,
    args: [join(import.meta.dirname, 'issuer/issuer.mjs')],
    env: { SCOPE, MACHINE_SECRET: machineSecret },
    ready: /issuer (http:\S+)\n/,
  });
  issuerUrl = issuer.match[1] ?? '';
  const own = { command: 'sh', args: [join(import.meta.dirname, 'fixtures/sh-server.sh')] };
  gateway = await startGateway({
    // No audience: whom tokens are for follows from the address that the system chose.
    auth: { providers: [{ type: 'api_key' }, { type: 'oauth2', issuer: issuerUrl, scopes: ['openid'] }] },
    permissions: {
      roles: [
        { name: 'user', permissions: ['read:*', 'execute:tool'] },
        { name: 'guest', permissions: ['read:info', 'execute:tool/own/pid'] },
      ],
    },
    security: { rate_limiting: false },
    mcpServers: { own, other: own },
  });
  http = speakTo({ url: gateway.url, ca: gateway.ca });
});

afterAll(async () => {
  await gateway?.stop();
  await issuer?.stop();
  await http?.close();
});

/** The programs that drive a client. */
const clients = {
  'SDK v1': { file: 'oauth-v1.ts', modern: false },
  'SDK v2': { file: 'oauth-v2.ts', modern: false },
  'SDK v2, stateless': { file: 'oauth-v2.ts', modern: true },
};

/** What a token is good for at an endpoint: the status of `initialize`. */
async function statusAt(path: string, token: string): Promise<number> {
  return (await http.post(path, INITIALIZE, mcpHeaders(token))).status;
}

async function drive(client: keyof typeof clients, path: string, tool: string): Promise<OAuthOutcome> {
  const { file, modern } = clients[client];
  const plan: OAuthPlan = { url: gateway.url + path, call: { name: tool, arguments: { mark: 'said' } }, modern };
  const env = { ...process.env, NODE_EXTRA_CA_CERTS: gateway.caFile };
  const driver = join(import.meta.dirname, 'clients', file);
  const { stdout } = await run(process.execPath, [driver, JSON.stringify(plan)], { env, timeout: 45_000 });
  return JSON.parse(stdout) as OAuthOutcome;
}

/** The scopes of one authorization request. */
function scopesOf({ authorizations }: OAuthOutcome, index: number): string[] {
  return authorizations[index]?.asked['scope']?.split(' ') ?? [];
}

for (const client of ['SDK v1', 'SDK v2', 'SDK v2, stateless'] as const) {
  describe(`${client}, with no credential and no setting but the address`, () => {
    let outcome: OAuthOutcome;

    beforeAll(async () => {
      outcome = await drive(client, '/mcp/own', 'echo');
    });

    it('finds the metadata at the gateway, by the challenge, then the authorization server by the metadata', () => {
      const asked = outcome.requests.map((line) => line.split(' ')[1] ?? '');
      expect(asked.slice(0, 2)).toEqual([`${gateway.url}/mcp/own`, `${gateway.url}${WELL_KNOWN}/mcp/own`]);
      expect(asked[2]).toMatch(new RegExp(`^${issuerUrl}/\\.well-known/`));
      for (const url of asked) expect([gateway.url, issuerUrl]).toContain(new URL(url).origin);
    });

    it('registers, and asks for a token for this endpoint, with PKCE and the scopes of the metadata (AUTHZ-20, AUTHZ-29)', () => {
      expect(outcome.requests).toContain(`POST ${issuerUrl}/reg`);
      expect(outcome.clientId).not.toBe('');
      expect(outcome.authorizations[0]?.asked).toMatchObject({
        response_type: 'code',
        code_challenge_method: 'S256',
        client_id: outcome.clientId,
        resource: `${gateway.url}/mcp/own`,
      });
      expect(scopesOf(outcome, 0)).toContain('openid');
      expect(scopesOf(outcome, 0)).not.toContain(SCOPE);
      expect(decodeJwt(outcome.authorizations[0]?.token ?? '')).toMatchObject({
        iss: issuerUrl,
        aud: `${gateway.url}/mcp/own`,
        role: 'guest',
      });
    });

    it('learns from the refusal of a call which scope it lacks, gets it, and makes the call', () => {
      expect(outcome.tools).toEqual([]);
      expect(outcome.authorizations).toHaveLength(2);
      expect(scopesOf(outcome, 1)).toContain(SCOPE);
      expect(outcome.authorizations[1]?.asked['resource']).toBe(`${gateway.url}/mcp/own`);
      expect(outcome.text).toBe('said');
      expect(outcome.version === '2026-07-28').toBe(client === 'SDK v2, stateless');
    });

    it('has a token that counts at this endpoint and nowhere else (AUTHZ-41, AUTHZ-45)', async () => {
      const token = outcome.authorizations.at(-1)?.token ?? '';
      expect(await statusAt('/mcp/own', token)).toBe(200);
      for (const path of ['/mcp', '/mcp/other', '/mcp/none']) expect(await statusAt(path, token), path).toBe(401);
      const roles = await http.fetch('/api/v2/roles', { headers: mcpHeaders(token) });
      expect(roles.status).toBe(401);
    });

    it('does the same at the endpoint of all upstreams, where the token counts for each', async () => {
      const all = await drive(client, '/mcp', 'own__echo');
      expect([all.text, all.authorizations.length]).toEqual(['said', 2]);
      expect(all.authorizations[1]?.asked['resource']).toBe(`${gateway.url}/mcp`);
      const token = all.authorizations[1]?.token ?? '';
      for (const path of ['/mcp', '/mcp/own', '/mcp/other']) expect(await statusAt(path, token), path).toBe(200);
    });
  });
}

describe('a machine with a client of its own', () => {
  async function tokenFor(resource: string): Promise<string> {
    const response = await fetch(`${issuerUrl}/token`, {
      method: 'POST',
      headers: { authorization: `Basic ${btoa(`machine:${machineSecret}`)}` },
      body: new URLSearchParams({ grant_type: 'client_credentials', resource, scope: SCOPE }),
    });
    const { access_token: token } = (await response.json()) as { access_token: string };
    return token;
  }

  it('gets in with a token for the gateway, and with none of the same issuer for somebody else', async () => {
    const all = await tokenFor(gateway.url);
    for (const path of ['/mcp', '/mcp/own', '/mcp/other']) expect(await statusAt(path, all), path).toBe(200);
    expect((await http.fetch('/api/v2/roles', { headers: mcpHeaders(all) })).status).toBe(200);
    const port = Number(new URL(gateway.url).port);
    const others = [
      'https://other.example',
      'https://127.0.0.1',
      `https://127.0.0.1:${port - 1}/mcp`,
      `https://127.0.0.1.evil.example:${port}/mcp`,
      `http://127.0.0.1:${port}/mcp`,
      `https://localhost:${port}/mcp`,
      `${gateway.url}/mcpx`,
    ];
    for (const resource of others) {
      const token = await tokenFor(resource);
      expect(decodeJwt(token).aud, resource).toBe(resource);
      expect(await statusAt('/mcp', token), resource).toBe(401);
    }
  });

  it('whose token was for somebody else is told no more than any stranger', async () => {
    const wrong = await http.post('/mcp', INITIALIZE, mcpHeaders(await tokenFor('https://other.example')));
    const garbage = await http.post('/mcp', INITIALIZE, mcpHeaders('garbage'));
    expect(wrong.text).toBe(garbage.text);
    expect(wrong.headers.get('www-authenticate')).toBe(garbage.headers.get('www-authenticate'));
    expect(gateway.output()).toContain('claim_aud');
  });
});
