import { MerlonError } from '../kernel/errors.ts';
import { nearest } from '../kernel/nearest.ts';

/** What may be done, from harmless to powerful. No action contains another: `manage` does not include `read`. */
export const actions = ['read', 'write', 'execute', 'manage'] as const;

/** What it may be done to; `docs/permissions.md` explains each. */
export const kinds = [
  'info',
  'tool',
  'prompt',
  'resource',
  'method',
  'roles',
  'tools',
  'config',
  'keys',
  'audit',
  'metrics',
  'tasks',
  'approvals',
] as const;

export type Action = (typeof actions)[number];
export type Kind = (typeof kinds)[number];

/** Stands for any one segment; inside a longer segment a `*` is an ordinary character. */
export const ANY = '*';

/**
 * A parsed permission. A part that is undefined covers everything below; a part that is {@link ANY} covers everything
 * at its place, and demands that there is something.
 */
export interface Permission {
  readonly action: Action | typeof ANY;
  readonly kind: Kind | typeof ANY;
  readonly upstream: string | undefined;
  readonly name: string | undefined;
}

/**
 * Parses `action:resource`, where resource is `*`, `kind`, `kind/upstream` or `kind/upstream/name`; the name is the
 * whole rest and may contain slashes and colons. Nothing is trimmed, folded or normalised: what does not compare
 * exactly does not match.
 * @throws MerlonError CONFIG_INVALID, with the nearest known word in its `todo`
 */
export function parsePermission(text: string): Permission {
  const colon = text.indexOf(':');
  if (colon < 0) {
    throw invalid(text, 'has no colon', 'Write action:resource, such as execute:tool, or *:* for everything.');
  }
  const action = wordOf(text, 'action', text.slice(0, colon), actions);
  const [kindText = '', upstream, name] = segments(text.slice(colon + 1));
  const kind = wordOf(text, 'kind', kindText, kinds);
  if (upstream === '' || name === '') {
    throw invalid(text, 'has an empty segment', 'Remove the last slash, or write * for any.');
  }
  return { action, kind, upstream, name };
}

/** The text of a permission; `parsePermission` of it gives the same permission again. */
export function formatPermission(permission: PermissionParts): string {
  const { action, kind, upstream, name } = permission;
  if (upstream === undefined) return `${action}:${kind}`;
  return name === undefined ? `${action}:${kind}/${upstream}` : `${action}:${kind}/${upstream}/${name}`;
}

/** What {@link formatPermission} needs: a permission, or an operation (which is what the exact permission for it says). */
export interface PermissionParts {
  readonly action: string;
  readonly kind: string;
  readonly upstream?: string | undefined;
  readonly name?: string | undefined;
}

/** True when whatever `narrow` allows, `wide` allows too. */
export function covers(wide: Permission, narrow: Permission): boolean {
  return (
    (wide.action === ANY || wide.action === narrow.action) &&
    (wide.kind === ANY || wide.kind === narrow.kind) &&
    partCovers(wide.upstream, narrow.upstream) &&
    partCovers(wide.name, narrow.name)
  );
}

/** One segment of {@link covers}: absent covers all, {@link ANY} covers all that is there, else the very same text. */
export function partCovers(wide: string | undefined, narrow: string | undefined): boolean {
  return wide === undefined || (narrow !== undefined && (wide === ANY || wide === narrow));
}

/** At most three segments: the third is the whole rest. */
function segments(resource: string): string[] {
  const first = resource.indexOf('/');
  if (first < 0) return [resource];
  const second = resource.indexOf('/', first + 1);
  if (second < 0) return [resource.slice(0, first), resource.slice(first + 1)];
  return [resource.slice(0, first), resource.slice(first + 1, second), resource.slice(second + 1)];
}

function wordOf<Word extends string>(
  text: string,
  part: string,
  word: string,
  known: readonly Word[],
): Word | typeof ANY {
  if (word === ANY) return ANY;
  const found = known.find((candidate) => candidate === word);
  if (found !== undefined) return found;
  const meant = nearest(word, known);
  const todo = meant === undefined ? `Use one of ${known.join(', ')} or *.` : `Did you mean ${meant}?`;
  throw invalid(text, `names the unknown ${part} ${quote(word)}`, todo);
}

function invalid(text: string, what: string, todo: string): MerlonError {
  return new MerlonError('CONFIG_INVALID', `The permission ${quote(text)} ${what}.`, { todo });
}

/** Bounded and free of control characters, since the text may come from anywhere. */
function quote(text: string): string {
  return JSON.stringify(text.length > 80 ? `${text.slice(0, 80)}…` : text);
}
