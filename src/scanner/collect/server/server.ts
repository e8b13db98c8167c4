import type { ApiFacts } from '../../facts/api.ts';
import { blind, type Blind, type Look, saw } from '../../look.ts';
import { type CredentialHeaders, headersOf } from '../../probe/credential.ts';
import { openLine } from '../../probe/line.ts';
import { type Address, resolveTarget } from '../../probe/resolve.ts';
import type { Collect, Credential, Surroundings, Target, TargetSpec } from '../../target.ts';
import { collectApi, collectBurst } from './api.ts';
import { collectDoor, type DoorCredential } from './door/door.ts';
import { secretsOf } from './door/credentials.ts';
import { collectTransport } from './transport.ts';

/** Longest time for one request to the management API, and for all of them together, ms. */
const API_DEADLINE_MS = 5_000;
const API_OVERALL_MS = 20_000;

type ServerSpec = Extract<TargetSpec, { kind: 'server' }>;
type ServerParts = Pick<Target['parts'], 'transport' | 'door' | 'api' | 'tools'>;

/**
 * Looks at a live server: its transport, its MCP endpoint and its management API. Its name is resolved once, and every
 * connection goes to that address. What uses up a rate limit comes last. Never throws.
 */
export const collectServer: Collect<'server'> = async (spec, surroundings) => {
  const url = endpointOf(spec.url);
  if (url === undefined) {
    const why = blind('unreadable', 'The address is no http or https address.', '该地址不是 http 或 https 地址。');
    return [{ id: 'server:', kind: 'server', name: 'server', parts: allBlind(why) }];
  }
  const name = url.origin + url.pathname;
  const step = (what: string): void => surroundings.step(name, what);
  step('resolves its name');
  const address = await resolveTarget(url, { signal: surroundings.signal });
  const parts = 'blind' in address ? allBlind(address) : await lookAt(url, { spec, surroundings, step }, address.saw);
  return [{ id: `server:${name}`, kind: 'server', name, parts }];
};

/** The MCP endpoint that an address means: itself, or `/mcp` at a bare origin. Undefined: it is no address. */
export function endpointOf(text: string): URL | undefined {
  const url = URL.parse(text);
  if (url === null || (url.protocol !== 'https:' && url.protocol !== 'http:')) return undefined;
  if (url.pathname === '/') url.pathname = '/mcp';
  url.hash = '';
  // They would be sent nowhere, and shown in places.
  url.username = '';
  url.password = '';
  return url;
}

function allBlind(why: Blind): ServerParts {
  return { transport: why, door: why, api: why, tools: why };
}

interface Around {
  readonly spec: ServerSpec;
  readonly surroundings: Surroundings;
  readonly step: (what: string) => void;
}

async function lookAt(url: URL, around: Around, address: Address): Promise<ServerParts> {
  const { spec, surroundings, step } = around;
  const { signal } = surroundings;
  step('looks at TLS, certificate and plain HTTP');
  const [transport, spoken] = await Promise.all([
    collectTransport(url, { address, ca: spec.ca, signal }),
    speakTo(url, around, address),
  ]);
  return { transport, ...spoken };
}

async function speakTo(url: URL, around: Around, address: Address): Promise<Omit<ServerParts, 'transport'>> {
  const { spec, surroundings, step } = around;
  const { now, signal } = surroundings;
  const headers = await headersOf(spec.credential, { signal, ca: spec.ca });
  const credential = credentialOf(spec.credential, headers);
  const proof = 'saw' in headers ? headers.saw : {};
  const rules = { address, verifyTls: spec.verifyTls, ca: spec.ca, now };
  const toApi = <T>(ask: (line: ReturnType<typeof openLine>) => Promise<T>): Promise<T> => {
    const overall = AbortSignal.any([signal, AbortSignal.timeout(API_OVERALL_MS)]);
    const secrets = secretsOf(credential !== undefined && 'saw' in credential ? credential.saw : undefined);
    const line = openLine({ ...rules, url, signal: overall, deadlineMs: API_DEADLINE_MS, secrets });
    return ask(line).finally(() => line.close());
  };
  step('reads its management API');
  const api = await toApi((line) => collectApi(line, proof));
  const gentle = spec.gentle === true;
  const { door, tools } = await collectDoor(url, { ...rules, signal, credential, step, gentle });
  if ('blind' in api || gentle) return { door, tools, api };
  step('sends its management API a burst of requests');
  const burst = await toApi((line) => collectBurst(line, proof));
  return { door, tools, api: saw<ApiFacts>({ ...api.saw, burst }) };
}

const KINDS = { bearer: 'bearer', 'client-credentials': 'oauth', headers: 'headers' } as const;

function credentialOf(
  credential: Credential | undefined,
  headers: Look<CredentialHeaders>,
): Look<DoorCredential> | undefined {
  if (credential === undefined) return undefined;
  return 'blind' in headers ? headers : saw({ kind: KINDS[credential.kind], headers: headers.saw });
}
