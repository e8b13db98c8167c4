import { isSymmetric, type JwtAlgorithm, jwtAlgorithms, shortestSecret } from '../identity/key-algorithms.ts';
import { showPath } from './name.ts';
import type { ConfigWarning } from './problems.ts';
import { isPublicPem, withoutReferences } from './references.ts';
import { expectsSecret } from '../detect/secret-keys.ts';
import { hasTokenPrefix, isPlaceholder } from '../detect/token-shapes.ts';
import { findScalar, type Path, type ScalarTree, scalars, type Tree } from './tree.ts';

/** The secrets that a configuration brings in, and what is doubtful about them. */
export interface Secrets {
  /** Every value that a reference stood for and every literal secret, without duplicates, to be kept out of all logs. */
  readonly values: readonly string[];
  readonly warnings: readonly ConfigWarning[];
}

/** Finds the secrets in a tree whose references have been followed and fitted. */
export function findSecrets(tree: Tree): Secrets {
  const values = new Set<string>();
  const warnings: ConfigWarning[] = [];
  for (const { path, scalar } of scalars(tree)) {
    if (scalar.missing === true) continue;
    // A number or a switch that came from a reference is no secret.
    if (typeof scalar.value === 'string') for (const value of scalar.referring?.values ?? []) values.add(value);
    const literals = literalSecrets(path, scalar, tree);
    for (const literal of literals) values.add(literal);
    if (literals.length > 0) warnings.push(literalWarning(path, scalar));
    const weakness = weaknessOf(path, scalar, tree);
    if (weakness !== undefined) warnings.push(weakness);
  }
  return { values: [...values].filter((value) => value !== '' && !isPublicPem(value)), warnings };
}

/** The secrets among the variables that programs get from the gateway's own environment: they stand in no file. */
export function passedSecrets(names: readonly string[], env: Readonly<Record<string, string | undefined>>): string[] {
  return [...new Set(names)].flatMap((name) => {
    const value = Object.hasOwn(env, name) ? (env[name] ?? '') : '';
    if (expectsSecret(name) && value !== '') return withoutScheme(value);
    return hasTokenPrefix(value) ? [value] : urlSecrets(value);
  });
}

function literalWarning(path: Path, { place }: ScalarTree): ConfigWarning {
  const message = `${showPath(path)} holds a secret as plain text.`;
  const todo = 'Write ${env:NAME} or ${file:path} instead, and replace the secret if others have seen this file.';
  return { kind: 'literal-secret', place, message, todo };
}

// The parts of a scalar that are secret and written out.
function literalSecrets(path: Path, scalar: ScalarTree, tree: Tree): string[] {
  const written = scalar.referring?.written ?? scalar.value;
  if (typeof written === 'number') return expectsSecret(keyOf(path)) ? [String(written)] : [];
  if (typeof written !== 'string' || written === '') return [];
  const literal = withoutReferences(written);
  const inUrl = urlSecrets(literal);
  if (inUrl.length > 0) return inUrl;
  if (hasTokenPrefix(literal)) return withoutScheme(literal.replace(/^-{0,2}[\w-]+\s*[=:]\s*/, ''));
  if (scalar.referring !== undefined) return [];
  if (expectsSecret(keyOf(path)) || isSecretArgument(path, tree)) return withoutScheme(written);
  // `args: [--token=VALUE, --header, "Authorization: VALUE"]`
  const named = /^-{0,2}([\w-]+)\s*[=:]\s*(.+)$/.exec(path.at(-2) === 'args' ? written : '');
  return named?.[2] !== undefined && expectsSecret(named[1] ?? '') ? withoutScheme(named[2]) : [];
}

// Kept without "Bearer " too, because that is how it would turn up elsewhere.
function withoutScheme(text: string): string[] {
  const credential = /^(?:bearer|basic|token)\s+(\S+)$/i.exec(text)?.[1];
  return credential === undefined ? [text] : [text, credential];
}

function keyOf(path: Path): string {
  const last = path.at(-1);
  return typeof last === 'string' ? last : '';
}

// `args: [--api-key, VALUE]`
function isSecretArgument(path: Path, tree: Tree): boolean {
  const index = path.at(-1);
  if (path.at(-2) !== 'args' || typeof index !== 'number' || index === 0) return false;
  const before = findScalar(tree, [...path.slice(0, -1), index - 1]);
  return typeof before === 'string' && /^--?[A-Za-z]/.test(before) && !before.includes('=') && expectsSecret(before);
}

// A password before the host, or a query parameter with a telling name.
function urlSecrets(text: string): string[] {
  if (!/^[a-z][a-z0-9+.-]*:\/\//i.test(text) || !URL.canParse(text)) return [];
  const { password, searchParams } = new URL(text);
  const telling = [...searchParams].filter(
    ([name, value]) => value !== '' && expectsSecret(name.replace(/^key$/, 'api_key')),
  );
  return [...(password === '' ? [] : [decoded(password), password]), ...telling.map(([, value]) => value)];
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

// RFC 7518 section 3.2 wants a key as long as the hash; a shorter or guessable one lets anybody sign tokens.
function weaknessOf(path: Path, { place, value }: ScalarTree, tree: Tree): ConfigWarning | undefined {
  const key = keyOf(path);
  if (typeof value !== 'string' || path[0] !== 'auth' || (key !== 'secret' && key !== 'client_secret'))
    return undefined;
  const doubt = (message: string): ConfigWarning => ({
    kind: 'weak-secret',
    place,
    message: `${showPath(path)} ${message}`,
    todo: 'Use random bytes: openssl rand -base64 48.',
  });
  if (isPlaceholder(value)) return doubt('looks like a placeholder, which anybody can guess.');
  const algorithm = jwtAlgorithms.find((name) => name === findScalar(tree, [...path.slice(0, -1), 'algorithm']));
  if (key !== 'secret' || algorithm === undefined || !isSymmetric(algorithm)) return undefined;
  return Buffer.byteLength(value) < shortestSecret(algorithm) ? doubt(tooShort(algorithm)) : undefined;
}

function tooShort(algorithm: JwtAlgorithm): string {
  return `is shorter than the ${shortestSecret(algorithm)} bytes that ${algorithm} needs.`;
}
