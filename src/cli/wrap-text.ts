/** Han and the punctuation that goes with it take two columns of a terminal. */
const WIDE = /[\p{Script=Han}\u3000-\u303f\uff00-\uff60]/u;
/** Never at the beginning of a line. */
const CLOSES = /^[、。，．：；？！）】」』”…]$/u;
/** Never at the end of a line. */
const OPENS = /[（【「『“]$/u;

/** How many columns of a terminal a text takes. */
export function columnsOf(text: string): number {
  let columns = 0;
  for (const char of text) columns += WIDE.test(char) ? 2 : 1;
  return columns;
}

/** The text with spaces behind it, up to a width in columns. */
export function padColumns(text: string, width: number): string {
  return text + ' '.repeat(Math.max(0, width - columnsOf(text)));
}

/** Lines of at most `width` columns. Breaks at spaces and around Han; a longer word has a line of its own. */
export function wrapText(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const { piece, hasSpace } of piecesOf(text)) {
    const glue = hasSpace && line !== '' ? ' ' : '';
    if (line !== '' && columnsOf(line) + glue.length + columnsOf(piece) > width) {
      lines.push(line);
      line = piece;
    } else line += glue + piece;
  }
  return line === '' ? lines : [...lines, line];
}

interface Piece {
  readonly piece: string;
  /** A space stood before it. */
  readonly hasSpace: boolean;
}

/** What stays together: words, and each Han character with the punctuation that clings to it. */
function piecesOf(text: string): Piece[] {
  const pieces: Piece[] = [];
  let piece = '';
  let hasSpace = false;
  const end = (): void => {
    if (piece !== '') pieces.push({ piece, hasSpace });
    piece = '';
    hasSpace = false;
  };
  for (const char of text) {
    if (/\s/.test(char)) {
      end();
      hasSpace = true;
      continue;
    }
    if (piece !== '' && !clings(piece, char)) end();
    piece += char;
  }
  end();
  return pieces;
}

function clings(piece: string, char: string): boolean {
  if (CLOSES.test(char) || OPENS.test(piece)) return true;
  const last = piece.at(-1) ?? '';
  return !WIDE.test(last) && !WIDE.test(char);
}
