import type { z } from 'zod';
import type { MerlonError } from '../kernel/errors.ts';
import { knownKeys, type Schema, schemaAt } from './json-schema.ts';
import { showName, showPath } from './name.ts';
import { nearest } from '../kernel/nearest.ts';
import { problem } from './problems.ts';
import { find, keyPlaceOf, type Path, placeOf, type Tree } from './tree.ts';

type Issue = z.core.$ZodIssue;

/**
 * What the schema found wrong, as problems with places. They say what kind of thing was found, never the thing itself:
 * it may be a secret at the wrong place.
 */
export function explain(issues: readonly Issue[], tree: Tree): MerlonError[] {
  return issues.flatMap((issue) => {
    const path = issue.path.map((step) => (typeof step === 'number' ? step : String(step)));
    if (issue.code === 'unrecognized_keys') return issue.keys.map((key) => unknownKey([...path, key], tree));
    const node = find(tree, path);
    // What could not be read has been reported already.
    if (node?.kind === 'scalar' && node.missing === true) return [];
    return [explainOne(issue, path, tree)];
  });
}

function explainOne(issue: Issue, path: Path, tree: Tree): MerlonError {
  const shown = path.length === 0 ? 'The file' : showPath(path);
  if (issue.code === 'custom') {
    return problem('CONFIG_INVALID', placeOf(tree, path), `${shown} ${issue.message}.`);
  }
  if (issue.code === 'invalid_key') {
    const wanted = issue.issues[0]?.message ?? 'another name';
    return problem('CONFIG_INVALID', keyPlaceOf(tree, path) ?? placeOf(tree, path), `${shown} must be ${wanted}.`);
  }
  const wanted = expected(issue, path, tree);
  const found = find(tree, path);
  const place = placeOf(tree, path);
  if (found === undefined) {
    return problem('CONFIG_INVALID', place, `${shown} is missing.`, { todo: `Add it: ${wanted}.` });
  }
  if (found.kind === 'scalar' && found.value === null) {
    return problem('CONFIG_INVALID', place, `${shown} has no value.`, { todo: `Write ${wanted}, or remove the key.` });
  }
  return problem('CONFIG_INVALID', place, `${shown} must be ${wanted}, not ${describe(found, issue)}.`);
}

function unknownKey(path: Path, tree: Tree): MerlonError {
  const key = String(path.at(-1));
  const parent = path.slice(0, -1);
  const known = knownKeys(schemaAt(parent, tree));
  const where = parent.length === 0 ? 'at the top of the file' : `in ${showPath(parent)}`;
  const shown = showName(key);
  const meant = nearest(key, known);
  const todo = meant === undefined ? `Known keys ${where}: ${known.join(', ')}.` : `Did you mean ${meant}?`;
  const message = `${shown ?? 'The key at this place'} is not a known key ${where}.`;
  return problem('CONFIG_UNKNOWN_KEY', keyPlaceOf(tree, path) ?? placeOf(tree, path), message, {
    todo,
    ...(meant === undefined ? {} : { data: { nearest: meant } }),
  });
}

function expected(issue: Issue, path: Path, tree: Tree): string {
  if (issue.code === 'invalid_format') return issue.message;
  if (issue.code === 'invalid_value') return choice(issue.values);
  if (issue.code === 'invalid_union' && 'options' in issue) return choice(issue.options ?? []);
  return phrase(schemaAt(path, tree));
}

function choice(options: readonly unknown[]): string {
  return options.length === 1 ? String(options[0]) : `one of ${options.join(', ')}`;
}

function phrase(schema: Schema | undefined): string {
  if (schema?.enum !== undefined) return choice(schema.enum);
  switch (schema?.type) {
    case 'integer':
      return `a whole number from ${schema.minimum} to ${schema.maximum}`;
    case 'number':
      return schema.minimum === undefined ? 'a number' : `a number of at least ${schema.minimum}`;
    case 'boolean':
      return 'true or false';
    case 'string':
      return schema.minLength === undefined ? 'text' : 'text that is not empty';
    case 'array':
      return schema.minItems === undefined ? 'a list' : 'a list that is not empty';
    default:
      return 'a map of keys and values';
  }
}

function describe(node: Tree, issue: Issue): string {
  if (node.kind !== 'scalar') return node.kind === 'map' ? 'a map' : 'a list';
  if (node.value === null || typeof node.value === 'boolean') return String(node.value);
  if (typeof node.value === 'string') return node.value === '' ? 'empty text' : describeText(issue);
  if (issue.code === 'too_small') return 'a smaller number';
  if (issue.code === 'too_big') return 'a larger number';
  return Number.isFinite(node.value) && !Number.isInteger(node.value) ? 'a fraction' : 'a number';
}

function describeText(issue: Issue): string {
  return issue.code === 'invalid_type' ? 'text' : 'this text';
}
