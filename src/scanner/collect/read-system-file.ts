import { type Blind, blind, type Look, saw } from '../look.ts';
import { codeOf, failureOf, readBounded } from './read-bounded.ts';

/** Reads a text file of the system, of at most `maxBytes`. Never throws; its words name the path. */
export async function readSystemFile(path: string, maxBytes: number): Promise<Look<string>> {
  try {
    const read = await readBounded(path, maxBytes);
    if (read.bytes !== undefined) return saw(read.bytes.toString('utf8'));
    return read.wrong === 'no-file'
      ? blind('unreadable', `${path} is no plain file.`, `${path} 不是普通文件。`)
      : blind('unreadable', `${path} is larger than ${maxBytes} bytes.`, `${path} 超过 ${maxBytes} 字节。`);
  } catch (error) {
    return whyNot(path, error);
  }
}

/** What the system's error about a path means to a scan. */
export function whyNot(path: string, error: unknown): Blind {
  const what = failureOf(error);
  if (what === 'gone') return blind('not-offered', `${path} does not exist.`, `${path} 不存在。`);
  if (what === 'denied') {
    return blind(
      'no-permission',
      `${path} may not be looked at by this user. Run the scan as root, or as the user that the server runs as.`,
      `当前用户无权查看 ${path}。请以 root 或服务器所用的用户运行扫描。`,
    );
  }
  const code = codeOf(error);
  return blind('unreadable', `${path} cannot be read (${code}).`, `无法读取 ${path}(${code})。`);
}
