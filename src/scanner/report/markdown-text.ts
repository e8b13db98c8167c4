/** Printable ASCII without a blank in between; addresses and mentions are such runs. */
const RUNS = /[!-~]+/g;
/**
 * What renderers make links or mentions of wherever it stands in text, escaped or not: GitHub looks for them in the
 * finished page, and leaves out code alone.
 */
const LIVE = /:\/\/|@|www\.|#\d|\b(?:mailto|xmpp):/i;
const TRAILING = /[.,;:!?)]+$/;

/**
 * Text in Markdown that stays text: no link, image, HTML, mention, table or heading. Addresses, and what stands between
 * back-ticks, become code. Fits into a table's cell too.
 */
export function asText(text: string): string {
  let out = '';
  const add = (part: string): void => {
    // Two code spans that touch would be one.
    out += (out.endsWith('`') && part.startsWith('`') ? ' ' : '') + part;
  };
  for (const [index, part] of flatOf(text)
    .trim()
    .split(/`([^`]+)`/)
    .entries()) {
    if (index % 2 === 1) add(codeInText(part));
    else for (const piece of withAddresses(part)) add(piece);
  }
  // Where nothing stands before it, a dash or a number with a dot would begin a list.
  return out.replace(/^(\d*)(?=-|\.(?:\s|$))/, '$1\\');
}

function withAddresses(text: string): string[] {
  const pieces: string[] = [];
  let at = 0;
  for (const { 0: run, index } of text.matchAll(RUNS)) {
    if (!LIVE.test(run)) continue;
    const shown = run.replace(TRAILING, '');
    pieces.push(escaped(text.slice(at, index)), codeInText(shown));
    at = index + shown.length;
  }
  return [...pieces, escaped(text.slice(at))];
}

/** Nothing keeps a bar in code from ending a cell in every case, so it becomes a sign that looks like one. */
function codeInText(text: string): string {
  return asCode(text.replaceAll('|', '\u2223'));
}

function escaped(text: string): string {
  return text.replaceAll(/[\\`*_{}[\]<>()#+!|~&$]/g, (char) => `\\${char}`);
}

/** A code span, whatever back-ticks the text has; nothing for a text of blanks. Not for tables: `|` ends a cell even there. */
export function asCode(text: string): string {
  const flat = flatOf(text);
  const runs = flat.match(/`+/g) ?? [];
  const fence = '`'.repeat(Math.max(0, ...runs.map((run) => run.length)) + 1);
  // One blank on each side is taken away again.
  const gap = /^[` ]|[` ]$/.test(flat) ? ' ' : '';
  return flat.trim() === '' ? '' : `${fence}${gap}${flat}${gap}${fence}`;
}

/** On one line, with nothing in it that is no text. */
function flatOf(text: string): string {
  return text.toWellFormed().replaceAll(/[\s\p{Cc}]+/gu, ' ');
}
