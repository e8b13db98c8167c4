import { constants } from 'node:fs';
import { type FileHandle, open, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { inflateSync } from 'node:zlib';

/** Most bytes of an object, as it is stored and as it is. */
export const MAX_OBJECT = 256 * 1024;
/** Most packs that are opened. */
const MAX_PACKS = 200;
/** Longest chain of objects that are kept as differences to others; Git makes 50 at most. */
const MAX_CHAIN = 50;

/** A pack and its index, both open. All that is in them is attacker-controlled. */
export interface Pack {
  readonly index: FileHandle;
  readonly data: FileHandle;
  /** Objects in it. */
  readonly count: number;
}

/** Opens the packs of a repository that have an index of version 2 with SHA-1 ids. */
export async function openPacks(git: string): Promise<Pack[]> {
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

/** Closes what {@link openPacks} opened. */
export async function closePacks(packs: readonly Pack[]): Promise<void> {
  for (const { index, data } of packs) {
    await index.close().catch(() => undefined);
    await data.close().catch(() => undefined);
  }
}

/** What zlib makes of the bytes; undefined when they are damaged or become too many. */
export function inflated(bytes: Buffer): Buffer | undefined {
  try {
    return inflateSync(bytes, { maxOutputLength: MAX_OBJECT });
  } catch {
    return undefined;
  }
}

/** A commit or a tag out of the packs, as Git would have it loose: `TYPE ` and its content. */
export async function packedObject(packs: readonly Pack[], id: string): Promise<Buffer | undefined> {
  for (const pack of packs) {
    const offset = await offsetOf(pack, Buffer.from(id, 'hex'));
    if (offset === undefined) continue;
    const object = await objectAt(pack, offset, MAX_CHAIN);
    const type = { 1: 'commit ', 4: 'tag ' }[object?.type ?? 0];
    return object === undefined || type === undefined ? undefined : Buffer.concat([Buffer.from(type), object.content]);
  }
  return undefined;
}

interface PackedObject {
  readonly type: number;
  readonly content: Buffer;
}

async function objectAt(pack: Pack, offset: number, chain: number): Promise<PackedObject | undefined> {
  const buffer = Buffer.alloc(MAX_OBJECT);
  const got = await pack.data.read(buffer, 0, MAX_OBJECT, offset).catch(() => undefined);
  const bytes = buffer.subarray(0, got?.bytesRead ?? 0);
  const type = ((bytes[0] ?? 0) >> 4) & 7;
  // The size, seven bits a byte, goes on while the highest bit is set. zlib knows its own end.
  let at = 1;
  while (at < 10 && ((bytes[at - 1] ?? 0) & 0x80) !== 0) at += 1;
  const base = await baseOf(pack, offset, type, bytes.subarray(at));
  if (base === 'none') {
    const content = inflated(bytes.subarray(at));
    return content === undefined ? undefined : { type, content };
  }
  if (base === undefined || chain === 0) return undefined;
  const whole = await objectAt(pack, base.offset, chain - 1);
  const delta = inflated(bytes.subarray(at + base.length));
  const content = whole === undefined || delta === undefined ? undefined : applied(whole.content, delta);
  return whole === undefined || content === undefined ? undefined : { type: whole.type, content };
}

/** Where the object is that this one is a difference to, and how many bytes say so. */
async function baseOf(
  pack: Pack,
  offset: number,
  type: number,
  bytes: Buffer,
): Promise<{ readonly offset: number; readonly length: number } | 'none' | undefined> {
  if (type === 7) {
    const found = bytes.length < 20 ? undefined : await offsetOf(pack, bytes.subarray(0, 20));
    return found === undefined ? undefined : { offset: found, length: 20 };
  }
  if (type !== 6) return 'none';
  // Seven bits a byte, each further byte adding one (gitformat-pack).
  let [distance, at] = [(bytes[0] ?? 0) & 0x7f, 0];
  while (((bytes[at] ?? 0) & 0x80) !== 0 && at < 6) {
    at += 1;
    distance = (distance + 1) * 128 + ((bytes[at] ?? 0) & 0x7f);
  }
  return distance > 0 && distance < offset ? { offset: offset - distance, length: at + 1 } : undefined;
}

/** A difference applied: copies of parts of the base, and new bytes. Undefined when it reaches beyond either. */
function applied(base: Buffer, delta: Buffer): Buffer | undefined {
  let at = 0;
  const next = (): number => delta[at++] ?? 0;
  for (let size = 0; size < 2; size += 1) while ((next() & 0x80) !== 0 && at < delta.length);
  const parts: Buffer[] = [];
  let total = 0;
  while (at < delta.length) {
    const command = next();
    let part: Buffer;
    if ((command & 0x80) === 0) {
      part = delta.subarray(at, at + command);
      at += command;
    } else {
      const number = (bits: readonly number[]): number =>
        bits.reduce((sum, bit, index) => ((command & bit) === 0 ? sum : sum + next() * 256 ** index), 0);
      const start = number([0x01, 0x02, 0x04, 0x08]);
      const length = number([0x10, 0x20, 0x40]);
      part = base.subarray(start, start + (length === 0 ? 0x10000 : length));
    }
    total += part.length;
    if (part.length === 0 || total > MAX_OBJECT) return undefined;
    parts.push(part);
  }
  return Buffer.concat(parts);
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

/** Binary search in the sorted ids of an index: header, 256 counts, ids, checksums, offsets. */
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
