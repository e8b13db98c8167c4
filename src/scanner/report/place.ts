import type { Where } from '../check.ts';

/** A place as editors and terminals take it: `file:line:column`, or what was asked of which address. */
export function placeOf(where: Where | undefined): string {
  if (where === undefined) return '';
  const { file, line, column, url, probe, path } = where;
  if (file !== undefined) {
    const at = line === undefined ? '' : `:${line}${column === undefined ? '' : `:${column}`}`;
    return `${file}${at}`;
  }
  return [probe, url, path?.join('.')].filter((part) => part !== undefined).join(' ');
}
