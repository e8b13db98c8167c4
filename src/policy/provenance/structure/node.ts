/** A value that was read out of a tool's text, whatever form it was written in. */
export type Node =
  | { readonly kind: 'scalar'; readonly text: string; readonly type: 'string' | 'number' | 'boolean' | 'null' }
  | { readonly kind: 'list'; readonly items: readonly Node[] }
  | { readonly kind: 'map'; readonly entries: readonly (readonly [string, Node])[] };

/** How deep anything may nest; what nests deeper is prose. */
export const MAX_DEPTH = 24;
/** Values in one text; a text with more is prose. */
export const MAX_NODES = 20_000;

/** Thrown inside the readers alone, and caught by the one function that calls them: the text is not of this form. */
export class NotThisForm extends Error {}

/** Counts what a reader makes, so that a hostile text cannot make more than {@link MAX_NODES}. */
export function createCount(): () => void {
  let left = MAX_NODES;
  return () => {
    left -= 1;
    if (left < 0) throw new NotThisForm('too many values');
  };
}

/** A plain text as a scalar of the type that it looks like. */
export function plainScalar(text: string): Node {
  if (/^(?:null|None|~|)$/.test(text)) return { kind: 'scalar', text: '', type: 'null' };
  if (/^(?:true|false|True|False)$/.test(text)) return { kind: 'scalar', text: text.toLowerCase(), type: 'boolean' };
  if (/^-?\d{1,15}(?:\.\d{1,15})?$/.test(text)) return { kind: 'scalar', text, type: 'number' };
  return { kind: 'scalar', text, type: 'string' };
}

/** A map; two entries of one name mean that somebody wrote one of them into a field, so it is no map. */
export function mapOf(entries: readonly (readonly [string, Node])[]): Node {
  if (new Set(entries.map(([key]) => key)).size < entries.length) throw new NotThisForm('a key twice');
  return { kind: 'map', entries };
}
