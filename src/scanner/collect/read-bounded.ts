import { constants, type Stats } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import type { FileAccess } from '../facts/client.ts';
import { blind, type Look, saw } from '../look.ts';

/** A file as it was read, once. */
export interface ReadFile {
  readonly bytes: Uint8Array;
  readonly access: Look<FileAccess>;
}

/**
 * Reads a regular file of at most `longest` bytes. Never throws and never waits for a pipe or a device: what is no file, is
 * larger, or cannot be opened is a blind look.
 */
export async function readBounded(path: string, longest: number): Promise<Look<ReadFile>> {
  let handle: FileHandle | undefined;
  try {
    // Without O_NONBLOCK, opening a named pipe waits for somebody to write.
    handle = await open(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
    const facts = await handle.stat();
    if (!facts.isFile()) return blind('unreadable', 'It is no regular file.', '这不是普通文件。');
    if (facts.size > longest) return tooLarge(longest);
    const bytes = await readUpTo(handle, longest + 1);
    return bytes.length > longest ? tooLarge(longest) : saw({ bytes, access: accessOf(facts) });
  } catch (error) {
    return failure(error);
  } finally {
    await handle?.close().catch(() => undefined);
  }
}

async function readUpTo(handle: FileHandle, most: number): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  for (let total = 0; total < most; ) {
    const chunk = new Uint8Array(Math.min(256 * 1024, most - total));
    const { bytesRead } = await handle.read(chunk, 0, chunk.length, null);
    if (bytesRead === 0) break;
    chunks.push(chunk.subarray(0, bytesRead));
    total += bytesRead;
  }
  return new Uint8Array(Buffer.concat(chunks));
}

function tooLarge(longest: number): Look<never> {
  return blind('unreadable', `It is larger than ${longest} bytes.`, `文件超过 ${longest} 字节。`);
}

function accessOf({ mode, uid }: Stats): Look<FileAccess> {
  const me = process.getuid?.();
  if (me === undefined) return blind('not-on-this-system', 'This system has no permission bits.', '此系统没有权限位。');
  return saw({ mode: mode & 0o777, isOwn: uid === me });
}

function failure(error: unknown): Look<never> {
  const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
  if (code === 'ENOENT' || code === 'ENOTDIR') return blind('unreadable', 'There is no such file.', '文件不存在。');
  if (code === 'EACCES' || code === 'EPERM')
    return blind('no-permission', 'The file may not be read by this user.', '当前用户无权读取该文件。');
  return blind('unreadable', `The file cannot be read (${code}).`, `无法读取文件（${code}）。`);
}

/** Bytes as text; blind where they are no UTF-8. */
export function asText(bytes: Uint8Array): Look<string> {
  try {
    return saw(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch {
    return blind('unreadable', 'It is no UTF-8 text.', '不是 UTF-8 文本。');
  }
}

/** A path as people are shown it: with `~` for their home. */
export function shownPath(path: string, home: string): string {
  return home !== '' && (path === home || path.startsWith(`${home}/`) || path.startsWith(`${home}\\`))
    ? `~${path.slice(home.length)}`
    : path;
}
