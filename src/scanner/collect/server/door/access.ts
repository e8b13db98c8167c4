import type { Era } from '../../../../kernel/mcp-eras.ts';
import type { Exchange } from '../../../facts/door.ts';
import { type Blind, blind, type Look } from '../../../look.ts';
import type { Opening } from '../../../probe/open.ts';
import type { FalseCredentials } from './credentials.ts';
import type { Tried } from './probes.ts';
import { type Headers, isLetIn, knock, type Visit } from './visit.ts';

/** What the access of an endpoint is tried with. */
export interface AccessTrial {
  readonly visit: Visit;
  /** The eras that are tried; what does not depend on the era is tried in the first. */
  readonly eras: readonly Era[];
  readonly fakes: FalseCredentials;
  readonly into: Readonly<Record<Era, Tried>>;
  /** Openings that were sent without a credential already. */
  readonly openings: { readonly [Name in Era]?: Opening };
}

/**
 * Tries to get in without a credential, and where that is refused, with false ones. Failed attempts are few, 10 at most:
 * servers count them, and ours lets a stranger make 10 at once.
 */
export async function tryAccess(trial: AccessTrial): Promise<void> {
  const { visit, eras, into, fakes, openings } = trial;
  const [first] = eras;
  for (const era of eras) {
    const opening = openings[era];
    const look = await knock(visit, era, {}, opening === undefined ? {} : { opening });
    into[era]['no-credential'] = look;
    // At an open door every credential is a right one.
    into[era]['wrong-credential'] = isLetIn(look) ? notNeeded() : await knock(visit, era, fakes.wrong);
  }
  if (first !== undefined) await tryForgeries(trial, first);
}

async function tryForgeries({ visit, into, fakes }: AccessTrial, era: Era): Promise<void> {
  const isOpen = isLetIn(into[era]['no-credential'] ?? notNeeded());
  const attempt = async (headers: Headers, url?: URL): Promise<Look<Exchange>> =>
    isOpen ? notNeeded() : await knock(visit, era, headers, url === undefined ? {} : { url });
  const tokens = fakes.tokens;
  const bearer = async (token: string | undefined): Promise<Look<Exchange>> =>
    token === undefined ? noToken() : await attempt({ authorization: `Bearer ${token}` });
  const tried = into[era];
  tried['empty-credential'] = await attempt(fakes.empty);
  tried['unsigned-token'] = await bearer(tokens?.unsigned);
  tried['expired-token'] = await bearer(tokens?.expired);
  tried['foreign-token'] = await bearer(tokens?.foreign);
  tried['credential-in-query'] = await attempt({}, withToken(visit.line.url, fakes.random));
}

/** AUTHZ-39: access tokens must not be in the query. This one is random, so it betrays nothing. */
function withToken(url: URL, token: string): URL {
  const changed = new URL(url);
  changed.searchParams.set('access_token', token);
  return changed;
}

/** Why credentials are not tried at an endpoint that asks for none. */
export function notNeeded(): Blind {
  return blind(
    'not-offered',
    'The endpoint answers without any credential, so no credential is a wrong one.',
    '该端点无需任何凭据即可应答,因此不存在错误的凭据。',
  );
}

function noToken(): Blind {
  return blind('not-offered', 'The credential is no bearer token.', '所用凭据不是 bearer 令牌。');
}
