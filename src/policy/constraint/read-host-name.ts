import { domainToUnicode } from 'node:url';

const LABEL = '[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?';
/** A name whose last label begins with a letter, so that nobody takes it for an address. */
const NAME = new RegExp(`^(?:${LABEL}\\.){0,126}[a-z](?:[a-z0-9_-]{0,61}[a-z0-9_])?$`);
const OCTET = '(?:25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9])';
const ADDRESS = new RegExp(`^(?:${OCTET}\\.){3}${OCTET}$`);
/** Longest name that DNS can ask for, in characters of its ASCII form. */
const MAX_LENGTH = 253;

// Octal to some readers, decimal to others: 0177.0.0.1.
const LEADING_ZERO = /(?:^|\.)0[0-9]/;
const NUMERIC_END = /(?:^|\.)(?:[0-9]+|0x[0-9a-f]*)$/i;
const ADDRESS_6 = /^[0-9a-f:.]{2,45}$/i;
// IDNA 2003 and 2008 make different names of these: ß, final sigma, and what joins or parts letters.
const DEVIATING = /[\u00df\u1e9e\u03c2\u200c\u200d]/;
// oxlint-disable-next-line no-control-regex -- ASCII means all of it
const ASCII = /^[\u0000-\u007f]*$/;

/**
 * Reads a host as it stands in a URL: a DNS name, in lower case and ASCII form (`xn--…`); an IPv4 address, in dotted
 * form also where it was written as a number (`0x7f.1`, `2130706433`); an IPv6 address in brackets.
 *
 * Refused: a dot at the end, user names, ports, percent encoding, octal numbers, zones, labels longer than 63 characters
 * or with a hyphen at an end, names that some resolvers would map to another one (`faß.example`, full-width letters).
 * @returns undefined for what is no such host
 */
export function readHostName(text: string): string | undefined {
  if (text.length > MAX_LENGTH || text === '') return undefined;
  if ((NAME.test(text) && !text.includes('xn--')) || ADDRESS.test(text)) return text;
  if (text.startsWith('[')) return text.endsWith(']') ? readAddress6(text.slice(1, -1)) : undefined;
  return ASCII.test(text) ? readAsciiName(text) : readInternationalName(text);
}

/** True for a host in the form of {@link readHostName} that is no name. */
export function isAddress(host: string): boolean {
  return host.startsWith('[') || ADDRESS.test(host);
}

/** Reads an IPv6 address without brackets; with them is how it comes out. */
export function readAddress6(text: string): string | undefined {
  return ADDRESS_6.test(text) ? URL.parse(`http://[${text}]/`)?.hostname : undefined;
}

function readAsciiName(text: string): string | undefined {
  if (!/^[a-z0-9._-]+$/i.test(text)) return undefined;
  if (NUMERIC_END.test(text) && LEADING_ZERO.test(text)) return undefined;
  return checked(URL.parse(`http://${text}/`)?.hostname);
}

/** A name that is not ASCII, if turning it into ASCII and back is all that happens to it. */
function readInternationalName(text: string): string | undefined {
  if (DEVIATING.test(text) || /[\s\p{C}/\\?#@:%[\]]/u.test(text)) return undefined;
  const host = checked(URL.parse(`http://${text}/`)?.hostname);
  return host !== undefined && domainToUnicode(host) === text.normalize('NFC').toLowerCase() ? host : undefined;
}

function checked(host: string | undefined): string | undefined {
  if (host === undefined || host.length > MAX_LENGTH) return undefined;
  return NAME.test(host) || ADDRESS.test(host) ? host : undefined;
}
