import type { Caller } from '../identity/caller.ts';
import { MerlonError } from '../kernel/errors.ts';
import type { RateLimit } from '../policy/rate-limit.ts';
import type { Gate } from './gate.ts';
import type { Refused } from './record.ts';

/**
 * Who is asking, and may they ask this often? Failed sign-ins count against the address they come from.
 * @param signIn says who it is, or throws
 * @throws MerlonError AUTH_REQUIRED, AUTH_INVALID, RATE_LIMITED
 */
export async function whoAsks(
  gate: Gate,
  signIn: () => Caller | Promise<Caller>,
  remote: string,
  limiter: RateLimit | undefined,
): Promise<Caller> {
  let caller: Caller;
  try {
    const found = signIn();
    caller = found instanceof Promise ? await found : found;
  } catch (error) {
    throw strangerRefused(gate, remote, error);
  }
  throttle(limiter, caller.principal, gate.clock.now());
  return caller;
}

/** Why a stranger is turned away: the sign-in failed, or too many of them did from there. */
function strangerRefused(gate: Gate, remote: string, error: unknown): MerlonError {
  try {
    throttle(gate.current.limiter, `address ${remote}`, gate.clock.now());
    return gate.known(error);
  } catch (limited) {
    return gate.known(limited);
  }
}

/** @throws MerlonError RATE_LIMITED with the time to wait in `data.retryAfterMs` */
export function throttle(limiter: RateLimit | undefined, key: string, now: number): void {
  const answer = limiter?.take(key, now);
  if (answer === undefined || answer.allowed) return;
  const { retryAfterMs } = answer;
  throw new MerlonError('RATE_LIMITED', 'Too many requests.', { data: { retryAfterMs } });
}

/**
 * Refuses a caller who may use nothing of an upstream. Whether it does not exist or is not for them is not said.
 * @param scope the upstream asked for; undefined for all of them
 * @throws MerlonError NOT_FOUND, FORBIDDEN
 */
export function checkReach(gate: Gate, caller: Caller, scope: string | undefined): void {
  if (scope === undefined || gate.reachable(caller).has(scope)) return;
  if (gate.roleOf(caller) === undefined) throw new MerlonError('FORBIDDEN', 'Your credential carries no role.');
  throw new MerlonError('NOT_FOUND', 'There is no such upstream.');
}

/** Writes a refusal down; one that cannot be written is answered as the closed gate that it is. */
export async function recorded(gate: Gate, who: Refused, error: MerlonError): Promise<MerlonError> {
  // Nobody refused anything: the client left.
  if (error.code === 'CANCELLED') return error;
  try {
    await gate.recorder.refused(who, error);
    return error;
  } catch (failed) {
    return gate.known(failed);
  }
}
