/**
 * A real authorization server on loopback, for tests: dynamic registration, the authorization code flow with PKCE, and
 * access tokens as JWTs whose `aud` is the `resource` that was asked for (RFC 8707). Whoever comes to log in is `ann` and
 * says yes. A token's role is `user` if it was asked for with the scope `SCOPE` of the environment, else `guest`.
 * Prints its address; ends with its parent's SIGTERM.
 */
import { createServer } from 'node:http';
import { once } from 'node:events';
import { generateKeyPair, randomBytes } from 'node:crypto';
import { promisify } from 'node:util';
import { Provider } from 'oidc-provider';

const scope = process.env.SCOPE ?? '';
const server = createServer();
server.listen(0, '127.0.0.1');
await once(server, 'listening');
const issuer = `http://127.0.0.1:${server.address().port}`;

const { privateKey } = await promisify(generateKeyPair)('ec', { namedCurve: 'P-256' });
const provider = new Provider(issuer, {
  jwks: { keys: [{ ...privateKey.export({ format: 'jwk' }), kid: 'k1', alg: 'ES256', use: 'sig' }] },
  cookies: { keys: [randomBytes(32).toString('hex')] },
  clientDefaults: { id_token_signed_response_alg: 'ES256' },
  // The tests' own pre-registered client of machines.
  clients: [
    {
      client_id: 'machine',
      client_secret: process.env.MACHINE_SECRET ?? randomBytes(32).toString('hex'),
      grant_types: ['client_credentials'],
      redirect_uris: [],
      response_types: [],
    },
  ],
  features: {
    devInteractions: { enabled: false },
    registration: { enabled: true },
    clientCredentials: { enabled: true },
    resourceIndicators: {
      enabled: true,
      getResourceServerInfo: (_ctx, resource) => ({
        scope,
        audience: resource,
        accessTokenFormat: 'jwt',
        jwt: { sign: { alg: 'ES256' } },
      }),
    },
  },
  interactions: { url: (_ctx, interaction) => `/interaction/${interaction.uid}` },
  findAccount: (_ctx, id) => ({ accountId: id, claims: () => ({ sub: id }) }),
  extraTokenClaims: (_ctx, token) => ({ role: (token.scope ?? '').split(' ').includes(scope) ? 'user' : 'guest' }),
  ttl: { AccessToken: 300, ClientCredentials: 300, Grant: 300, Session: 300, Interaction: 300 },
});

/** Logs in and consents to whatever is asked. */
async function agree(req, res) {
  const { prompt, params, session, grantId } = await provider.interactionDetails(req, res);
  if (prompt.name === 'login') return await provider.interactionFinished(req, res, { login: { accountId: 'ann' } });
  const known = grantId === undefined ? undefined : await provider.Grant.find(grantId);
  const grant = known ?? new provider.Grant({ accountId: session.accountId, clientId: params.client_id });
  for (const [resource, scopes] of Object.entries(prompt.details.missingResourceScopes ?? {}))
    grant.addResourceScope(resource, scopes.join(' '));
  if (prompt.details.missingOIDCScope) grant.addOIDCScope(prompt.details.missingOIDCScope.join(' '));
  const result = { consent: { grantId: await grant.save() } };
  return await provider.interactionFinished(req, res, result, { mergeWithLastSubmission: true });
}

const callback = provider.callback();
server.on('request', (req, res) => {
  const answered = req.url.startsWith('/interaction/') ? agree(req, res) : callback(req, res);
  answered.catch((error) => {
    console.error(error);
    res.writeHead(500).end();
  });
});
provider.on('server_error', (_ctx, error) => console.error(error));
console.log(`issuer ${issuer}`);
