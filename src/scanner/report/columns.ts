/** How many columns of a terminal a text takes: Han and other wide signs take two. */
export function columns(text: string): number {
  let sum = 0;
  for (const char of text) sum += isWide(char) ? 2 : 1;
  return sum;
}

const WIDE =
  /[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]|[\u{1f300}-\u{1faff}\u{20000}-\u{3fffd}]/u;

function isWide(char: string): boolean {
  return WIDE.test(char);
}

/** A text filled with blanks, or cut with an ellipsis, to a number of columns. */
export function padded(text: string, width: number): string {
  const wide = columns(text);
  if (wide <= width) return text + ' '.repeat(width - wide);
  return `${taken(text, width - 1)}…`;
}

function taken(text: string, width: number): string {
  let [sum, at] = [0, 0];
  for (const char of text) {
    sum += isWide(char) ? 2 : 1;
    if (sum > width) break;
    at += char.length;
  }
  return text.slice(0, at);
}

/** A text in lines of at most `width` columns, broken at blanks and between wide signs; longer words are cut. */
export function wrapped(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const piece of piecesOf(text)) {
    if (columns(line + piece.trimEnd()) <= width) {
      line += piece;
      continue;
    }
    if (line.trim() !== '') lines.push(line.trimEnd());
    line = piece.trimStart();
    while (columns(line.trimEnd()) > width) {
      const part = taken(line, width);
      lines.push(part);
      line = line.slice(part.length);
    }
  }
  if (line.trim() !== '') lines.push(line.trimEnd());
  return lines;
}

/** Words with the blank behind them; every wide sign by itself, closing punctuation with the sign before it. */
function piecesOf(text: string): string[] {
  return (
    text.match(/[^\s\u2e80-\uffee]+\s*|[\u2e80-\uffee][\u3001\u3002\uff0c\uff1a\uff1b\uff09\uff01\uff1f]*\s*|\s+/g) ??
    []
  );
}
