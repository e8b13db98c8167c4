import { MerlonError } from '../../kernel/errors.ts';
import { readFolder } from '../constraint/check-constraint.ts';
import { readBareOrigin } from '../constraint/read-origin.ts';
import { isUnder } from '../constraint/read-path.ts';
import type { Resource, Scopes } from './task.ts';

/** One scope of the mission's notation, understood. */
export type Scope =
  | { readonly kind: 'sandboxed_code' }
  /** An absolute folder, normalised: `/tmp`, or `/` for all. */
  | { readonly kind: 'files'; readonly folder: string }
  /** Scheme, host and port as the URL standard writes them: `https://api.example.com`. */
  | { readonly kind: 'network'; readonly origin: string };

/** What a scope allows to do, as the mission sorts them. */
export const scopeActions = ['read', 'write', 'execute'] as const;
export type ScopeAction = (typeof scopeActions)[number];

/** Longest scope that is read, characters. */
const MAX_LENGTH = 4_096;

/**
 * Reads `sandboxed_code`, `files:/tmp/` or `network:https://api.example.com/`. Exact: a folder covers what is below it and an
 * origin its addresses, as `subpath` and `origin` of a constraint understand them; nothing is a prefix of text.
 * @throws MerlonError CONFIG_INVALID, with what to write instead in its `todo`
 */
export function parseScope(text: string): Scope {
  if (text.length > MAX_LENGTH) throw invalid('is longer than 4096 characters', 'Write a shorter one.');
  if (text === 'sandboxed_code') return { kind: 'sandboxed_code' };
  if (text.startsWith('files:')) return { kind: 'files', folder: folderOf(text.slice('files:'.length)) };
  if (text.startsWith('network:')) return { kind: 'network', origin: originOf(text.slice('network:'.length)) };
  throw invalid('is none of the three kinds', 'Write sandboxed_code, files:/folder/ or network:https://host/.');
}

/** {@link parseScope} for the list of an action: files are read and written; code and the network are executed. */
export function parseScopeOf(action: ScopeAction, text: string): Scope {
  const scope = parseScope(text);
  const belongs = scope.kind === 'files' ? action !== 'execute' : action === 'execute';
  if (belongs) return scope;
  const todo = scope.kind === 'files' ? 'Write it under read or write.' : 'Write it under execute.';
  throw invalid(`cannot stand under ${action}`, todo);
}

/** The text of a scope; {@link parseScope} of it gives the same scope again. */
export function formatScope(scope: Scope): string {
  if (scope.kind === 'sandboxed_code') return 'sandboxed_code';
  if (scope.kind === 'network') return `network:${scope.origin}/`;
  return scope.folder === '/' ? 'files:/' : `files:${scope.folder}/`;
}

/** True when whatever `narrow` allows, `wide` allows too. */
export function scopeCovers(wide: Scope, narrow: Scope): boolean {
  if (wide.kind === 'files') return narrow.kind === 'files' && isUnder(narrow.folder, wide.folder);
  if (wide.kind === 'network') return narrow.kind === 'network' && narrow.origin === wide.origin;
  return narrow.kind === 'sandboxed_code';
}

/** What both of two lists allow: of each pair the narrower one, where one covers the other. */
export function scopesInBoth(some: readonly Scope[], others: readonly Scope[]): readonly Scope[] {
  const both = some.flatMap((one) =>
    others.flatMap((other) => (scopeCovers(one, other) ? [other] : scopeCovers(other, one) ? [one] : [])),
  );
  return widestOf(both);
}

/** A list without what another entry of it covers. */
export function widestOf(scopes: readonly Scope[]): readonly Scope[] {
  return scopes.filter(
    (one, at) =>
      !scopes.some(
        (other, there) => at !== there && scopeCovers(other, one) && (!scopeCovers(one, other) || there < at),
      ),
  );
}

/** The resource that a scope is a part of. */
export function resourceOf(scope: Scope): Resource {
  if (scope.kind === 'files') return 'file_access';
  return scope.kind === 'network' ? 'network_access' : 'code_execution';
}

/**
 * What a resource stands for where the configuration does not say: code runs in the sandbox, files are those of `/tmp/`.
 * `network_access` stands for nothing, because no origin is everybody's.
 */
export function defaultScopes(resources: readonly Resource[]): Scopes {
  const files = resources.includes('file_access') ? ['files:/tmp/'] : [];
  return { read: files, write: files, execute: resources.includes('code_execution') ? ['sandboxed_code'] : [] };
}

// Controls, and what would show the operator another text than is meant (bidirectional marks, lone surrogates).
const UNPRINTABLE = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u;

function folderOf(path: string): string {
  if (!path.startsWith('/')) {
    throw invalid('names no absolute folder', 'Write the whole path from the root, such as files:/srv/reports/.');
  }
  if (UNPRINTABLE.test(path)) throw invalid('holds a character that cannot be seen', 'Write the folder without it.');
  if (/[*?\\]/.test(path)) {
    throw invalid('holds *, ? or a backslash', 'Write the folder alone: it covers all that is below it.');
  }
  if (/%[0-9a-f]{2}/i.test(path)) {
    throw invalid('holds an encoded character', 'Write the character itself: paths are not decoded.');
  }
  const folder = path.includes('//') ? undefined : readFolder(path);
  if (folder === undefined) {
    throw invalid(
      'holds ., .. or something else that programs read differently',
      'Write the folder that the path leads to.',
    );
  }
  return folder;
}

function originOf(address: string): string {
  // Before the URL parser, which drops tabs, turns backslashes and forgives missing slashes.
  if (!/^https?:\/\//i.test(address)) {
    throw invalid(
      'names no http or https origin',
      'Write network:https://host/, with a port where it is not the usual one.',
    );
  }
  if (/[^\x21-\x7e]/.test(address)) {
    throw invalid('holds a space or a letter beyond ASCII', 'Write the host in its ASCII form (xn--…).');
  }
  if (/[*\\]/.test(address)) throw invalid('holds * or a backslash', 'Write each origin as a scope of its own.');
  if (address.includes('@')) throw invalid('holds a user name', 'Write the host alone.');
  const rest = address.slice(address.indexOf('//') + 2).replace(/^[^/?#]*/, '');
  const origin = readBareOrigin(address.slice(0, address.length - rest.length));
  if (origin === undefined) throw invalid('names no host that all programs read alike', 'Write network:https://host/.');
  if (rest !== '' && rest !== '/') {
    throw invalid(
      'holds more than an origin',
      `Write network:${origin}/: servers read paths in too many ways to hold a call to one.`,
    );
  }
  return origin;
}

/** Its text is not repeated: a secret may have slipped in here. */
function invalid(what: string, todo: string): MerlonError {
  return new MerlonError('CONFIG_INVALID', `A scope ${what}.`, { todo });
}
