import { createCount, MAX_DEPTH, mapOf, type Node, NotThisForm, plainScalar } from './node.ts';

// Made once, as in read-rows.
const NO_LITERAL = new NotThisForm('no literal');
const PAIRS: Readonly<Record<string, string>> = { '{': '}', '[': ']', '(': ')' };
const BARE = /(?:-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null|True|False|None)(?![\w.])/y;
const SPACE = /[ \t\r\n]*/y;
const ESCAPES: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r', b: '\b', f: '\f' };

/**
 * Reads JSON, and what Python prints of dicts, lists and tuples: one grammar, since they differ in quotes and words.
 * @throws NotThisForm on anything else, also when anything follows
 */
export function readLiteral(text: string): Node {
  const count = createCount();
  let at = 0;
  const skip = (): void => {
    if (text.charCodeAt(at) > 0x20) return;
    SPACE.lastIndex = at;
    SPACE.test(text);
    at = SPACE.lastIndex;
  };
  const fail = (): never => {
    throw NO_LITERAL;
  };
  const value = (depth: number): Node => {
    count();
    skip();
    const open = text.charAt(at);
    if (depth > MAX_DEPTH) return fail();
    if (open === '"' || open === "'") return { kind: 'scalar', text: quoted(open), type: 'string' };
    if (open in PAIRS) return group(open, depth);
    BARE.lastIndex = at;
    const [bare] = BARE.exec(text) ?? fail();
    at += bare.length;
    return plainScalar(bare);
  };
  const group = (open: string, depth: number): Node => {
    at += 1;
    const items: Node[] = [];
    const entries: [string, Node][] = [];
    for (;;) {
      skip();
      if (text.charAt(at) === PAIRS[open]) break;
      const first = value(depth + 1);
      skip();
      if (open === '{') {
        if (first.kind !== 'scalar' || text.charAt(at) !== ':') return fail();
        at += 1;
        entries.push([first.text, value(depth + 1)]);
        skip();
      } else items.push(first);
      if (text.charAt(at) === ',') at += 1;
      else if (text.charAt(at) !== PAIRS[open]) return fail();
    }
    at += 1;
    return open === '{' ? mapOf(entries) : { kind: 'list', items };
  };
  const quoted = (quote: string): string => {
    let inner = '';
    at += 1;
    for (let from = at; ; at += 1) {
      if (at >= text.length) return fail();
      const sign = text.charAt(at);
      if (sign !== quote && sign !== '\\') continue;
      inner += text.slice(from, at);
      if (sign === quote) break;
      inner += escaped();
      from = at + 1;
    }
    at += 1;
    return inner;
  };
  const escaped = (): string => {
    at += 1;
    const sign = text.charAt(at);
    const length = { x: 2, u: 4, U: 8 }[sign];
    if (length === undefined) return ESCAPES[sign] ?? sign;
    const code = Number.parseInt(text.slice(at + 1, at + 1 + length), 16);
    if (!(code >= 0 && code <= 0x10_ff_ff)) return fail();
    at += length;
    return length === 4 ? String.fromCharCode(code) : String.fromCodePoint(code);
  };
  const read = value(0);
  skip();
  return at === text.length ? read : fail();
}
