import { looksLikeToken } from '../detect/token-shapes.ts';
import type { Path } from './tree.ts';

/**
 * A key, variable or file name as it may be shown. What does not look like a name, or looks like a credential (pasted
 * at the wrong place), is not shown at all.
 */
export function showName(name: string): string | undefined {
  return /^[A-Za-z_$][\w.$-]{0,63}$/.test(name) && !looksLikeToken(name) ? name : undefined;
}

/** A path as people write it: `auth.providers[1].secret`; `?` stands for a key that is not shown. */
export function showPath(path: Path): string {
  return path
    .map((step, index) => {
      if (typeof step === 'number') return `[${step}]`;
      return `${index === 0 ? '' : '.'}${showName(step) ?? '?'}`;
    })
    .join('');
}
