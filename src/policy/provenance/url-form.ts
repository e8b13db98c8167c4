/** A URL as it is compared: by what a client would do with it, not by its text. */
export interface UrlForm {
  /** Absent where only a host was written, as in `www.example.com/news`. */
  readonly scheme?: string;
  /** In ASCII form, lower case, with the port where it is not the scheme's own. */
  readonly host: string;
  /** Path, query and fragment; `/` where there is none. */
  readonly rest: string;
}

const BARE = /^(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,24}(?::\d{1,5})?(?:[/?#]|$)/i;

/** Reads a text as one URL; undefined for anything else, and for one with a user name or a password in it. */
export function urlFormOf(text: string): UrlForm | undefined {
  if (text.length > 4_096 || /[\s\\]/.test(text)) return undefined;
  const isFull = /^https?:\/\//i.test(text);
  if (!isFull && !BARE.test(text)) return undefined;
  const url = URL.parse(isFull ? text : `https://${text}`);
  if (url === null || url.username !== '' || url.password !== '') return undefined;
  const form = { host: url.host, rest: `${url.pathname}${url.search}${url.hash}` };
  return isFull ? { scheme: url.protocol, ...form } : form;
}

/** True when `value` goes where `meant` says: a scheme that was left out is either, `http` may become `https`. */
export function isSameUrl(meant: UrlForm, value: UrlForm): boolean {
  if (meant.scheme === 'https:' && value.scheme === 'http:') return false;
  const withoutWww = (host: string): string => (host.startsWith('www.') ? host.slice(4) : host);
  const isSameHost =
    meant.scheme === undefined ? withoutWww(meant.host) === withoutWww(value.host) : meant.host === value.host;
  return isSameHost && meant.rest === value.rest;
}

/** The URLs in a text, at most `max` (default 1,000); bare hosts count where `withBare` is true. */
export function urlsIn(text: string, withBare: boolean, max = 1_000): readonly UrlForm[] {
  const found: UrlForm[] = [];
  for (const [chunk] of text.matchAll(/[^\s<>"“”`|\\^{}]{4,4096}/gu)) {
    if (found.length >= max) break;
    // A link in Markdown: `[text](https://…)`. What stands before the scheme is not a part of it.
    const start = chunk.search(/https?:\/\//i);
    if (start < 0 && !(withBare && chunk.includes('.') && !chunk.includes('@'))) continue;
    const form = urlFormOf(trimmed(start < 0 ? chunk : chunk.slice(start)));
    if (form !== undefined) found.push(form);
  }
  return found;
}

function trimmed(chunk: string): string {
  let [start, end] = [0, chunk.length];
  while (start < end && /['‘([]/u.test(chunk.charAt(start))) start += 1;
  while (end > start && /['’.,;:!?)\]]/u.test(chunk.charAt(end - 1))) end -= 1;
  return chunk.slice(start, end);
}
