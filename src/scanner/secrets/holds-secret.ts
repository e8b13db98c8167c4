import { createMask } from '../../detect/mask.ts';
import { expectsSecret } from '../../detect/secret-keys.ts';
import { hasTokenPrefix, isPlaceholder, looksLikeToken } from '../../detect/token-shapes.ts';
import type { ValueFacts } from '../facts/client.ts';

/** What a value holds; see {@link ValueFacts}. */
export type Holds = ValueFacts['holds'];

/** Longest value that is looked at, characters; what is beyond it is no credential. */
const MAX_VALUE = 16_384;
/** Most references in one value. */
const MAX_REFERENCES = 32;
const shapes = createMask({ secrets: [], assignments: false });

/** Whether a value under this name is a credential, refers to one, or stands in for one. Never throws; linear in the value. */
export function holdsOf(name: string, value: string): Holds {
  const text = value.slice(0, MAX_VALUE).trim();
  if (text === '') return 'plain';
  const { rest, found, defaults } = withoutReferences(text);
  if (!found) return judge(name, text);
  // `${X:-s3cr3t}`: the default stands in the file as it is.
  if (defaults.some((each) => judge(name, each) === 'literal')) return 'literal';
  return hasShape(rest) && !isStandIn(name, rest) ? 'literal' : 'reference';
}

function judge(name: string, value: string): Holds {
  const core = value.replace(/^(bearer|basic|token|apikey|key)\s+/i, '').trim();
  const isNamed = expectsSecret(name);
  const isShaped = hasShape(value);
  if (!isNamed && !isShaped && !(isKeyName(name) && isRandom(core))) return 'plain';
  if (!isShaped && isOrdinary(core)) return 'plain';
  return isStandIn(name, core) ? 'placeholder' : 'literal';
}

function hasShape(value: string): boolean {
  return hasTokenPrefix(value) || shapes.text(value) !== value;
}

/** `OPENAI_KEY`, `key`: a key, of which nobody knows whether it is secret. */
function isKeyName(name: string): boolean {
  return /(^|[^a-z])keys?$/i.test(name.replaceAll(/([a-z0-9])([A-Z])/g, '$1 $2'));
}

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

function isRandom(value: string): boolean {
  return !UUID.test(value) && !isPath(value) && looksLikeToken(value);
}

function isPath(value: string): boolean {
  return /^(~|\.{0,2}[\\/]|[A-Za-z]:[\\/])/.test(value) && !/^\/[A-Za-z0-9+/]{40,}={0,2}$/.test(value);
}

/** What stands under a telling name and is none: a switch, a number, a path, an address, an e-mail address. */
function isOrdinary(value: string): boolean {
  if (/^(true|false|yes|no|on|off|none|null|auto|optional|required)$/i.test(value)) return true;
  if (/^-?\d{1,7}(\.\d+)?$/.test(value) || isPath(value)) return true;
  return /^[a-z][a-z0-9+.-]{1,20}:\/\//i.test(value);
}

/** True for what a person is meant to replace: `YOUR_API_KEY`, `<token>`, `sk-...`, `ghp_xxxx`, the name itself. */
function isStandIn(name: string, value: string): boolean {
  if (isPlaceholder(value)) return true;
  const start = value.indexOf('://');
  if (start !== -1) return hasStandInPassword(value, start + 3);
  const plain = value.toLowerCase();
  if (fold(plain) === fold(name.toLowerCase())) return true;
  if (plain.includes('...') || plain.includes('…') || plain.includes('***') || plain.includes('xxxx')) return true;
  if (/^[[{(<].*[\])}>]$/s.test(plain)) return true;
  if (/(^|[^a-z])(your|here|placeholder|example|redacted|changeme|replace|dummy|insert)([^a-z]|$)/.test(plain))
    return true;
  const behind = /^[a-z]{2,10}[-_](.*)$/s.exec(plain)?.[1];
  return behind !== undefined && isPlaceholder(behind);
}

/** `postgres://postgres:postgres@localhost/db`: a password that is the user's name keeps nobody out, and is no secret. */
function hasStandInPassword(value: string, from: number): boolean {
  const authority = value.slice(from).split(/[/?#]/, 1)[0] ?? '';
  const at = authority.lastIndexOf('@');
  if (at === -1) return false;
  const [user = '', ...rest] = authority.slice(0, at).split(':');
  const password = rest.join(':');
  return password === '' || password === user || isStandIn('', password);
}

function fold(text: string): string {
  return text.replaceAll(/[^a-z0-9]/g, '');
}

interface Rest {
  /** What is left when the references are taken out. */
  readonly rest: string;
  readonly found: boolean;
  /** What stands where a variable is not set. */
  readonly defaults: readonly string[];
}

const OPENERS = ['${{', '${', '{env:', '{file:', '{{'] as const;

/**
 * Takes the references of all clients' notations out: `${X}`, `${env:X}`, `${input:x}`, `${X:-default}`, `${{ secrets.X }}`,
 * `{env:X}`, `{file:x}`, and as the whole value `$X`, `%X%`, `op://…`, `keychain:…`.
 */
function withoutReferences(text: string): Rest {
  if (
    /^(\$[A-Za-z_]\w*|\$env:\w+|%[A-Za-z_]\w*%|(op|vault|keychain|secret|aws-sm|gcp-sm|bws|doppler):\/{0,2}\S+)$/.test(
      text,
    )
  ) {
    return { rest: '', found: true, defaults: [] };
  }
  let rest = '';
  let at = 0;
  const defaults: string[] = [];
  for (let count = 0; count < MAX_REFERENCES; count += 1) {
    const next = nextReference(text, at);
    if (next === undefined) break;
    rest += text.slice(at, next.start);
    const [, fallback] = /^[^:-]*:?-(.*)$/s.exec(next.inner) ?? [];
    if (next.isShell && fallback !== undefined && !fallback.startsWith('$')) defaults.push(fallback);
    at = next.end;
  }
  return at === 0 ? { rest: text, found: false, defaults } : { rest: rest + text.slice(at), found: true, defaults };
}

function nextReference(text: string, from: number) {
  let start = -1;
  let opener = '';
  for (const each of OPENERS) {
    const at = text.indexOf(each, from);
    if (at !== -1 && (start === -1 || at < start)) [start, opener] = [at, each];
  }
  if (start === -1) return undefined;
  const close = opener.endsWith('{{') ? '}}' : '}';
  const end = closing(text, start + opener.length, close);
  if (end === -1) return undefined;
  const inner = text.slice(start + opener.length, end);
  return { start, end: end + close.length, inner, isShell: opener === '${' && !/^(env|input):/.test(inner) };
}

/** The end of a reference, those within it counted. */
function closing(text: string, from: number, close: string): number {
  if (close === '}}') return text.indexOf(close, from);
  let depth = 1;
  for (let at = from; at < text.length; at += 1) {
    if (text[at] === '{') depth += 1;
    if (text[at] === '}') depth -= 1;
    if (depth === 0) return at;
  }
  return -1;
}
