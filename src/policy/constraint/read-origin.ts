import { readHostName } from './read-host-name.ts';

/** Longest URL that is read, in UTF-16 units. */
const MAX_LENGTH = 8192;

const START = /^(https?|wss?):\/\/([^/?#]*)/i;
// The WHATWG parser drops or turns these round, others do not; `\` is a slash to some.
// oxlint-disable-next-line no-control-regex -- control characters are what it looks for
const FORBIDDEN = /[\u0000-\u0020\u007f\\]/;
const AUTHORITY = /^(\[[^\]]*\]|[^:[\]]*)(?::([0-9]{0,5}))?$/;
const MAX_PORT = 65_535;

const defaultPorts: ReadonlyMap<string, string> = new Map([
  ['http', '80'],
  ['https', '443'],
  ['ws', '80'],
  ['wss', '443'],
]);

/** The parts of a URL that say where it leads. */
export interface UrlParts {
  readonly scheme: string;
  /** In the form of `readHostName`. */
  readonly host: string;
  /** Empty where it is the default port of the scheme. */
  readonly port: string;
  /** True where nothing but a slash follows. */
  readonly isBare: boolean;
}

/**
 * The origin of an absolute URL with `http`, `https`, `ws` or `wss`: `https://api.example.com`, `http://127.0.0.1:8080`.
 * Host in lower case and ASCII form, default port left out.
 *
 * Refused, since two programs could send the request to different places: a user name or password, even an empty one;
 * backslashes, white space and control characters anywhere; other than two slashes after the scheme; hosts that
 * `readHostName` refuses; and `@` behind a `?` or `#` that follows the host at once (`https://good.example?@evil.example`).
 *
 * Where a server redirects to, and what a name resolves to, cannot be seen from here.
 * @returns undefined for what is no such URL
 */
export function readOrigin(text: string): string | undefined {
  const parts = readUrl(text);
  return parts === undefined ? undefined : originOf(parts);
}

/** An origin written as such: a URL with nothing behind its host and port, or a slash alone. */
export function readBareOrigin(text: string): string | undefined {
  const parts = readUrl(text);
  return parts === undefined || !parts.isBare ? undefined : originOf(parts);
}

/** What {@link readOrigin} is made of. */
export function readUrl(text: string): UrlParts | undefined {
  if (text.length > MAX_LENGTH || FORBIDDEN.test(text)) return undefined;
  const start = START.exec(text);
  const found = AUTHORITY.exec(start?.[2] ?? '@');
  if (start === null || found === null) return undefined;
  const scheme = (start[1] ?? '').toLowerCase();
  const host = readHostName(found[1] ?? '');
  const port = readPort(found[2], scheme);
  const rest = text.slice(start[0].length);
  if (host === undefined || port === undefined || (rest[0] !== '/' && rest.includes('@'))) return undefined;
  return { scheme, host, port, isBare: rest === '' || rest === '/' };
}

function originOf({ scheme, host, port }: UrlParts): string {
  return port === '' ? `${scheme}://${host}` : `${scheme}://${host}:${port}`;
}

function readPort(text: string | undefined, scheme: string): string | undefined {
  if (text === undefined || text === '') return '';
  const port = Number(text);
  if (port > MAX_PORT) return undefined;
  return String(port) === defaultPorts.get(scheme) ? '' : String(port);
}
