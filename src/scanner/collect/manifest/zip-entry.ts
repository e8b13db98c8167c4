import { crc32, inflateRawSync } from 'node:zlib';

/** Largest end record: 22 bytes and a comment of at most 65,535. */
const END_BYTES = 22 + 65_535;
const MAX_ENTRIES = 65_535;

/**
 * One file out of a ZIP archive, found by the archive's own directory. Undefined where the archive is damaged, encrypted or of
 * a kind that is not read (ZIP64, several disks), the file is missing or larger than `longest` bytes, or stands there twice:
 * programs then disagree on which one counts. Never throws; memory and time are bounded by the archive and `longest`.
 */
export function zipEntry(archive: Uint8Array, name: string, longest: number): Uint8Array | undefined {
  try {
    return entryIn(new DataView(archive.buffer, archive.byteOffset, archive.byteLength), archive, name, longest);
  } catch {
    // Offsets in the archive are attacker-controlled, and reading beyond its end throws.
    return undefined;
  }
}

function entryIn(view: DataView, archive: Uint8Array, name: string, longest: number): Uint8Array | undefined {
  const end = endRecord(view);
  if (end === undefined) return undefined;
  const [count, size, start] = [
    view.getUint16(end + 10, true),
    view.getUint32(end + 12, true),
    view.getUint32(end + 16, true),
  ];
  // A directory that is not right before its end record belongs to another archive around this one.
  if (start + size !== end || count > MAX_ENTRIES) return undefined;
  const wanted = new TextEncoder().encode(name);
  let found: number | undefined;
  for (let at = start, left = count; left > 0; left -= 1) {
    if (view.getUint32(at, true) !== 0x02_01_4b_50) return undefined;
    const length = view.getUint16(at + 28, true);
    if (isEqual(archive.subarray(at + 46, at + 46 + length), wanted)) {
      if (found !== undefined) return undefined;
      found = at;
    }
    at += 46 + length + view.getUint16(at + 30, true) + view.getUint16(at + 32, true);
    if (at > end) return undefined;
  }
  return found === undefined ? undefined : contentOf(view, archive, found, longest);
}

function endRecord(view: DataView): number | undefined {
  const first = Math.max(0, view.byteLength - END_BYTES);
  for (let at = view.byteLength - 22; at >= first; at -= 1) {
    const isEnd = view.getUint32(at, true) === 0x06_05_4b_50;
    if (isEnd && at + 22 + view.getUint16(at + 20, true) === view.byteLength) return at;
  }
  return undefined;
}

function contentOf(view: DataView, archive: Uint8Array, at: number, longest: number): Uint8Array | undefined {
  const [flags, method] = [view.getUint16(at + 8, true), view.getUint16(at + 10, true)];
  const [sum, packed, unpacked] = [
    view.getUint32(at + 16, true),
    view.getUint32(at + 20, true),
    view.getUint32(at + 24, true),
  ];
  const local = view.getUint32(at + 42, true);
  if ((flags & 1) !== 0 || unpacked > longest || view.getUint32(local, true) !== 0x04_03_4b_50) return undefined;
  const start = local + 30 + view.getUint16(local + 26, true) + view.getUint16(local + 28, true);
  if (start + packed > archive.length) return undefined;
  const bytes = archive.subarray(start, start + packed);
  const content = method === 0 ? bytes : method === 8 ? inflated(bytes, unpacked) : undefined;
  return content?.length === unpacked && crc32(content) === sum ? content : undefined;
}

function inflated(bytes: Uint8Array, length: number): Uint8Array {
  // One byte more than promised, so that more is noticed and no more than that is made.
  return inflateRawSync(bytes, { maxOutputLength: length + 1 });
}

function isEqual(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, index) => byte === b[index]);
}
