import type { Clock } from '../kernel/clock.ts';
import { MerlonError } from '../kernel/errors.ts';
import { isObject } from '../kernel/jsonrpc.ts';
import type { ApiKeys } from './api-key.ts';
import { KEY_PREFIX } from './api-key-text.ts';
import { type Caller, isRefusal, type Refusal, type Verdict } from './caller.ts';
import { isWithin } from './protected-resource.ts';
import { TASK_PREFIX } from './task-credential.ts';
import type { TokenProvider } from './token.ts';

/** Something that knows credentials of one sort. */
export type Provider =
  | { readonly type: 'api_key'; readonly keys: Pick<ApiKeys, 'verify'> }
  | { readonly type: 'task'; readonly tasks: TaskCredentials }
  | TokenProvider;

/** What knows the credentials of tasks. */
export interface TaskCredentials {
  /** The caller of a task credential, or why it does not count. */
  verify(text: string, now: number): Verdict;
}

/** A credential that was not accepted, for the operator's log. Nothing in it is secret. */
export interface AuthEvent {
  readonly type: 'refused';
  /** A short constant such as `revoked_key`, `expired`, `signature`, `malformed_header`. */
  readonly reason: string;
  /** A key's id or the start of a token's hash, undefined when there was no usable credential. */
  readonly credential: string | undefined;
  readonly remoteAddress: string;
  /** Milliseconds since the epoch. */
  readonly at: number;
}

/** Whom to let in. */
export interface AuthenticatorOptions {
  /** Whether a caller without a credential is refused. A caller with a bad one always is. */
  readonly required: boolean;
  /** The role of callers without a credential, where they are let in. Default: none. */
  readonly anonymousRole?: string;
  readonly providers: readonly Provider[];
  readonly clock: Clock;
  /** Told of every refused credential. Must not throw. */
  readonly onEvent?: (event: AuthEvent) => void;
}

/**
 * Says who is asking.
 *
 * Only the Authorization header counts: never the address, never another header. Pass all of its values
 * (`headersDistinct.authorization`), since `headers.authorization` shows only the first of several. Answers at once for
 * API keys and for tokens verified within the last minute. `path` is the part of the gateway that is asked, such as
 * `/mcp/NAME`: a token for another part does not count. Without it only credentials for the whole gateway do.
 * @throws MerlonError AUTH_REQUIRED without a credential, AUTH_INVALID (always the same, whatever was wrong) with one
 *   that does not count; thrown, or the reason of the promise's rejection
 */
export type Authenticate = (
  authorization: string | readonly string[] | undefined,
  remoteAddress: string,
  path?: string,
) => Caller | Promise<Caller>;

// Room for large tokens, too little for a flood: hashing and splitting cost time before anything is proven.
const MAX_HEADER = 16_384;
// RFC 6750, section 2.1 (b64token); the scheme is case-insensitive by RFC 9110, section 11.1.
const BEARER = /^bearer +([A-Za-z0-9._~+/-]+=*)$/i;

/** Makes the function that turns an Authorization header into a {@link Caller}. */
export function createAuthenticator(options: AuthenticatorOptions): Authenticate {
  const { required, anonymousRole, clock, onEvent } = options;
  const keyRings = options.providers.flatMap((provider) => (provider.type === 'api_key' ? [provider.keys] : []));
  const tasks = options.providers.flatMap((provider) => (provider.type === 'task' ? [provider.tasks] : []));
  const issuers = options.providers.filter((provider) => provider.type !== 'api_key' && provider.type !== 'task');

  function admit(verdict: Verdict, remoteAddress: string, path: string): Caller {
    if (!isRefusal(verdict) && isFor(verdict, path)) return verdict;
    const { refused: reason, credential } = isRefusal(verdict) ? verdict : { ...verdict, refused: 'claim_aud' };
    onEvent?.({ type: 'refused', reason, credential, remoteAddress, at: clock.now() });
    throw new MerlonError('AUTH_INVALID', 'The credential was not accepted.');
  }

  return function authenticate(authorization, remoteAddress, path = '') {
    const header = typeof authorization === 'string' ? authorization : onlyOne(authorization);
    if (header === undefined) {
      if (required) throw new MerlonError('AUTH_REQUIRED', 'This gateway asks who is calling.');
      return anonymous(anonymousRole, remoteAddress);
    }
    const token = tokenIn(header);
    if (token === undefined) return admit({ refused: 'malformed_header' }, remoteAddress, path);
    const now = clock.now();
    // By its beginning alone a credential is known for what it is, and shown to nobody else.
    if (token.startsWith(TASK_PREFIX)) return admit(firstAccepted(tasks, token, now), remoteAddress, path);
    if (token.startsWith(KEY_PREFIX)) return admit(firstAccepted(keyRings, token, now), remoteAddress, path);
    const verdict = verifyToken(issuers, token, now);
    if (verdict instanceof Promise) return verdict.then((late) => admit(late, remoteAddress, path));
    return admit(verdict, remoteAddress, path);
  };
}

/** Several headers: which one counts would be a guess, so they count as one that is malformed. */
function onlyOne(values: readonly string[] | undefined): string | undefined {
  return values === undefined || values.length === 0 ? undefined : values.length === 1 ? values[0] : '';
}

/** Whether a credential is for the part of the gateway that is asked. */
function isFor({ parts }: Caller, path: string): boolean {
  return parts === undefined || parts.some((part) => isWithin(path, part));
}

function tokenIn(header: string): string | undefined {
  return header.length > MAX_HEADER ? undefined : BEARER.exec(header)?.[1];
}

function anonymous(role: string | undefined, remoteAddress: string): Caller {
  const principal = `anonymous@${remoteAddress}`;
  return { principal, role, method: 'anonymous', credential: 'none', expiresAt: undefined };
}

function firstAccepted(rings: readonly TaskCredentials[], text: string, now: number): Verdict {
  let refusal: Refusal = { refused: 'no_provider' };
  for (const ring of rings) {
    const verdict = ring.verify(text, now);
    if (!isRefusal(verdict)) return verdict;
    refusal = verdict;
  }
  return refusal;
}

function verifyToken(issuers: readonly TokenProvider[], token: string, now: number): Verdict | Promise<Verdict> {
  if (token.split('.', 4).length !== 3) return { refused: 'unknown_kind' };
  const [first, ...others] = candidates(issuers, token);
  if (first === undefined) return { refused: 'no_provider' };
  return others.length === 0 ? first.verify(token, now) : verifyByAny([first, ...others], token, now);
}

async function verifyByAny(providers: readonly TokenProvider[], token: string, now: number): Promise<Verdict> {
  let verdict: Verdict = { refused: 'no_provider' };
  for (const provider of providers) {
    verdict = await provider.verify(token, now);
    if (!isRefusal(verdict)) break;
  }
  return verdict;
}

/** Whom to ask about a token: those of its (unverified) issuer, else those that accept any. Each verifies it in full. */
function candidates(issuers: readonly TokenProvider[], token: string): readonly TokenProvider[] {
  if (issuers.length < 2) return issuers;
  const claimed = claimedIssuer(token);
  const named = issuers.filter(({ issuer }) => issuer !== undefined && issuer === claimed);
  return named.length > 0 ? named : issuers.filter(({ issuer }) => issuer === undefined);
}

function claimedIssuer(token: string): string | undefined {
  try {
    const claims: unknown = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString('utf8'));
    return isObject(claims) && typeof claims['iss'] === 'string' ? claims['iss'] : undefined;
  } catch {
    return undefined;
  }
}
