import { z } from 'zod';
import { isLoopbackHost } from '../kernel/loopback.ts';
import type { DeepReadonly } from '../kernel/readonly.ts';
import { algorithmsOf, isSymmetric, jwtAlgorithms } from './key-algorithms.ts';

const roleClaim = z
  .string()
  .min(1)
  .default('role')
  .describe('The claim that names the role: a string, or a list of strings.');
const defaultRole = z
  .string()
  .min(1)
  .optional()
  .describe('The role of a caller whose token names none. Default: none, such a caller is refused.');

// RFC 6749, section 3.3. A refresh token is nothing that this resource needs (MCP 2026-07-28, "Refresh Tokens"; AUTHZ-50).
const scopes = z
  .array(
    z
      .string()
      .regex(/^[\x21\x23-\x5b\x5d-\x7e]{1,256}$/, 'a scope: printable ASCII without space, quote and backslash')
      .refine((scope) => scope !== 'offline_access', 'is between a client and its authorization server'),
  )
  .default([])
  .describe('Scopes that clients should ask the authorization server for; told to anybody, so name no tools.');

// MCP, "Security Best Practices": http is acceptable for loopback addresses only.
const trustedUrl = z.string().refine(isTrustedUrl, 'must be an https:// URL (http:// only on this machine)');

function isTrustedUrl(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const url = new URL(text);
  if (url.username !== '' || url.password !== '' || url.hash !== '') return false;
  return url.protocol === 'https:' || (url.protocol === 'http:' && isLoopbackHost(url.hostname));
}

const apiKeyProvider = z.strictObject({
  type: z.literal('api_key').describe('Callers present an API key that Merlon has issued.'),
  file: z
    .string()
    .min(1)
    .optional()
    .describe('Where the keyed hashes of the API keys are kept. Default: a file in `server.state_dir`.'),
});

const jwtProvider = z
  .strictObject({
    type: z.literal('jwt').describe('Callers present a signed JWT that Merlon verifies by itself.'),
    secret: z
      .string()
      .min(1)
      .optional()
      .describe(
        'The shared secret of an HS algorithm: at least 32 random bytes for HS256, 48 for HS384, 64 for HS512. ' +
          'Write `${env:NAME}` or `${file:path}`. Default: none.',
      ),
    public_key: z
      .string()
      .min(1)
      .optional()
      .describe(
        'The PEM public key or certificate that verifies signatures. Write `${file:path}`, or the PEM text. Default: none.',
      ),
    jwks_url: trustedUrl
      .optional()
      .describe(
        'Where the keys that verify signatures are fetched (JWKS); https, or http on this machine. Default: none.',
      ),
    algorithm: z
      .enum(jwtAlgorithms)
      .describe('The one algorithm that is accepted, whatever a token says of itself. It must fit the key.'),
    issuer: z.string().min(1).optional().describe('The `iss` that a token must carry. Default: not checked.'),
    audience: z.string().min(1).optional().describe('The `aud` that a token must carry. Default: not checked.'),
    scopes,
    role_claim: roleClaim,
    default_role: defaultRole,
  })
  .superRefine(checkJwtKey);

const oauth2Provider = z.strictObject({
  type: z.literal('oauth2').describe('Callers present an access token of an OAuth 2 or OpenID Connect server.'),
  issuer: trustedUrl.describe('The authorization server; https, or http on this machine. Its metadata is discovered.'),
  client_id: z.string().min(1).optional().describe("Merlon's own client id there. Default: none."),
  client_secret: z
    .string()
    .min(1)
    .optional()
    .describe("Merlon's own client secret there. Write `${env:NAME}` or `${file:path}`. Default: none."),
  audience: z
    .string()
    .min(1)
    .optional()
    .describe('The `aud` that a token must carry. Default: the address of this gateway, or of one of its endpoints.'),
  scopes,
  role_claim: roleClaim,
  default_role: defaultRole,
  algorithms: z
    .array(z.enum(jwtAlgorithms).exclude(['HS256', 'HS384', 'HS512']))
    .min(1)
    .default(['RS256', 'ES256', 'EdDSA'])
    .describe('The signature algorithms that are accepted.'),
});

/** The `auth` section. */
export const authSettings = z.strictObject({
  required: z
    .boolean()
    .default(true)
    .describe('Refuses callers that present no credential. When false, they have the role `anonymous_role`.'),
  anonymous_role: z
    .string()
    .min(1)
    .default('guest')
    .describe('The role of callers without a credential, when `required` is false.'),
  clock_skew_seconds: z
    .int()
    .min(0)
    .max(300)
    .default(30)
    .describe("Seconds by which a token's times may differ from this machine's clock."),
  providers: z
    .array(z.discriminatedUnion('type', [apiKeyProvider, jwtProvider, oauth2Provider]))
    .default([{ type: 'api_key' }])
    .describe('The kinds of credential that are accepted.'),
});

/** How callers prove who they are. */
export type AuthSettings = DeepReadonly<z.output<typeof authSettings>>;
/** One kind of credential. */
export type ProviderSettings = AuthSettings['providers'][number];
/** API keys issued by Merlon. */
export type ApiKeySettings = Extract<ProviderSettings, { type: 'api_key' }>;
/** JWTs verified with a key named in the configuration. */
export type JwtSettings = Extract<ProviderSettings, { type: 'jwt' }>;
/** Access tokens of an OAuth 2 or OpenID Connect server. */
export type OAuth2Settings = Extract<ProviderSettings, { type: 'oauth2' }>;

interface JwtKey {
  readonly secret?: string | undefined;
  readonly public_key?: string | undefined;
  readonly jwks_url?: string | undefined;
  readonly algorithm: (typeof jwtAlgorithms)[number];
}

// An HS algorithm with a public key is the classic algorithm confusion: anyone who knows the public key could sign.
function checkJwtKey(provider: JwtKey, context: z.core.$RefinementCtx): void {
  const { secret, public_key, jwks_url, algorithm } = provider;
  const complain = (path: string[], message: string) => context.addIssue({ code: 'custom', path, message });
  if ([secret, public_key, jwks_url].filter((key) => key !== undefined).length !== 1) {
    complain([], 'needs exactly one of `secret`, `public_key` and `jwks_url`');
    return;
  }
  if (isSymmetric(algorithm) !== (secret !== undefined)) {
    const fit = secret === undefined ? 'RS, PS, ES or EdDSA for a public key' : 'HS256, HS384 or HS512 for a secret';
    complain(['algorithm'], `does not fit the key: ${fit}`);
    return;
  }
  if (public_key === undefined) return;
  const fitting = algorithmsOf(public_key);
  if (fitting.length === 0)
    complain(['public_key'], 'is not a PEM public key or certificate (RSA: of at least 2048 bits)');
  else if (!fitting.includes(algorithm)) complain(['algorithm'], `does not fit the key: ${fitting.join(', ')}`);
}
