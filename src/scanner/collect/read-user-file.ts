import type { Stats } from 'node:fs';
import type { FileAccess } from '../facts/client.ts';
import { blind, type Look, saw } from '../look.ts';
import { codeOf, failureOf, readBounded } from './read-bounded.ts';

/** A file as it was read, once. */
export interface UserFile {
  readonly bytes: Buffer;
  readonly access: Look<FileAccess>;
}

/**
 * Reads a file that the user named, of at most `longest` bytes. Never throws: what is no file, is larger, or cannot be
 * opened is a blind look. Its words leave the path out: the target is named after it.
 */
export async function readUserFile(path: string, longest: number): Promise<Look<UserFile>> {
  try {
    const read = await readBounded(path, longest);
    if (read.bytes !== undefined) return saw({ bytes: read.bytes, access: accessOf(read.stats) });
    return read.wrong === 'no-file'
      ? blind('unreadable', 'It is no regular file.', '这不是普通文件。')
      : blind('unreadable', `It is larger than ${longest} bytes.`, `文件超过 ${longest} 字节。`);
  } catch (error) {
    return failure(error);
  }
}

function accessOf({ mode, uid }: Stats): Look<FileAccess> {
  const me = process.getuid?.();
  if (me === undefined) return blind('not-on-this-system', 'This system has no permission bits.', '此系统没有权限位。');
  return saw({ mode: mode & 0o777, isOwn: uid === me });
}

function failure(error: unknown): Look<never> {
  const what = failureOf(error);
  if (what === 'gone') return blind('unreadable', 'There is no such file.', '文件不存在。');
  if (what === 'denied')
    return blind('no-permission', 'The file may not be read by this user.', '当前用户无权读取该文件。');
  const code = codeOf(error);
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
