import { hintPattern, secretShapes } from '../../../detect/secret-shapes.ts';
import { expectsSecret } from '../../../detect/secret-keys.ts';
import { isPlaceholder, looksLikeToken } from '../../../detect/token-shapes.ts';
import type { SecretFacts } from '../../facts/repository.ts';
import { isSample } from './is-sample.ts';

/** Most findings of one file. */
const MAX_FOUND = 20;

/**
 * Kinds that are hardly ever anything else. A JWT, a `Bearer …`, a password in an address or an assignment in source code
 * is too often an example or the name of a variable.
 */
const sure = new Set([
  'merlon-key',
  'private-key',
  'aws-key',
  'github-token',
  'gitlab-token',
  'slack-token',
  'stripe-key',
  'anthropic-key',
  'openai-key',
  'npm-token',
  'google-key',
]);
const shapes = secretShapes.filter(({ kind }) => sure.has(kind));
const hint = hintPattern(shapes);

/** The secrets in a file: what kind and on which line, never the secret. Text and path are attacker-controlled. */
export function secretsIn(text: string, file: string): SecretFacts[] {
  const found = [...shapesIn(text), ...(isEnvironmentFile(file) ? assignmentsIn(text) : [])];
  if (found.length === 0) return [];
  const sample = isSample(file);
  const line = lineCounter(text);
  return found
    .toSorted((a, b) => a.at - b.at)
    .slice(0, MAX_FOUND)
    .map(({ kind, at }) => ({ file, kind, line: line(at), isSample: sample }));
}

interface Found {
  readonly kind: string;
  readonly at: number;
}

function* shapesIn(text: string): Generator<Found> {
  if (!hint.test(text)) return;
  for (const { kind, pattern } of shapes) {
    let count = 0;
    for (const match of text.matchAll(pattern)) {
      if (++count > MAX_FOUND * 10) break;
      if (isAlone(kind, text, match) && isReal(kind, match[0])) yield { kind, at: match.index };
    }
  }
}

/** Not a stretch of something longer, such as an embedded file in base64. */
function isAlone(kind: string, text: string, match: RegExpExecArray): boolean {
  if (kind === 'private-key') return true;
  const before = text[match.index - 1] ?? '';
  const after = text[match.index + match[0].length] ?? '';
  if (/[A-Za-z0-9+/_-]/.test(before) || /[A-Za-z0-9+/]/.test(after)) return false;
  return kind !== 'aws-key' || /^A[KS]IA[A-Z0-9]{16}$/.test(match[0]);
}

function isReal(kind: string, match: string): boolean {
  if (kind === 'private-key') return isKeyBlock(match);
  if (match.includes('_test_')) return false;
  return !isMadeUp(match);
}

/** Base64 between the lines: not code that puts a key together, nor an elision. */
function isKeyBlock(block: string): boolean {
  const body = block
    .replace(/^-----BEGIN [A-Z0-9 ]{0,40}-----/, '')
    .replace(/-----END [A-Z0-9 ]{0,40}-----$/, '')
    .replaceAll(/\\[nr]|\s/g, '');
  return body.length >= 64 && /^[A-Za-z0-9+/=]+$/.test(body) && new Set(body).size > 20;
}

const words =
  /exampl|your|nonsense|wrong|invalid|bogus|not-a-|placeholder|redacted|dummy|fake|sample|changeme|insert|xxxx|0000|1234567|abcdef|deadbeef/i;

/** True for what a person typed to look like a secret. */
function isMadeUp(whole: string): boolean {
  // The search below is quadratic in the length.
  const token = whole.slice(0, 200);
  const value = token.slice(token.search(/[_-][A-Za-z0-9_-]{16,}$/) + 1);
  return words.test(token) || new Set(value).size < 10;
}

/** `.env`, `.env.production`; not `.env.example`, which is a sample. */
function isEnvironmentFile(file: string): boolean {
  const name = file.split('/').at(-1) ?? '';
  return /^\.env(\.|$)|\.env$/.test(name) && !isSample(file);
}

function* assignmentsIn(text: string): Generator<Found> {
  let at = 0;
  for (const line of text.split('\n').slice(0, 10_000)) {
    const match = /^\s{0,8}(?:export\s{1,4})?([A-Za-z_][A-Za-z0-9_]{0,80})=["']?([^\s"']{8,400})/.exec(line);
    const [, key = '', value = ''] = match ?? [];
    const isValue = !value.startsWith('$') && !value.startsWith('<');
    if (isValue && expectsSecret(key) && looksLikeToken(value) && !isPlaceholder(value) && !isMadeUp(value)) {
      yield { kind: 'environment', at };
    }
    at += line.length + 1;
  }
}

/** Lines of growing offsets; counting from where the last one was keeps it linear. */
function lineCounter(text: string): (at: number) => number {
  let [line, from] = [1, 0];
  return (at) => {
    for (let next = text.indexOf('\n', from); next !== -1 && next < at; next = text.indexOf('\n', from)) {
      line += 1;
      from = next + 1;
    }
    return line;
  };
}
