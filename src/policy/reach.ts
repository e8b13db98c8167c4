import type { Role } from './decide.ts';
import { ANY, type Kind, partCovers } from './permission.ts';

const USED: ReadonlySet<Kind> = new Set(['tool', 'prompt', 'resource', 'method']);

/**
 * True when a role may use anything at all of an upstream, so that opening it for the role makes sense. It allows
 * nothing by itself: every use is decided one by one.
 */
export function reaches(role: Role, upstream: string): boolean {
  return role.permissions.some(
    (permission) => (permission.kind === ANY || USED.has(permission.kind)) && partCovers(permission.upstream, upstream),
  );
}
