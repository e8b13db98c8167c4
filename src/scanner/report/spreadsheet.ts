/** What makes a formula of a cell; the wide forms do so where Chinese or Japanese is set. */
const FORMULA = /^[\s"'\p{Cf}]*[=+\-@\uff1d\uff0b\uff0d\uff20|%]/u;
/** The same behind what some settings take for the end of a cell, and Excel even within quotes. */
const INNER = /([;\t\r\n][\s"'\p{Cf}]*)(?=[=+\-@\uff1d\uff0b\uff0d\uff20])/gu;

/**
 * Rows as CSV (RFC 4180) for a spreadsheet, which tells UTF-8 by the mark. Every cell is quoted, so that a semicolon or a
 * tab ends none; what a spreadsheet would run as a formula gets an apostrophe in front (OWASP, CSV Injection).
 */
export function spreadsheet(rows: readonly (readonly string[])[]): string {
  return `\ufeff${rows.map((cells) => `${cells.map(cell).join(',')}\r\n`).join('')}`;
}

function cell(text: string): string {
  const whole = text.toWellFormed().replaceAll('\u0000', '\ufffd');
  const safe = (FORMULA.test(whole) ? `'${whole}` : whole).replaceAll(INNER, "$1'");
  return `"${safe.replaceAll('"', '""')}"`;
}
