import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { type CryptoKey, exportJWK, generateKeyPair, type JWK, type JWTPayload, SignJWT } from 'jose';

/** What the issuer answers at a path: a status, a body, and headers. */
export interface Answer {
  readonly status?: number;
  readonly body?: string | Buffer;
  readonly headers?: Record<string, string>;
}

/** A small authorization server on a loopback port that the system chose: metadata, keys, and tokens that fit them. */
export interface LoopbackIssuer extends AsyncDisposable {
  readonly url: string;
  /** Answers by path, changeable at any time; undefined at a path is 404. */
  readonly answers: Map<string, Answer | (() => Answer)>;
  /** The paths asked for, in order. */
  readonly requests: string[];
  /** Signs with a new key under this id from now on, and publishes only that one. */
  rotate(kid: string): Promise<void>;
  sign(claims: JWTPayload, header?: Record<string, unknown>): Promise<string>;
}

/** Starts a {@link LoopbackIssuer} that publishes one ES256 key, `k1`, and both kinds of metadata. */
export async function startIssuer(): Promise<LoopbackIssuer> {
  const requests: string[] = [];
  const answers = new Map<string, Answer | (() => Answer)>();
  const server = createServer((request, response) => respond(request, response, requests, answers));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${portOf(server)}`;

  let current: { kid: string; privateKey: CryptoKey };
  async function rotate(kid: string): Promise<void> {
    const { publicKey, privateKey } = await generateKeyPair('ES256');
    current = { kid, privateKey };
    const jwk: JWK = { ...(await exportJWK(publicKey)), kid, alg: 'ES256', use: 'sig' };
    answers.set('/jwks', { body: JSON.stringify({ keys: [jwk] }) });
  }
  await rotate('k1');
  const metadata = JSON.stringify({ issuer: url, jwks_uri: `${url}/jwks` });
  answers.set('/.well-known/openid-configuration', { body: metadata });

  return {
    url,
    answers,
    requests,
    rotate,
    sign(claims, header = {}) {
      return new SignJWT(claims)
        .setProtectedHeader({ alg: 'ES256', kid: current.kid, ...header })
        .sign(current.privateKey);
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function respond(
  request: IncomingMessage,
  response: ServerResponse,
  requests: string[],
  answers: LoopbackIssuer['answers'],
): void {
  const path = request.url ?? '';
  requests.push(path);
  const found = answers.get(path);
  const answer = typeof found === 'function' ? found() : (found ?? { status: 404 });
  response.writeHead(answer.status ?? 200, { 'content-type': 'application/json', ...answer.headers });
  response.end(answer.body);
}

function portOf(server: Server): number {
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('The server has no port.');
  return address.port;
}
