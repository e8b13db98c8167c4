import type { Text } from '../../kernel/text.ts';
import { type Page, wrong } from '../written/page.ts';
import type { Placed } from '../written/readers.ts';
import { type Path, readPath, resolve, type Scope, type ScopeShape } from './path.ts';
import type { Budget } from '../../kernel/pattern/match.ts';

/** A sentence with values of the facts in it. */
export type Template = (scope: Scope, budget: Budget) => Text;

type Piece = string | Path;

/** Longest text of one value in a sentence, in UTF-16 units. */
const LONGEST = 200;
/** Most values that one place of a sentence lists. */
const MAX_VALUES = 10;

/** Reads a sentence with `{path}` in it, in each language. */
export function readTemplate(
  { value, at }: Placed<Text>,
  page: Page,
  name: string,
  shapes: ScopeShape,
): Template | undefined {
  const read = (sentence: string): readonly Piece[] | undefined => {
    const pieces = piecesOf(sentence, shapes);
    return typeof pieces === 'string' ? wrong(page, at, `${name} ${pieces}`, { code: 'RULE_INVALID' }) : pieces;
  };
  const en = read(value.en);
  const zh = value.zh === value.en ? en : read(value.zh);
  if (en === undefined || zh === undefined) return undefined;
  return (scope, budget) => ({
    en: filled(en, scope, budget, 'nothing'),
    zh: filled(zh, scope, budget, '无'),
  });
}

function piecesOf(sentence: string, shapes: ScopeShape): readonly Piece[] | string {
  const pieces: Piece[] = [];
  for (const [index, part] of sentence.split(/\{([^{}]*)\}/).entries()) {
    if (index % 2 === 0) {
      if (/[{}]/.test(part)) return 'has a brace without its partner.';
      pieces.push(part);
      continue;
    }
    const path = readPath(part.trim(), shapes);
    if ('wrong' in path) return `has a path that ${path.wrong}`;
    pieces.push(path);
  }
  return pieces;
}

function filled(pieces: readonly Piece[], scope: Scope, budget: Budget, nothing: string): string {
  return pieces.map((piece) => (typeof piece === 'string' ? piece : valuesAt(piece, scope, budget, nothing))).join('');
}

function valuesAt(path: Path, scope: Scope, budget: Budget, nothing: string): string {
  const spots = resolve(path, scope, budget);
  const shown = spots.slice(0, MAX_VALUES).map((spot) => (spot.kind === 'value' ? textOf(spot.at.value) : nothing));
  if (spots.length > MAX_VALUES) shown.push('…');
  return shown.length === 0 ? nothing : shown.join(', ');
}

function textOf(value: unknown): string {
  const text = typeof value === 'string' ? value : (JSON.stringify(value) ?? '');
  return text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text;
}
