import { readName, SECRETS } from './field-names.ts';
import type { Field } from './records.ts';
import type { Request } from './request.ts';
import { fold } from './tokens.ts';
import { type UrlForm, urlFormOf, urlsIn } from './url-form.ts';

/** Ends of names that are files rather than hosts, wherever people write about work. */
const FILES =
  /\.(?:txt|md|pdf|docx?|xlsx?|pptx?|csv|tsv|json|ya?ml|xml|html?|png|jpe?g|gif|svg|zip|gz|tar|log|py|ts|js|java|rs|go|sh|sql|ini|cfg|conf|toml|lock)$/i;

/** The links in a text: full URLs, and bare hosts that are no file names. */
export function linksIn(text: string): readonly UrlForm[] {
  return urlsIn(text, true).filter(
    ({ scheme, host, rest }) => scheme !== undefined || rest !== '/' || !FILES.test(host),
  );
}

/** One link as text that two forms of it share. */
export function linkOf({ host, rest }: Pick<UrlForm, 'host' | 'rest'>): string {
  return `${host}${rest}`;
}

/** The link that a whole field is. */
export function linkOfField(text: string): string | undefined {
  const form = urlFormOf(text.trim());
  return form === undefined ? undefined : linkOf(form);
}

/** What kind of secret a field holds, by its name; undefined for all others. */
export function secretKindOf({ key, text, type }: Field): number | undefined {
  if (type === 'boolean' || type === 'null' || text.length > 300) return undefined;
  const { secret } = readName(key);
  return secret === undefined || bareOf(text).length < 4 ? undefined : secret;
}

/** True when the user speaks of secrets of this kind, so that one may be in what is sent. */
export function speaksOfSecret({ tokens }: Request, kind: number): boolean {
  return SECRETS[kind]?.test(tokens.map(({ text }) => text.replaceAll(/[_-]+/g, ' ')).join(' ')) ?? false;
}

/** A value as it is looked for in texts, whatever stands between its parts. */
export function bareOf(text: string): string {
  return fold(text).replaceAll(/[^\p{L}\p{N}]+/gu, '');
}
