import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { type Blind, blind } from '../../look.ts';

/** Most files that are listed. */
const MAX_FILES = 20_000;
/** Most entries of folders that are looked at, whatever they are. */
const MAX_ENTRIES = 100_000;
/** Deepest folder below the root. */
const MAX_DEPTH = 32;

/** Made by tools, or of others; what is in them is not the repository's own. */
const skipped = new Set([
  '.git',
  '.hg',
  '.svn',
  'node_modules',
  'bower_components',
  '.venv',
  'venv',
  '__pycache__',
  '.tox',
  '.nox',
  '.mypy_cache',
  '.pytest_cache',
  '.ruff_cache',
  '.next',
  '.nuxt',
  '.turbo',
  '.cache',
  '.gradle',
  '.terraform',
  '.direnv',
  '.eggs',
]);

/** The files of a folder. */
export interface Walk {
  /** Paths below the root, with `/`, in order. */
  readonly files: readonly string[];
  /** What kept it from listing everything. */
  readonly missed: Blind | undefined;
}

/**
 * Lists the files of a folder. No link is followed: what a link inside the folder leads to is listed under its own name,
 * and what one leads to outside is none of the repository's. Bounded in files, entries, depth, and by `mayGoOn`.
 */
export async function walk(root: string, mayGoOn: () => boolean): Promise<Walk> {
  const files: string[] = [];
  let missed: Blind | undefined;
  let entries = 0;
  // Level by level, so that a bound cuts off what lies deep, not what sorts late.
  let level: string[] = [''];
  for (let depth = 0; level.length > 0; depth += 1) {
    if (depth > MAX_DEPTH) {
      missed ??= blind(
        'error',
        `Folders below level ${MAX_DEPTH} were not read.`,
        `第 ${MAX_DEPTH} 层以下的目录未读取。`,
      );
      break;
    }
    const next: string[] = [];
    for (const folder of level) {
      if (!mayGoOn()) return { files, missed: late };
      if (files.length >= MAX_FILES || entries >= MAX_ENTRIES) return { files, missed: full };
      const listed = await list(join(root, folder));
      if (listed === undefined) {
        missed ??= blind('no-permission', 'A folder could not be read.', '有目录无法读取。');
        continue;
      }
      entries += listed.length;
      for (const entry of listed.slice(0, MAX_ENTRIES)) {
        const path = folder === '' ? entry.name : `${folder}/${entry.name}`;
        if (entry.isFile()) files.push(path);
        else if (entry.isDirectory() && !skipped.has(entry.name)) next.push(path);
      }
    }
    level = next;
  }
  if (files.length > MAX_FILES) return { files: files.slice(0, MAX_FILES), missed: full };
  return { files, missed };
}

/** There was no time for everything. */
export const late: Blind = blind('timeout', 'There was no time to read all files.', '时间不足，未读完所有文件。');

const full: Blind = blind(
  'error',
  `Only the first ${MAX_FILES} files were looked at.`,
  `只查看了前 ${MAX_FILES} 个文件。`,
);

async function list(folder: string) {
  try {
    const entries = await readdir(folder, { withFileTypes: true });
    return entries.toSorted((a, b) => (a.name < b.name ? -1 : 1));
  } catch {
    return undefined;
  }
}
