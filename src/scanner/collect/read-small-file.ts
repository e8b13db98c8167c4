import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import { type Blind, blind, type Look, saw } from '../look.ts';

/**
 * Reads a text file of at most `maxBytes`. Only what is a plain file: a pipe or a device could give bytes for ever.
 * Never throws.
 */
export async function readSmallFile(path: string, maxBytes: number): Promise<Look<string>> {
  try {
    // Without O_NONBLOCK, to open a pipe would wait for its writer.
    const handle = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
    try {
      const stat = await handle.stat();
      if (!stat.isFile()) return blind('unreadable', `${path} is no plain file.`, `${path} 不是普通文件。`);
      const buffer = Buffer.alloc(maxBytes + 1);
      const text = await readUpTo(handle, buffer);
      return text.length > maxBytes ? tooLarge(path, maxBytes) : saw(text.toString('utf8'));
    } finally {
      await handle.close();
    }
  } catch (error) {
    return whyNot(path, error);
  }
}

async function readUpTo(handle: Awaited<ReturnType<typeof open>>, buffer: Buffer): Promise<Buffer> {
  let filled = 0;
  while (filled < buffer.length) {
    const { bytesRead } = await handle.read(buffer, filled, buffer.length - filled);
    if (bytesRead === 0) break;
    filled += bytesRead;
  }
  return buffer.subarray(0, filled);
}

function tooLarge(path: string, maxBytes: number): Blind {
  return blind('unreadable', `${path} is larger than ${maxBytes} bytes.`, `${path} 超过 ${maxBytes} 字节。`);
}

/** What the system's error about a path means to a scan. */
export function whyNot(path: string, error: unknown): Blind {
  const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
  if (code === 'ENOENT' || code === 'ENOTDIR')
    return blind('not-offered', `${path} does not exist.`, `${path} 不存在。`);
  if (code === 'EACCES' || code === 'EPERM') {
    return blind(
      'no-permission',
      `${path} may not be looked at by this user. Run the scan as root, or as the user that the server runs as.`,
      `当前用户无权查看 ${path}。请以 root 或服务器所用的用户运行扫描。`,
    );
  }
  return blind('unreadable', `${path} cannot be read (${code}).`, `无法读取 ${path}(${code})。`);
}
