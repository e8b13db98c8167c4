/** Longest path, in UTF-16 units; Linux opens none of more than 4,096 bytes. */
const MAX_LENGTH = 4096;

/** A path as it was written and as it is meant. */
export interface WrittenPath {
  /** Absolute and normalised: no `.`, no `..`, no empty segments, no slash at the end; `/` is the root. */
  readonly path: string;
  /**
   * How many of its leading segments stood there without any `..` after them that took something away. What lies behind a
   * `..` depends on symbolic links that only the file system knows: `/bin/../tmp` is `/usr/tmp` on most Linux systems.
   */
  readonly firm: number;
}

// Segments that begin with a dot take the slow way.
const PLAIN = /^(?:\/[\w@+=,-][\w@+=,.-]*)+$/;
// Some readers decode these, then see a separator, the folder above, or the end; `%25` is the same one decoding later.
const ENCODED = /%(?:25)*(?:2e|2f|5c|00)/i;
// oxlint-disable-next-line no-control-regex -- control characters are what it looks for
const FORBIDDEN = /[\u0000-\u001f\u007f\\]/;
const DRIVE = /^\/+[a-z][:|](?:\/|$)/i;
const FILE_URL = /^file:\/\/(?:localhost)?(?=\/)/i;

/**
 * Reads an absolute POSIX path, or a `file:` URL without host or with `localhost`, and normalises it. Characters are
 * compared as they are: names that only look alike (composed and decomposed forms, other cases) are other paths.
 *
 * Refused, since one program reads them so and the next otherwise: relative paths and `~`; backslashes and drive letters;
 * control characters; white space at either end; two slashes at the beginning; separators and dots in percent encoding,
 * and characters that some programs fold into them; text that is no Unicode.
 *
 * Symbolic links cannot be seen from here. Whoever grants a folder has to name its real path, and what is inside has to be
 * confined by the upstream or its sandbox: a link in a granted folder leads wherever it leads.
 * @returns undefined for what is no such path
 */
export function readPath(text: string): string | undefined {
  return readWrittenPath(text)?.path;
}

/** Like {@link readPath}, with how far the path is independent of symbolic links behind a `..`. */
export function readWrittenPath(text: string): WrittenPath | undefined {
  if (text.length > MAX_LENGTH) return undefined;
  if (PLAIN.test(text)) return { path: text, firm: Number.POSITIVE_INFINITY };
  const plain = fromFileUrl(text);
  if (plain === undefined || !isUnambiguous(plain)) return undefined;
  const written = normalise(plain);
  // What went away may have hidden it: `/tmp/a /`, `/./C:/a`.
  return hasOddEnds(written.path) ? undefined : written;
}

/** True where a normalised path is a folder or lies under it; both as {@link readPath} gives them. */
export function isUnder(path: string, folder: string): boolean {
  if (folder === '/') return true;
  return path.startsWith(folder) && (path.length === folder.length || path[folder.length] === '/');
}

/** True where a path as it was written stays at or under a folder on its whole way, links behind a `..` or not. */
export function staysUnder({ path, firm }: WrittenPath, folder: string): boolean {
  return isUnder(path, folder) && (firm === Number.POSITIVE_INFINITY || firm >= depthOf(folder));
}

function depthOf(folder: string): number {
  return folder === '/' ? 0 : folder.split('/').length - 1;
}

/** The path of a `file:` URL, decoded; any other text as it is. */
function fromFileUrl(text: string): string | undefined {
  const found = FILE_URL.exec(text);
  if (found === null) return text;
  const path = text.slice(found[0].length);
  if (ENCODED.test(path) || /[?#]/.test(path)) return undefined;
  try {
    return decodeURIComponent(path);
  } catch {
    return undefined;
  }
}

function isUnambiguous(text: string): boolean {
  if (!text.startsWith('/') || text.startsWith('//') || hasOddEnds(text)) return false;
  return !FORBIDDEN.test(text) && !ENCODED.test(text) && text.isWellFormed() && !isFoldedInto(text);
}

function hasOddEnds(text: string): boolean {
  return DRIVE.test(text) || text.trim() !== text;
}

/** True where folding compatibility characters (full-width dots and slashes, say) or trimming names makes other segments. */
function isFoldedInto(text: string): boolean {
  const folded = text.normalize('NFKC').split('/');
  const written = text.split('/');
  if (folded.length !== written.length) return true;
  return written.some((segment, index) => {
    const other = (folded[index] ?? '').trim();
    return other !== segment && (other === '.' || other === '..' || other.includes('\\'));
  });
}

function normalise(text: string): WrittenPath {
  const kept: string[] = [];
  let firm = Number.POSITIVE_INFINITY;
  for (const segment of text.split('/')) {
    if (segment === '' || segment === '.') continue;
    if (segment === '..') {
      kept.pop();
      firm = Math.min(firm, kept.length);
    } else kept.push(segment);
  }
  return { path: `/${kept.join('/')}`, firm };
}
