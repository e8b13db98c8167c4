import { isAddress, readHostName } from './read-host-name.ts';

/** Longest address and longest local part, in characters (RFC 5321, section 4.5.3.1). */
const MAX_LENGTH = 254;
const MAX_LOCAL = 64;

/**
 * What may stand before the `@`: a dot-atom (RFC 5322), less what old mailers route, pipe or run by: `%`, `!`, `|`, `/`
 * and the backtick; and without a hyphen at the beginning, which makes it an option on a command line.
 */
const LOCAL = /^(?!-)[\w#$&'*+=?^{}~-]+(?:\.[\w#$&'*+=?^{}~-]+)*$/;

/**
 * Reads one e-mail address and nothing around it. The domain comes out in lower case and ASCII form; the part before the
 * `@` stays as it is, since only its own server knows what it means.
 *
 * Refused: display names, comments, quoted parts, lists, routes (`@a:b@c`, `b%c@a`), addresses for domains, more than one
 * `@`, characters beyond ASCII before the `@`.
 * @returns undefined for what is no such address
 */
export function readEmail(text: string): string | undefined {
  const at = text.indexOf('@');
  if (at < 1 || at > MAX_LOCAL || text.length > MAX_LENGTH) return undefined;
  const local = text.slice(0, at);
  const domain = LOCAL.test(local) ? readDomain(text.slice(at + 1)) : undefined;
  return domain === undefined || at + 1 + domain.length > MAX_LENGTH ? undefined : `${local}@${domain}`;
}

/** The domain of an address in the form of {@link readEmail}. */
export function domainOf(address: string): string {
  return address.slice(address.indexOf('@') + 1);
}

/** Reads a domain as it stands behind the `@`, into lower case and ASCII form; addresses are none. */
export function readDomain(text: string): string | undefined {
  const host = readHostName(text);
  return host === undefined || isAddress(host) ? undefined : host;
}
