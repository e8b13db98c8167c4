import { readTree } from '../../clients/read-tree.ts';
import { placesIn, type Span, type Tree } from '../../clients/tree.ts';
import { looksLikeToken } from '../../detect/token-shapes.ts';
import { type ErrorCode, type ErrorOptions, MerlonError, type Place } from '../../kernel/errors.ts';
import { nearest } from '../../kernel/nearest.ts';
import { Problems } from '../../kernel/problems.ts';

/** Most problems of one file that are kept; a file with more is another kind of file. */
const MAX_PROBLEMS = 100;

/** A file that a person wrote to steer a scan, and what was found wrong with it so far. */
export interface Page {
  readonly file: string;
  readonly root: Tree;
  readonly problems: MerlonError[];
  readonly placeOf: (at: Pick<Span, 'start'>) => Place;
}

/**
 * Opens a text: JSON where the name ends in `.json`, YAML otherwise.
 * @throws Problems CONFIG_SYNTAX when it cannot be read at all
 */
export function openPage(text: string, file: string): Page {
  const bare = text.replace(/^\uFEFF/, '');
  const { tree, faults } = readTree(bare, /\.json$/i.test(file) ? 'jsonc' : 'yaml');
  const places = placesIn(bare);
  const placeOf = ({ start }: Pick<Span, 'start'>): Place => ({ file, ...places(start) });
  const misread = faults.map(
    ({ offset, message }) => new MerlonError('CONFIG_SYNTAX', message, { place: placeOf({ start: offset }) }),
  );
  if (tree === undefined) throw new Problems(file, misread);
  return { file, root: tree, problems: misread, placeOf };
}

/** Notes that something is wrong. Gives undefined, so that a reader can return it. */
export function wrong(
  page: Page,
  at: Pick<Span, 'start'>,
  message: string,
  { code = 'CONFIG_INVALID', ...options }: ErrorOptions & { readonly code?: ErrorCode } = {},
): undefined {
  if (page.problems.length >= MAX_PROBLEMS) return;
  page.problems.push(new MerlonError(code, message, { ...options, place: page.placeOf(at) }));
}

/** What was read. @throws Problems when anything was found wrong on the way */
export function finish<T>(page: Page, value: T | undefined): T {
  if (page.problems.length > 0 || value === undefined) throw new Problems(page.file, page.problems);
  return value;
}

/** A word of the file as messages may show it: it may be a secret at the wrong place, or anything at all. */
export function shownWord(word: string): string {
  return /^[\w.*@$/-]{1,64}$/.test(word) && !looksLikeToken(word) ? word : 'what stands here';
}

/** "Did you mean", or the known words. */
export function suggestion(word: string, known: readonly string[]): ErrorOptions {
  const meant = nearest(word, known);
  if (meant !== undefined) return { todo: `Did you mean ${meant}?`, data: { nearest: meant } };
  return { todo: known.length === 0 ? 'Remove it.' : `Known: ${known.join(', ')}.` };
}
