/**
 * Signs that take two columns of a terminal: East Asian Wide and Fullwidth (UAX #11), and what is shown as an emoji by
 * itself. Ambiguous ones count as one, as terminals do unless they are told otherwise.
 */
const WIDE =
  /[\u1100-\u115f\u2329\u232a\u2e80-\u303e\u3041-\ua4cf\ua960-\ua97c\uac00-\ud7a3\uf900-\ufaff\ufe10-\ufe19\ufe30-\ufe6f\uff01-\uff60\uffe0-\uffe6\u{16fe0}-\u{18dff}\u{1aff0}-\u{1b2ff}\u{1f200}-\u{1f265}\u{20000}-\u{3fffd}]|(?!\p{Regional_Indicator})\p{Emoji_Presentation}/u;
/** Signs that stand on the one before them, or nowhere. */
const CLINGS = /[\p{Mn}\p{Me}\p{Cf}\u{1f3fb}-\u{1f3ff}]/u;
const PLAIN = /^[ -~]*$/;
/** Never at the beginning of a line. */
const CLOSES = /^[、。，．：；？！）】」』”…]$/u;
/** Never at the end of a line. */
const OPENS = /[（【「『“]$/u;

/** A sign with all that stands on it. */
interface Sign {
  readonly sign: string;
  readonly columns: number;
}

function* signsOf(text: string): Generator<Sign> {
  let [sign, columns] = ['', 0];
  for (const char of text) {
    if (sign !== '' && CLINGS.test(char)) {
      // U+FE0F asks for the emoji of a sign that is text otherwise.
      if (char === '\ufe0f' && columns === 1 && /^\p{Emoji}/u.test(sign)) columns = 2;
      sign += char;
      continue;
    }
    if (sign !== '') yield { sign, columns };
    [sign, columns] = [char, CLINGS.test(char) ? 0 : WIDE.test(char) ? 2 : 1];
  }
  if (sign !== '') yield { sign, columns };
}

/** How many columns of a terminal a text takes: Han, other wide signs and emoji take two, combining signs none. */
export function columnsOf(text: string): number {
  if (PLAIN.test(text)) return text.length;
  let sum = 0;
  for (const { columns } of signsOf(text)) sum += columns;
  return sum;
}

/** The text with spaces behind it, up to a width in columns; never cut. */
export function padColumns(text: string, width: number): string {
  return text + ' '.repeat(Math.max(0, width - columnsOf(text)));
}

/** The text in exactly `width` columns: filled with spaces, or cut with an ellipsis. */
export function fitColumns(text: string, width: number): string {
  return columnsOf(text) <= width ? padColumns(text, width) : padColumns(`${headOf(text, width - 1)}…`, width);
}

/** As much of a text as fits into `width` columns, at least nothing. */
function headOf(text: string, width: number): string {
  let [sum, at] = [0, 0];
  for (const { sign, columns } of signsOf(text)) {
    sum += columns;
    if (sum > width) break;
    at += sign.length;
  }
  return text.slice(0, at);
}

/**
 * Lines of at most `width` columns, 2 or more. Breaks at spaces and around Han, never before closing or behind opening
 * punctuation; what is longer than a line is cut.
 */
export function wrapText(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const { piece, hasSpace } of piecesOf(text)) {
    const glue = hasSpace && line !== '' ? ' ' : '';
    if (columnsOf(line) + glue.length + columnsOf(piece) <= width) {
      line += glue + piece;
      continue;
    }
    if (line !== '') lines.push(line);
    line = piece;
    while (columnsOf(line) > width) {
      const head = headOf(line, Math.max(width, 2));
      lines.push(head);
      line = line.slice(head.length);
    }
  }
  return line === '' ? lines : [...lines, line];
}

interface Piece {
  readonly piece: string;
  /** A space stood before it. */
  readonly hasSpace: boolean;
}

/** What stays together: words, and each wide sign with the punctuation that clings to it. */
function piecesOf(text: string): Piece[] {
  const pieces: Piece[] = [];
  let [piece, last, hasSpace] = ['', '', false];
  const end = (): void => {
    if (piece !== '') pieces.push({ piece, hasSpace });
    [piece, last, hasSpace] = ['', '', false];
  };
  for (const { sign } of signsOf(text)) {
    if (/^\s/.test(sign)) {
      end();
      hasSpace = true;
      continue;
    }
    if (piece !== '' && !staysWith(last, sign)) end();
    piece += sign;
    last = sign;
  }
  end();
  return pieces;
}

function staysWith(last: string, sign: string): boolean {
  return CLOSES.test(sign) || OPENS.test(last) || (!WIDE.test(last) && !WIDE.test(sign));
}
