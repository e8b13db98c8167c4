/** Most patterns that are read of a file. */
const MAX_PATTERNS = 10_000;
const SCRIPTS = /^(prerotate|postrotate|firstaction|lastaction|preremove)$/;

/** The patterns of the logs that a file of logrotate's rotates. Never throws. */
export function parseLogrotate(text: string): readonly string[] {
  const patterns: string[] = [];
  let pending: string[] = [];
  let isInBlock = false;
  let isInScript = false;
  for (const raw of text.split('\n', 100_000)) {
    const line = raw.trim();
    if (isInScript) {
      isInScript = line !== 'endscript';
      continue;
    }
    if (line === '' || line.startsWith('#')) continue;
    if (isInBlock) {
      isInScript = SCRIPTS.test(line);
      isInBlock = !line.startsWith('}');
      continue;
    }
    const brace = line.indexOf('{');
    // What does not begin with a path or a quote is an option for all.
    if (/^["'/~]/.test(line)) pending.push(...words(brace === -1 ? line : line.slice(0, brace)));
    if (brace === -1) continue;
    patterns.push(...pending);
    pending = [];
    isInBlock = !line.slice(brace).includes('}');
    if (patterns.length >= MAX_PATTERNS) break;
  }
  return patterns.slice(0, MAX_PATTERNS);
}

function words(line: string): string[] {
  const found = line.slice(0, 4_096).matchAll(/"([^"]*)"|'([^']*)'|(\S+)/g);
  return [...found].map(([, double, single, bare]) => double ?? single ?? bare ?? '').filter((word) => word !== '');
}

/**
 * True where a shell pattern (`*`, `?`, `[…]`) matches a path; none of them matches a slash. Takes time proportional to
 * the product of both lengths at most, whatever the pattern.
 */
export function matchesGlob(pattern: string, path: string): boolean {
  const parts = split(pattern.slice(0, 4_096));
  let [at, part] = [0, 0];
  let [starAt, starPart] = [-1, -1];
  while (at < path.length) {
    const here = parts[part];
    const char = path[at] ?? '';
    if (here === '*') {
      [starAt, starPart] = [at, part];
      part += 1;
    } else if (here !== undefined && matchesOne(here, char)) {
      at += 1;
      part += 1;
    } else if (starPart !== -1 && path[starAt] !== '/') {
      // The last star takes one character more.
      starAt += 1;
      [at, part] = [starAt, starPart + 1];
    } else return false;
  }
  return parts.slice(part).every((rest) => rest === '*');
}

function matchesOne(part: string, char: string): boolean {
  if (part === '?') return char !== '/';
  if (!part.startsWith('[') || part.length < 3) return part === char;
  if (char === '/') return false;
  const isNot = part[1] === '!' || part[1] === '^';
  const inner = part.slice(isNot ? 2 : 1, -1);
  for (let at = 0; at < inner.length; at += 1) {
    const isRange = inner[at + 1] === '-' && at + 2 < inner.length;
    const [from = '', to = ''] = isRange ? [inner[at], inner[at + 2]] : [inner[at], inner[at]];
    if (char >= from && char <= to) return !isNot;
    if (isRange) at += 2;
  }
  return isNot;
}

/** A pattern as single characters, `*`, `?` and sets. */
function split(pattern: string): string[] {
  const parts: string[] = [];
  for (let at = 0; at < pattern.length; at += 1) {
    const char = pattern[at] ?? '';
    const end = char === '[' ? pattern.indexOf(']', at + 2) : -1;
    if (end !== -1) {
      parts.push(pattern.slice(at, end + 1));
      at = end;
    } else if (char !== '*' || parts.at(-1) !== '*') parts.push(char);
  }
  return parts;
}
