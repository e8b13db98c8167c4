import { dirname, resolve } from 'node:path';
import type { MerlonError } from '../kernel/errors.ts';
import { showName, showPath } from './name.ts';
import { type ConfigWarning, problem } from './problems.ts';
import { looksLikeToken } from '../detect/token-shapes.ts';
import { mapScalars, type Path, type ScalarTree, scalars, type Tree } from './tree.ts';

/** Where the values of references come from. */
export interface Surroundings {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Reads a small text file. */
  readonly readSecret: (path: string) => Promise<SecretFile>;
}

/** A file that a `${file:path}` names, and whether users other than its owner can read it; or why there is none. */
export type SecretFile = { readonly text: string; readonly readableByOthers: boolean } | { readonly failure: string };

export interface Followed {
  readonly tree: Tree;
  readonly problems: readonly MerlonError[];
  readonly warnings: readonly ConfigWarning[];
}

const reference = /\$\{(env|file):([^}]*)\}/g;

/** The text without its references. */
export function withoutReferences(text: string): string {
  return text.replaceAll(reference, '');
}

/**
 * Replaces every `${env:NAME}` and `${file:path}` in the tree's text. What comes in is never looked through for
 * references again, so whoever controls a variable's value cannot read another one.
 */
export async function followReferences(tree: Tree, surroundings: Surroundings): Promise<Followed> {
  const outcomes = new Map<string, Outcome>();
  for (const { scalar } of scalars(tree)) {
    for (const [text, kind, name = ''] of referencesIn(scalar)) {
      if (outcomes.has(text)) continue;
      const follow = kind === 'env' ? fromEnvironment : fromFile;
      outcomes.set(text, await follow(name.trim(), tree.place.file, surroundings));
    }
  }
  const found = [...scalars(tree)].map(({ path, scalar }) => judge(path, scalar, outcomes));
  return {
    tree: mapScalars(tree, (scalar) => replace(scalar, outcomes)),
    problems: found.flatMap(({ problems }) => problems),
    warnings: found.flatMap(({ warnings }) => warnings),
  };
}

type Outcome = { readonly value: string; readonly doubt?: string } | { readonly failure: string };

function fromEnvironment(name: string, _file: string, { env }: Surroundings): Outcome {
  if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(name)) return { failure: 'A reference ${env:…} names no environment variable.' };
  const value = Object.hasOwn(env, name) ? env[name] : undefined;
  const shown = showName(name) ?? 'that the reference names';
  // An empty credential would let everybody in, or nobody: as good as missing.
  if (value === undefined || value === '')
    return { failure: `The environment variable ${shown} is not set, or empty.` };
  return { value };
}

async function fromFile(path: string, file: string, { readSecret }: Surroundings): Promise<Outcome> {
  const shown = /^[\w./~ -]{1,200}$/.test(path) && !looksLikeToken(path) ? path : 'that the reference names';
  if (path === '' || path.includes('\0')) return { failure: 'A reference ${file:…} names no file.' };
  const secret = await readSecret(resolve(dirname(file), path));
  if ('failure' in secret) return { failure: `The file ${shown} ${secret.failure}` };
  const value = secret.text.replace(/\r?\n$/, '');
  if (value === '') return { failure: `The file ${shown} is empty.` };
  if (!secret.readableByOthers || isPublicPem(value)) return { value };
  return { value, doubt: `The file ${shown} holds a secret and can be read by other users of this machine.` };
}

/** True for PEM text that everybody may see. */
export function isPublicPem(text: string): boolean {
  return /-----BEGIN [A-Z ]*(PUBLIC KEY|CERTIFICATE)-----/.test(text) && !text.includes('PRIVATE KEY-----');
}

function referencesIn({ value }: ScalarTree): RegExpExecArray[] {
  return typeof value === 'string' && value.includes('${') ? [...value.matchAll(reference)] : [];
}

function replace(scalar: ScalarTree, outcomes: ReadonlyMap<string, Outcome>): ScalarTree {
  const references = referencesIn(scalar);
  if (references.length === 0 || typeof scalar.value !== 'string') return scalar;
  const values: string[] = [];
  let missing = false;
  const value = scalar.value.replaceAll(reference, (text) => {
    const outcome = outcomes.get(text);
    if (outcome === undefined || 'failure' in outcome) missing = true;
    else values.push(outcome.value);
    return outcome !== undefined && 'value' in outcome ? outcome.value : '';
  });
  return { ...scalar, value, referring: { written: scalar.value, values }, missing };
}

function judge(path: Path, scalar: ScalarTree, outcomes: ReadonlyMap<string, Outcome>) {
  const problems: MerlonError[] = [];
  const warnings: ConfigWarning[] = [];
  const { place } = scalar;
  for (const [text] of referencesIn(scalar)) {
    const outcome = outcomes.get(text);
    if (outcome === undefined) continue;
    if ('failure' in outcome) problems.push(problem('CONFIG_SECRET_MISSING', place, outcome.failure));
    else if (outcome.doubt !== undefined) {
      const todo = 'Let its owner alone read it: chmod 600.';
      warnings.push({ kind: 'readable-secret-file', place, message: outcome.doubt, todo });
    }
  }
  if (hasUnknownReference(path, scalar)) {
    const message = `${showPath(path)} has a \${…} that is neither \${env:NAME} nor \${file:path}.`;
    const todo = 'Write ${env:NAME} for an environment variable, ${file:path} for the text of a file.';
    // Elsewhere nothing but a mistake has this shape, and the text itself would become the secret.
    if (path[0] !== 'mcpServers') problems.push(problem('CONFIG_INVALID', place, message, { todo }));
    else warnings.push({ kind: 'unknown-reference', place, message: `${message} It is passed on as it stands.`, todo });
  }
  return { problems, warnings };
}

// Arguments may be for a shell, which has a ${…} of its own; `${port}` is replaced when the upstream starts.
function hasUnknownReference(path: Path, { value }: ScalarTree): boolean {
  if (typeof value !== 'string') return false;
  const field = path[0] === 'mcpServers' ? path[2] : undefined;
  if (field === 'args') return false;
  const rest = withoutReferences(value);
  return (field === 'url' || field === 'env' ? rest.replaceAll('${port}', '') : rest).includes('${');
}
