import type { FileHandle } from 'node:fs/promises';
import { constants } from 'node:fs';
import { lstat, open, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { inflateSync } from 'node:zlib';
import { blind, type Look, saw } from '../../look.ts';
import { readBytes } from './read-text.ts';

/** Most tags that are counted. */
const MAX_TAGS = 10_000;
/** Most tags whose objects are read: the newest by their names. */
const MAX_INSPECTED = 200;
/** Most bytes of a tag object, packed and unpacked. */
const MAX_OBJECT = 256 * 1024;
const MAX_PACKS = 200;
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
    for (const { index, data } of packs) {
      await index.close().catch(() => undefined);
      await data.close().catch(() => undefined);
    }
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

/** Undefined where the object cannot be read by simple means: it is missing, large, or a difference to another one. */
async function isSignedTag(git: string, packs: readonly Pack[], id: string): Promise<boolean | undefined> {
  const loose = await readBytes(join(git, 'objects', id.slice(0, 2), id.slice(2)), MAX_OBJECT);
  const object = loose === undefined ? await packedObject(packs, id) : inflated(loose);
  if (object === undefined) return undefined;
  const text = object.toString('latin1');
  // A tag that points at a commit by itself is a name without a signature.
  if (!text.startsWith('tag ')) return text.startsWith('commit ') ? false : undefined;
  return SIGNATURES.some((begin) => text.includes(begin));
}

function inflated(bytes: Buffer): Buffer | undefined {
  try {
    return inflateSync(bytes, { maxOutputLength: MAX_OBJECT });
  } catch {
    return undefined;
  }
}

interface Pack {
  readonly index: FileHandle;
  readonly data: FileHandle;
  readonly count: number;
}

async function openPacks(git: string): Promise<Pack[]> {
  const folder = join(git, 'objects', 'pack');
  const names = await readdir(folder).catch(() => []);
  const packs: Pack[] = [];
  for (const name of names.filter((one) => /^pack-[0-9a-f]{40}\.idx$/.test(one)).slice(0, MAX_PACKS)) {
    const index = await openFile(join(folder, name));
    const data = await openFile(join(folder, name.replace(/idx$/, 'pack')));
    const head = index === undefined ? undefined : await readAt(index, 0, 8 + 1024);
    const isVersion2 = head?.readUInt32BE(0) === 0xff744f63 && head.readUInt32BE(4) === 2;
    if (index !== undefined && data !== undefined && head !== undefined && isVersion2) {
      packs.push({ index, data, count: head.readUInt32BE(8 + 255 * 4) });
    } else {
      await index?.close();
      await data?.close();
    }
  }
  return packs;
}

async function openFile(path: string): Promise<FileHandle | undefined> {
  const flags = constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0);
  const handle = await open(path, flags).catch(() => undefined);
  const stat = await handle?.stat().catch(() => undefined);
  if (stat?.isFile() === true) return handle;
  await handle?.close();
  return undefined;
}

async function readAt(file: FileHandle, position: number, length: number): Promise<Buffer | undefined> {
  const buffer = Buffer.alloc(length);
  const got = await file.read(buffer, 0, length, position).catch(() => undefined);
  return got?.bytesRead === length ? buffer : undefined;
}

/** The object as Git would have it loose: its type, then its content. */
async function packedObject(packs: readonly Pack[], id: string): Promise<Buffer | undefined> {
  for (const pack of packs) {
    const offset = await offsetOf(pack, Buffer.from(id, 'hex'));
    if (offset === undefined) continue;
    const buffer = Buffer.alloc(MAX_OBJECT);
    const got = await pack.data.read(buffer, 0, MAX_OBJECT, offset).catch(() => undefined);
    if (got === undefined || got.bytesRead < 2) return undefined;
    return readPacked(buffer.subarray(0, got.bytesRead));
  }
  return undefined;
}

const TYPES: Readonly<Record<number, string>> = { 1: 'commit ', 4: 'tag ' };

function readPacked(bytes: Buffer): Buffer | undefined {
  const type = TYPES[((bytes[0] ?? 0) >> 4) & 7];
  if (type === undefined) return undefined;
  // The size, seven bits a byte, goes on while the highest bit is set.
  let at = 0;
  while (at < 10 && ((bytes[at] ?? 0) & 0x80) !== 0) at += 1;
  // What follows the object in the pack is none of the stream's: zlib stops at its end.
  const content = type === 'commit ' ? Buffer.alloc(0) : inflated(bytes.subarray(at + 1));
  return content === undefined ? undefined : Buffer.concat([Buffer.from(type), content]);
}

/** Binary search in the sorted ids of a pack's index (version 2). */
async function offsetOf({ index, count }: Pack, id: Buffer): Promise<number | undefined> {
  const names = 8 + 1024;
  let [low, high] = [0, count];
  for (let step = 0; low < high && step < 40; step += 1) {
    const middle = Math.floor((low + high) / 2);
    const name = await readAt(index, names + middle * 20, 20);
    if (name === undefined) return undefined;
    const order = id.compare(name);
    if (order === 0) {
      const offset = (await readAt(index, names + count * 24 + middle * 4, 4))?.readUInt32BE(0);
      // A set highest bit refers to a table for packs beyond 2 GiB.
      return offset === undefined || offset >= 0x80000000 ? undefined : offset;
    }
    if (order < 0) high = middle;
    else low = middle + 1;
  }
  return undefined;
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
