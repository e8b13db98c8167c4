import { userInfo } from 'node:os';
import type { Config } from '../config/load.ts';
import type { Caller } from '../identity/caller.ts';
import { MerlonError } from '../kernel/errors.ts';

/** The variable with the credential of a client over stdio, which sends no header (AUTHZ-02). */
export const CREDENTIAL_VARIABLE = 'MERLON_API_KEY';

/** Who this process runs for, where no credential says who asks. */
export function localCaller(role: string, user: string = userName()): Caller {
  return { principal: `local:${user}`, role, method: 'local', credential: 'none', expiresAt: undefined };
}

/**
 * The role of a local user: the one asked for; else what the configuration gives to callers without a credential; else
 * `user`. Of other roles none is known to be harmless, so one has to be named.
 * @throws MerlonError USAGE, which lists the roles
 */
export function localRole({ auth, permissions }: Config, asked: string | undefined): string {
  const names = permissions.roles.map(({ name }) => name);
  const role = asked ?? (auth.required ? undefined : auth.anonymous_role) ?? 'user';
  if (names.includes(role)) return role;
  const list = names.length === 0 ? 'there is none' : `there is ${names.join(', ')}`;
  throw asked === undefined
    ? new MerlonError('USAGE', `A role is needed; ${list}.`, {
        todo: `Name one with --role, or put a key into ${CREDENTIAL_VARIABLE}.`,
      })
    : new MerlonError('USAGE', `There is no role ${JSON.stringify(asked)}; ${list}.`);
}

function userName(): string {
  try {
    return userInfo().username;
  } catch {
    // No entry in the user database, as in some containers. The environment could name anybody.
    return `uid-${process.getuid?.() ?? 'unknown'}`;
  }
}
