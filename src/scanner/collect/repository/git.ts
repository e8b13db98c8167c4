import { lstat, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { blind, type Look, saw } from '../../look.ts';
import { closePacks, inflated, MAX_OBJECT, openPacks, type Pack, packedObject } from './git-pack.ts';
import { readBytes } from './read-text.ts';

/** Most tags that are counted. */
const MAX_TAGS = 10_000;
/** Most tags whose objects are read: the newest by their names. */
const MAX_INSPECTED = 200;
/** Most bytes of Git's own lists. */
const MAX_LIST = 16 * 1024 * 1024;

/** What Git's files say; Git itself is not run. */
export interface GitFacts {
  readonly tags: Look<{ readonly tags: number; readonly inspected: number; readonly signedTags: number }>;
  /** Files that Git tracks; undefined where its index cannot be read. */
  readonly tracked: ReadonlySet<string> | undefined;
}

/** Reads tags and index of the repository in a folder. All its files are attacker-controlled. */
export async function readGit(root: string, mayGoOn: () => boolean): Promise<GitFacts> {
  const git = join(root, '.git');
  const stat = await lstat(git).catch(() => undefined);
  if (stat === undefined) {
    return { tags: blind('not-offered', 'It is no Git repository.', '这不是 Git 仓库。'), tracked: undefined };
  }
  // A work tree or a submodule points at a folder elsewhere, which is none of this one's.
  if (!stat.isDirectory()) {
    const why = blind(
      'unreadable',
      '.git leads out of the folder and was not followed.',
      '.git 指向目录之外，未跟随。',
    );
    return { tags: why, tracked: undefined };
  }
  const [tags, index] = [await readTags(git), await readBytes(join(git, 'index'), MAX_LIST)];
  const tracked = index === undefined ? undefined : readIndex(index);
  if (tags === undefined) {
    return {
      tags: blind('unreadable', 'The tags of the repository could not be read.', '无法读取仓库的标签。'),
      tracked,
    };
  }
  return { tags: await inspect(git, tags, mayGoOn), tracked };
}

type Tags = ReadonlyMap<string, string>;

/** Tag names with the objects they point at: from `packed-refs`, then from single files, which win. */
async function readTags(git: string): Promise<Tags | undefined> {
  const tags = new Map<string, string>();
  const packed = await readBytes(join(git, 'packed-refs'), MAX_LIST);
  for (const line of packed?.toString('latin1').split('\n') ?? []) {
    const [, id, name] = /^([0-9a-f]{40}) refs\/tags\/(.{1,300})$/.exec(line) ?? [];
    if (id !== undefined && name !== undefined && tags.size < MAX_TAGS) tags.set(name, id);
  }
  const folder = join(git, 'refs', 'tags');
  const stat = await lstat(folder).catch(() => undefined);
  if (stat === undefined) return packed === undefined ? undefined : tags;
  if (!stat.isDirectory()) return undefined;
  const names = await readdir(folder, { withFileTypes: true, recursive: false }).catch(() => []);
  for (const entry of names.slice(0, MAX_TAGS)) {
    if (!entry.isFile() || tags.size >= MAX_TAGS) continue;
    const text = (await readBytes(join(folder, entry.name), 100))?.toString('latin1').trim();
    if (text !== undefined && /^[0-9a-f]{40}$/.test(text)) tags.set(entry.name, text);
  }
  return tags;
}

async function inspect(git: string, tags: Tags, mayGoOn: () => boolean): Promise<GitFacts['tags']> {
  const newest = [...tags].toSorted(([a], [b]) => b.localeCompare(a, 'en', { numeric: true })).slice(0, MAX_INSPECTED);
  const packs = newest.length === 0 ? [] : await openPacks(git);
  let [inspected, signedTags] = [0, 0];
  try {
    for (const [, id] of newest) {
      if (!mayGoOn()) break;
      const isSigned = await isSignedTag(git, packs, id);
      if (isSigned === undefined) continue;
      inspected += 1;
      if (isSigned) signedTags += 1;
    }
  } finally {
    await closePacks(packs);
  }
  if (tags.size > 0 && inspected === 0) {
    return blind(
      'unreadable',
      'Whether tags are signed cannot be told without Git.',
      '不运行 Git 无法判断标签是否已签名。',
    );
  }
  return saw({ tags: tags.size, inspected, signedTags });
}

const SIGNATURES = ['-----BEGIN PGP SIGNATURE-----', '-----BEGIN SSH SIGNATURE-----', '-----BEGIN SIGNED MESSAGE-----'];

/** Undefined where the object cannot be read: it is missing, too large or damaged. */
async function isSignedTag(git: string, packs: readonly Pack[], id: string): Promise<boolean | undefined> {
  const loose = await readBytes(join(git, 'objects', id.slice(0, 2), id.slice(2)), MAX_OBJECT);
  const object = loose === undefined ? await packedObject(packs, id) : inflated(loose);
  if (object === undefined) return undefined;
  const text = object.toString('latin1');
  // A tag that points at a commit by itself is a name without a signature.
  if (!text.startsWith('tag ')) return text.startsWith('commit ') ? false : undefined;
  return SIGNATURES.some((begin) => text.includes(begin));
}

/** The paths in Git's index, versions 2 and 3; undefined for another version or a damaged file. */
export function readIndex(bytes: Buffer): Set<string> | undefined {
  if (bytes.length < 12 || bytes.toString('latin1', 0, 4) !== 'DIRC') return undefined;
  const version = bytes.readUInt32BE(4);
  if (version !== 2 && version !== 3) return undefined;
  const count = bytes.readUInt32BE(8);
  const paths = new Set<string>();
  let at = 12;
  for (let entry = 0; entry < count; entry += 1) {
    if (at + 62 > bytes.length) return undefined;
    const isExtended = version === 3 && (bytes.readUInt16BE(at + 60) & 0x4000) !== 0;
    const start = at + (isExtended ? 64 : 62);
    const end = bytes.indexOf(0, start);
    if (end === -1) return undefined;
    paths.add(bytes.toString('utf8', start, end));
    // Each entry is filled up with NULs to a multiple of eight, at least one.
    at += Math.ceil((end - at + 1) / 8) * 8;
  }
  return paths;
}
