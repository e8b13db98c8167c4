import type { DoorFacts, EraFacts, Exchange, ProbeName, Probes } from '../../facts/door.ts';
import { type Blind, blind, type Look, saw } from '../../look.ts';

/** An answer to a probe. */
export function answered(status: number, more: Partial<Exchange> = {}): Look<Exchange> {
  return saw({ status, headers: {}, body: '', ...more });
}

/** A JSON-RPC error with an HTTP status. */
export function refused(status: number, code: number, message = 'No.', more: Partial<Exchange> = {}): Look<Exchange> {
  const body = JSON.stringify({ jsonrpc: '2.0', id: 1, error: { code, message } });
  return answered(status, { body, rpc: { result: false, error: { code, message } }, ...more });
}

/** What the well-behaved are told. */
export const served: Look<Exchange> = answered(200, { rpc: { result: true } });
/** How a door asks for a credential. */
export const challenged: Look<Exchange> = answered(401, { headers: { 'www-authenticate': 'Bearer realm="mcp"' } });
/** An era that this server does not speak. */
export const notSpoken: Blind = blind('not-offered', 'This era is not spoken.', '不支持此协议版本。');
/** A server that could not be asked. */
export const unreachable: Blind = blind('unreachable', 'No connection.', '无法连接。');

const credentials: readonly ProbeName[] = [
  'no-credential',
  'wrong-credential',
  'empty-credential',
  'unsigned-token',
  'expired-token',
  'foreign-token',
  'credential-in-query',
];

const strict: Probes = {
  ...Object.fromEntries(credentials.map((name) => [name, challenged])),
  'foreign-host': answered(403),
  'foreign-origin': answered(403),
  'preflight-foreign-origin': answered(403),
  'header-mismatch': refused(400, -32020),
  'version-unknown': refused(400, -32022),
  'oversized-body': answered(413),
  'deep-json': refused(400, -32600),
  'invalid-json': refused(400, -32700, 'Send one JSON-RPC message.'),
  'unknown-method': refused(404, -32601, 'There is no such method.'),
  'unknown-tool': refused(200, -32602, 'There is no such tool.'),
};

const sessions: Probes = {
  'unknown-session': refused(404, -32001),
  'chosen-session': answered(200, {
    rpc: { result: true },
    headers: { 'mcp-session-id': '5f0c1a9e-7b1d-4f43-9a52-6f2f5b7c8d90' },
  }),
  'session-without-credential': challenged,
  'session-after-delete': refused(404, -32001),
};

/** Session ids as a careful server makes them. */
export const goodIds: readonly string[] = [
  '5f0c1a9e-7b1d-4f43-9a52-6f2f5b7c8d90',
  'c3a94d02-1e6f-4b7a-8f0d-92c4d1e7a6b5',
  '09e1b7f4-d82c-4c95-b3a6-47f5081cde2a',
  '7ad25c38-603b-4e1f-a94c-e0b8f3619d47',
  'e86f30b1-95da-47c2-8d17-1b4ca92f7e03',
];

const era = (version: string): Look<EraFacts> =>
  saw({ version, server: { name: 'notes', version: '1.0.0' }, instructions: undefined });

/** What a fixture changes of a careful server. */
export interface Change extends Partial<Omit<DoorFacts, 'probes' | 'eras'>> {
  /** In both eras. */
  readonly probes?: Probes;
  readonly legacy?: Probes;
  readonly modern?: Probes;
  readonly eras?: Partial<DoorFacts['eras']>;
}

/** Facts of a server that speaks both eras, asks for a bearer token and does everything right, with a change. */
export function door({ probes, legacy, modern, eras, ...more }: Change = {}): DoorFacts {
  return {
    url: 'https://mcp.example/mcp',
    isLoopback: false,
    credential: 'bearer',
    eras: { legacy: era('2025-11-25'), modern: era('2026-07-28'), ...eras },
    probes: {
      legacy: { ...strict, ...sessions, ...probes, ...legacy },
      modern: { ...strict, ...probes, ...modern },
    },
    sessionIds: saw(goodIds),
    resourceMetadata: saw({
      url: 'https://mcp.example/.well-known/oauth-protected-resource/mcp',
      document: {
        resource: 'https://mcp.example/mcp',
        authorization_servers: ['https://login.example'],
        scopes_supported: ['notes:read', 'notes:write'],
      },
    }),
    authorizationServers: [
      saw({
        url: 'https://login.example/.well-known/oauth-authorization-server',
        document: {
          issuer: 'https://login.example',
          authorization_endpoint: 'https://login.example/authorize',
          token_endpoint: 'https://login.example/token',
          code_challenge_methods_supported: ['S256'],
        },
      }),
    ],
    burst: saw({ sent: 60, limited: 20, retryAfter: true }),
    ...more,
  };
}

/** Probes of a server that asks nobody for a credential. */
export const open: Probes = Object.fromEntries(credentials.map((name) => [name, served]));

/** What an OAuth server's documents hold. */
export function metadata(url: string, document: Readonly<Record<string, unknown>>): DoorFacts['resourceMetadata'] {
  return saw({ url, document });
}

/** A door whose authorization server says of itself what is given, besides who it is. */
export function withLogin(document: Readonly<Record<string, unknown>>): DoorFacts {
  const issuer = 'https://login.example';
  const login = { issuer, token_endpoint: `${issuer}/token`, ...document };
  return door({ authorizationServers: [metadata(`${issuer}/.well-known/oauth-authorization-server`, login)] });
}
