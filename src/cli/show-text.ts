import type { Format } from '../clients/client.ts';
import { readTree } from '../clients/read-tree.ts';
import { applySplices, type Splice } from '../clients/splice.ts';
import { entryOf, type Tree } from '../clients/tree.ts';
import { looksLikeToken } from '../detect/token-shapes.ts';
import { createMask } from '../detect/mask.ts';
import { isSecretKey } from '../detect/secret-keys.ts';
import { showable } from '../detect/showable.ts';
import type { Side } from './unified-diff.ts';

/** What stands for something that is not shown. */
const HIDDEN = '•••';
/** Keys below which every value may be a secret. */
const SECRET_MAPS = /^(env|envs|environment|headers|http_headers)$/;
/** Most references that are shown within one line. */
const MAX_REFERENCES = 50;
const shapes = createMask({ secrets: [] });

/** How {@link sideOf} shows a text. */
export interface ShowOptions {
  readonly label: string;
  readonly format: Format;
  /** Keys from the top of the file to the servers. */
  readonly root: readonly string[];
  /** Servers whose headers and variables are shown: those that connect writes itself. */
  readonly ours: readonly string[];
  /** Words that are shown wherever they stand: how Merlon is started. */
  readonly known: readonly string[];
  /** Texts that are shown even where every value may be a secret: references that Merlon writes in the place of one. */
  readonly references?: readonly string[];
  /** Values that are never shown, wherever they stand. */
  readonly secrets?: readonly string[];
}

/** A client's file as lines to compare, with the secrets hidden in what is shown of them. */
export function sideOf(text: string, { label, format, ...about }: ShowOptions): Side {
  const bare = text.replace(/^\uFEFF/, '');
  const { tree } = readTree(bare, format);
  const hidden = tree === undefined ? [] : secretsIn(tree, TOP, about);
  const shown = applySplices(
    bare,
    hidden.flatMap((part) => cover(bare, part)),
  );
  const lines = linesOf(bare);
  return { label, lines, shown: linesOf(shown).map((line) => shownLine(line, about.references ?? [])) };
}

/** A line made showable; a reference of ours in it stays, which would be masked behind a telling name. */
function shownLine(line: string, references: readonly string[]): string {
  const [reference, ...others] = references
    .filter((each) => /^[ -~]{4,300}$/.test(each) && line.includes(each))
    .slice(0, MAX_REFERENCES);
  if (reference === undefined) return showable(line);
  return line
    .split(reference)
    .map((part) => shownLine(part, others))
    .join(reference);
}

function linesOf(text: string): string[] {
  if (text === '') return [];
  const lines = text.split(/\r?\n/);
  if (lines.at(-1) === '') lines.pop();
  else lines[lines.length - 1] += ' (no line end)';
  return lines;
}

interface Around {
  /** Keys and names from the top. */
  readonly path: readonly string[];
  /** Below a map whose every value may be a secret. */
  readonly isBelow: boolean;
  /** Within an entry that connect writes. */
  readonly isOurs: boolean;
}

const TOP: Around = { path: [], isBelow: false, isOurs: false };
type Known = Pick<ShowOptions, 'root' | 'ours' | 'known' | 'references' | 'secrets'>;

function secretsIn(tree: Tree, around: Around, known: Known): Tree[] {
  if (tree.kind === 'map') {
    return tree.entries.flatMap(({ key, value }) => secretsIn(value, within(around, key, known), known));
  }
  if (tree.kind === 'scalar') return isSecret(tree.value, around, known) ? [tree] : [];
  return tree.items.flatMap((item, index) => {
    const flag = textOf(tree.items[index - 1]);
    const isValue =
      /^--?[A-Za-z][\w-]*$/.test(flag) && isSecretKey(flag) && known.references?.includes(textOf(item)) !== true;
    if (isValue && item.kind === 'scalar') return [item];
    const name = textOf(entryOf(item, 'name')?.value);
    return secretsIn(item, name === '' ? around : within(around, name, known), known);
  });
}

function within({ path, isBelow, isOurs }: Around, key: string, { root, ours }: Known): Around {
  const isServer = path.length === root.length && root.every((step, index) => path[index] === step);
  const isOur = isOurs || (isServer && ours.includes(key));
  return { path: [...path, key], isBelow: (isBelow || SECRET_MAPS.test(key)) && !isOur, isOurs: isOur };
}

function textOf(tree: Tree | undefined): string {
  return tree?.kind === 'scalar' && typeof tree.value === 'string' ? tree.value : '';
}

function isSecret(
  value: string | number | boolean | null,
  { path, isBelow, isOurs }: Around,
  { known, references = [], secrets = [] }: Known,
): boolean {
  if (value === null || typeof value === 'boolean' || value === '') return false;
  if (secrets.includes(String(value))) return true;
  // What Merlon writes itself and knows to be none, wherever it stands.
  if (typeof value === 'string' && references.includes(value)) return false;
  if (isBelow) return true;
  const key = path.at(-1) ?? '';
  if (typeof value === 'number') return isSecretKey(key);
  if (known.includes(value)) return false;
  const assigned = /^-{0,2}([\w-]+)\s*[=:]\s*\S/.exec(value)?.[1];
  if (assigned !== undefined && isSecretKey(assigned)) return true;
  // A key of ours is a reference, which has a brace in every notation, or it is the key.
  if (isOurs) return shapes.text(value) !== value || (key === 'Authorization' && !value.includes('{'));
  return isSecretKey(key) || looksLikeToken(value) || shapes.text(value) !== value || hasSecretPart(value);
}

/** An address with a user, a query or a fragment: any of them may be a secret. */
function hasSecretPart(value: string): boolean {
  if (!/^[a-z][a-z0-9+.-]*:\/\//i.test(value)) return false;
  return !URL.canParse(value) || /[@?#]/.test(value);
}

/** Covers a part line by line, so that lines stay lines. */
function cover(text: string, { start, end }: Tree): Splice[] {
  const quote = /["']/.exec(text[start] ?? '')?.[0] ?? '';
  const lines = text.slice(start, end).split(/(\r?\n)/);
  const covered = lines.map((line, index) => (index % 2 === 1 || line.trim() === '' ? line : quote + HIDDEN + quote));
  return [{ start, end, text: covered.join('') }];
}
