import type { Span } from './tree.ts';

/** Text that takes the place of a part of another. */
export interface Splice extends Span {
  readonly text: string;
}

/** Puts all parts in, each at its place in the text as it was. They must not overlap. */
export function applySplices(text: string, splices: readonly Splice[]): string {
  // At one place the earlier stays the earlier.
  const inOrder = splices.map((splice, index) => ({ splice, index }));
  inOrder.sort((a, b) => a.splice.start - b.splice.start || a.index - b.index);
  let result = '';
  let at = 0;
  for (const { splice } of inOrder) {
    result += text.slice(at, splice.start) + splice.text;
    at = splice.end;
  }
  return result + text.slice(at);
}

/** Text put in at an offset. */
export function insertion(at: number, text: string): Splice {
  return { start: at, end: at, text };
}

/** The line end that a text uses first; `\n` where it has none. */
export function lineEndOf(text: string): string {
  const at = text.indexOf('\n');
  return at > 0 && text[at - 1] === '\r' ? '\r\n' : '\n';
}

/** Where the line of an offset starts. */
export function lineStart(text: string, offset: number): number {
  return text.lastIndexOf('\n', offset - 1) + 1;
}

/** Where the next line starts: after the line end, or the end of the text. */
export function nextLine(text: string, offset: number): number {
  const at = text.indexOf('\n', offset);
  return at === -1 ? text.length : at + 1;
}

/** Where a line's content ends: before the line end. */
export function lineEnd(text: string, offset: number): number {
  const at = text.indexOf('\n', offset);
  if (at === -1) return text.length;
  return at > offset && text[at - 1] === '\r' ? at - 1 : at;
}

/** The white space with which the line of an offset begins. */
export function indentOf(text: string, offset: number): string {
  return /[ \t]*/y.exec(text.slice(lineStart(text, offset), offset))?.[0] ?? '';
}

/** True where only white space stands before an offset on its line. */
export function startsLine(text: string, offset: number): boolean {
  return text.slice(lineStart(text, offset), offset).trim() === '';
}
