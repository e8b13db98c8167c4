import { createCount, MAX_DEPTH, mapOf, type Node, NotThisForm, plainScalar } from './node.ts';
import { readLiteral } from './read-literal.ts';

interface Line {
  readonly indent: number;
  readonly text: string;
}

// Made once, as in read-rows.
const NO_YAML = new NotThisForm('no YAML');

const KEY = /^(?:'((?:[^']|''){1,200})'|"([^"\\]{1,200})"|([\p{L}\p{N}_$@./+][^:#\n'"]{0,199}?)):(?: +|$)/u;

/**
 * Reads the block form of YAML as programs print it: maps, lists, plain, quoted and block scalars. What only people
 * write (anchors, tags, comments, complex keys) is none of it. Strict on purpose: one line that does not fit makes the
 * whole text prose, because a lenient reader would find fields in a letter.
 * @throws NotThisForm on anything else
 */
export function readYaml(text: string): Node {
  const lines = text.replaceAll('\r\n', '\n').split('\n').map(lineOf);
  while (lines.at(-1)?.text === '') lines.pop();
  const reader = createReader(lines);
  const [first] = lines;
  if (first === undefined || first.indent > 0) throw noYaml();
  const node = reader.block(0, 0);
  if (!reader.isDone()) throw noYaml();
  return node;
}

function lineOf(line: string): Line {
  const text = line.trimStart();
  if (line.slice(0, line.length - text.length).includes('\t')) throw noYaml();
  return { indent: line.length - text.length, text: text.trimEnd() };
}

function noYaml(): NotThisForm {
  return NO_YAML;
}

function createReader(lines: Line[]): { block: (indent: number, depth: number) => Node; isDone: () => boolean } {
  const count = createCount();
  let at = 0;

  const skipBlank = (): void => {
    while (lines[at]?.text === '') at += 1;
  };
  const here = (): Line | undefined => {
    skipBlank();
    return lines[at];
  };

  const block = (indent: number, depth: number): Node => {
    const line = here();
    if (line === undefined || line.indent !== indent || depth > MAX_DEPTH) throw noYaml();
    return isItem(line.text) ? list(indent, depth) : map(indent, depth);
  };

  const list = (indent: number, depth: number): Node => {
    const items: Node[] = [];
    for (let line = here(); line !== undefined && line.indent === indent && isItem(line.text); line = here()) {
      count();
      const inner = line.text.slice(1).trimStart();
      const innerIndent = indent + line.text.length - inner.length;
      if (inner === '') {
        at += 1;
        items.push(below(indent, depth));
      } else if (isItem(inner) || KEY.test(inner)) {
        lines[at] = { indent: innerIndent, text: inner };
        items.push(block(innerIndent, depth + 1));
      } else items.push(scalar(inner, indent));
    }
    return { kind: 'list', items };
  };

  const map = (indent: number, depth: number): Node => {
    const entries: [string, Node][] = [];
    for (let line = here(); line !== undefined && line.indent === indent && !isItem(line.text); line = here()) {
      count();
      const match = KEY.exec(line.text);
      if (match === null) throw noYaml();
      const rest = line.text.slice(match[0].length);
      const key = match[1]?.replaceAll("''", "'") ?? match[2] ?? match[3] ?? '';
      if (rest === '') {
        at += 1;
        entries.push([key, below(indent, depth, true)]);
      } else entries.push([key, scalar(rest, indent)]);
    }
    return mapOf(entries);
  };

  /** What belongs to a key or a dash with nothing after it. A list may stand as far left as its key. */
  const below = (indent: number, depth: number, isKey = false): Node => {
    const next = here();
    if (next !== undefined && next.indent > indent) {
      return isItem(next.text) || KEY.test(next.text) ? block(next.indent, depth + 1) : scalarBelow(indent);
    }
    if (isKey && next !== undefined && next.indent === indent && isItem(next.text)) return list(indent, depth + 1);
    return plainScalar('');
  };

  const scalarBelow = (indent: number): Node => {
    const text = lines[at]?.text ?? '';
    return scalar(text, indent);
  };

  const scalar = (start: string, indent: number): Node => {
    at += 1;
    const sign = start.charAt(0);
    if (sign === "'" || sign === '"') return quoted(start, indent);
    if (/^[|>][+-]?\d?$/.test(start))
      return { kind: 'scalar', text: further(indent).join('\n').trim(), type: 'string' };
    if (sign === '[' || sign === '{') return readLiteral(start);
    if (/^[&*!%@`#]/.test(start)) throw noYaml();
    const all = [start, ...further(indent)];
    if (all.some((line) => /:(?: |$)| #/.test(line))) throw noYaml();
    return all.length === 1 ? plainScalar(start) : { kind: 'scalar', text: folded(all), type: 'string' };
  };

  const further = (indent: number): string[] => {
    const rest: string[] = [];
    for (let line = lines[at]; line !== undefined && (line.text === '' || line.indent > indent); line = lines[at]) {
      rest.push(line.text);
      at += 1;
    }
    while (rest.at(-1) === '') rest.pop();
    return rest;
  };

  const quoted = (start: string, indent: number): Node => {
    const quote = start.charAt(0);
    const parts = [start.slice(1)];
    while (!isClosed(parts.at(-1) ?? '', quote)) {
      const line = lines[at];
      if (line === undefined || (line.text !== '' && line.indent <= indent)) throw noYaml();
      parts.push(line.text);
      at += 1;
    }
    const inner = folded(parts).slice(0, -1);
    return { kind: 'scalar', text: quote === "'" ? inner.replaceAll("''", "'") : unescaped(inner), type: 'string' };
  };

  return { block, isDone: () => here() === undefined };
}

function isItem(text: string): boolean {
  return text === '-' || text.startsWith('- ');
}

/** True where the closing quote ends the line; text after a closing quote is no YAML. */
function isClosed(line: string, quote: string): boolean {
  for (let at = 0; at < line.length; at += 1) {
    if (quote === '"' && line.charAt(at) === '\\') at += 1;
    else if (line.charAt(at) === quote) {
      if (quote === "'" && line.charAt(at + 1) === "'") at += 1;
      else if (at === line.length - 1) return true;
      else throw noYaml();
    }
  }
  return false;
}

/** One line break is a space, an empty line is a line break; a backslash at the end joins. */
function folded(lines: readonly string[]): string {
  let text = lines[0] ?? '';
  for (const line of lines.slice(1)) {
    if (line === '') text += '\n';
    else if (text.endsWith('\\')) text = text.slice(0, -1) + line;
    else text += text.endsWith('\n') ? line : ` ${line}`;
  }
  return text;
}

const ESCAPED = /\\(?:x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|([\s\S]))/g;

function unescaped(text: string): string {
  return text.replaceAll(ESCAPED, (_, two?: string, four?: string, sign?: string) => {
    if (sign !== undefined) return { n: '\n', t: '\t', r: '\r' }[sign] ?? sign;
    return String.fromCharCode(Number.parseInt(two ?? four ?? '', 16));
  });
}
