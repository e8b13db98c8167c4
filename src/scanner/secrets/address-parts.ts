import { hasTokenPrefix } from '../../detect/token-shapes.ts';
import { type Holds, holdsOf } from './holds-secret.ts';

/** An address taken apart: how it may be shown, and what its parts hold. */
export interface AddressParts {
  /** Without user, values of the query, fragment, and parts of the path that look like a credential. */
  readonly shown: string;
  /** `user`, `path`, or the name of a query parameter. */
  readonly parts: readonly { readonly name: string; readonly holds: Holds }[];
}

/** Stands for what is not shown. */
export const HIDDEN = '[hidden]';
/** Most query parameters that are looked at. */
const MAX_PARAMETERS = 100;
const LONGEST = 8_192;

/** Takes an address apart by its text alone: it may hold references that no parser of addresses knows. */
export function addressParts(address: string): AddressParts {
  const text = address.slice(0, LONGEST);
  const scheme = text.indexOf('://');
  const start = scheme === -1 ? 0 : scheme + 3;
  const [beforeFragment = ''] = text.slice(start).split('#', 1);
  const question = beforeFragment.indexOf('?');
  const main = question === -1 ? beforeFragment : beforeFragment.slice(0, question);
  const slash = main.search(/[\\/]/);
  const authority = slash === -1 ? main : main.slice(0, slash);
  const path = slash === -1 ? '' : main.slice(slash);
  const at = authority.lastIndexOf('@');
  const parts: { name: string; holds: Holds }[] = [];
  if (at !== -1) parts.push({ name: 'user', holds: userHolds(authority.slice(0, at)) });
  const segments = path.split('/').map((segment) => (isToken(segment) ? HIDDEN : segment));
  if (segments.includes(HIDDEN)) parts.push({ name: 'path', holds: 'literal' });
  const names = question === -1 ? [] : parameters(beforeFragment.slice(question + 1), parts);
  const query = names.length === 0 ? '' : `?${names.join('&')}`;
  return { shown: text.slice(0, start) + authority.slice(at + 1) + segments.join('/') + query, parts };
}

function userHolds(user: string): Holds {
  const colon = user.indexOf(':');
  // A password alone, or a token in the user's place.
  const holds = holdsOf('password', colon === -1 ? user : user.slice(colon + 1));
  return colon === -1 && holds !== 'reference' && !isToken(user) ? 'plain' : holds;
}

function parameters(query: string, parts: { name: string; holds: Holds }[]): string[] {
  const pairs = query.split('&').slice(0, MAX_PARAMETERS);
  return pairs.map((pair) => {
    const equals = pair.indexOf('=');
    if (equals === -1) return isToken(pair) ? HIDDEN : pair;
    const name = pair.slice(0, equals);
    parts.push({ name, holds: holdsOf(name, decoded(pair.slice(equals + 1))) });
    return name;
  });
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** A part of a path that nobody could guess: an address with it opens by itself. Hexadecimal ids and UUIDs are names. */
function isToken(segment: string): boolean {
  if (hasTokenPrefix(segment)) return true;
  const isLong = /^[A-Za-z0-9_-]{32,}={0,2}$/.test(segment);
  const digits = (segment.match(/\d/g) ?? []).length;
  return isLong && digits >= 3 && /[a-z]/.test(segment) && /[A-Z]/.test(segment);
}
