import { createMask } from '../../../detect/mask.ts';
import { expectsSecret } from '../../../detect/secret-keys.ts';
import { hasTokenPrefix, isPlaceholder, looksLikeToken } from '../../../detect/token-shapes.ts';
import type { HeldSecret } from '../../facts/config.ts';

/** Longest value that is looked at, characters; what is longer is cut off and is no setting. */
const MAX_VALUE = 4_096;

// `token_endpoint` and `client_secret_method` name no secret though a part of them does.
const labels =
  /(^|_)(endpoint|method|methods|algorithm|algorithms|alg|ttl|lifetime|expiry|expiration|header|format|prefix|claim|issuer|audience|location|source|provider|store|backend|version|rotation|length|size|bytes|bits|policy|mode|required|ms|minutes|hours|days)$/;

const shapes = createMask({ secrets: [], assignments: false });

function hasSecretShape(value: string): boolean {
  const written = withoutReferences(value);
  return hasTokenPrefix(written) || shapes.text(written) !== written;
}

function withoutReferences(value: string): string {
  return value.replaceAll(/\$\{[^}]*\}/g, '');
}

/** True for a key whose value is expected to be a secret. */
function isSecretSetting(key: string): boolean {
  const words = key.slice(0, 128).replaceAll(/([a-z0-9])([A-Z])/g, '$1_$2');
  return expectsSecret(words) && !labels.test(words.toLowerCase().replaceAll(/[^a-z0-9]+/g, '_'));
}

/** What a value of a list or map is called: by its key, or, in `args`, by the option before it. */
export interface Named {
  readonly key: string;
  /** The item before it in a list. */
  readonly before?: unknown;
}

/**
 * What may be kept of a value in facts: the value, or a mark in place of a secret.
 * Attacker-controlled text; every pattern here is linear in it.
 */
export function markSecret(value: string | number | boolean | null, named: Named): unknown {
  if (typeof value === 'number') return isSecretNumber(value, named.key) ? literal(String(value)) : value;
  if (typeof value !== 'string' || value === '') return value;
  if (value.length > MAX_VALUE) {
    const start = value.slice(0, MAX_VALUE);
    return isSecretSetting(named.key) || hasSecretShape(start) ? literal(value) : start;
  }
  const address = withoutReferences(value);
  if (hasSecretInUrl(address)) return { ...literal(value), url: new URL(address).origin };
  if (hasSecretShape(value)) return literal(value);
  const assigned = /^-{0,2}([\w-]{1,128})\s?[=:]\s?(.+)$/s.exec(value);
  const isAssigned = assigned !== null && isArgument(named) && isSecretSetting(assigned[1] ?? '');
  if (!isAssigned && !isSecretSetting(named.key) && !followsSecretOption(named)) return value;
  return mark((isAssigned ? (assigned[2] ?? '') : value).replace(/^(?:bearer|basic|token) /i, '').trim(), value);
}

function mark(text: string, whole: string): unknown {
  const reference = referenceIn(text);
  if (reference !== undefined) return reference;
  if (isElsewhere(text)) return whole;
  return isPlaceholder(text) ? { secret: 'placeholder', bits: bitsOf(text) } : literal(text);
}

/** A whole text that stands for a value kept somewhere else; a part of one would leave the rest in the file. */
function referenceIn(text: string): HeldSecret | undefined {
  const file = /^\$\{file:([^}]*)\}$/.exec(text)?.[1];
  if (file !== undefined) return { secret: 'reference', file: file.trim() };
  const isReference =
    /^(\$\{[^}]*\}|\$[A-Za-z_]\w*|%[A-Za-z_]\w*%|\{\{[^}]*\}\}|ENC\[[^\]]*\])$/.test(text) ||
    /^(env|vault|op|keyring|keychain|sops|aws-sm|gcp-sm|arn|ref\+[a-z]+):\S+$/.test(text);
  return isReference ? { secret: 'reference' } : undefined;
}

// An address without a password, and the path of a file, are where a secret is and not the secret.
function isElsewhere(text: string): boolean {
  if (/^https?:\/\//i.test(text)) return true;
  return /^(~|\.{1,2})?(\/[\w.-]+){2,}$/.test(text) && !looksLikeToken(text);
}

function hasSecretInUrl(text: string): boolean {
  if (!/^[a-z][a-z0-9+.-]{0,32}:\/\//i.test(text) || !URL.canParse(text)) return false;
  const { password, searchParams } = new URL(text);
  if (password !== '') return true;
  return [...searchParams].some(
    ([name, value]) =>
      value !== '' && referenceIn(value) === undefined && isSecretSetting(name.replace(/^key$/, 'api_key')),
  );
}

function isArgument({ key }: Named): boolean {
  return key === 'args' || key === 'command';
}

// `args: [--api-key, VALUE]`
function followsSecretOption(named: Named): boolean {
  const { before } = named;
  if (!isArgument(named) || typeof before !== 'string') return false;
  return /^--?[A-Za-z][\w-]{0,127}$/.test(before) && isSecretSetting(before);
}

// `password: 12345678` is one; `token_bytes: 32` is none.
function isSecretNumber(value: number, key: string): boolean {
  return Math.abs(value) > 9_999 && isSecretSetting(key);
}

function literal(text: string): HeldSecret {
  return { secret: 'literal', bits: bitsOf(text) };
}

function bitsOf(text: string): number {
  return Buffer.byteLength(text) * 8;
}
