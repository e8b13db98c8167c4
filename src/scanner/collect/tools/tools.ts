import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import { basename, extname, resolve } from 'node:path';
import { blind, type Blind, saw } from '../../look.ts';
import type { Collect } from '../../target.ts';
import { MAX_TOOLS_FILE, parseToolsText } from './read-tools.ts';

/** Reads a saved `tools/list`. The server is called as the file is, without its ending. */
export const collectTools: Collect<'tools'> = async ({ file }, { project, step }) => {
  step(file, 'reading the list of tools');
  const server = basename(file, extname(file));
  const text = await readBounded(resolve(project, file));
  const facts = typeof text === 'string' ? parseToolsText(text, server) : undefined;
  const tools = typeof text === 'string' ? (facts === undefined ? noList(file) : saw(facts)) : text;
  return [{ id: `tools:${file}`, kind: 'tools', name: file, parts: { tools } }];
};

function noList(file: string): Blind {
  return blind('unreadable', `${file} holds no list of tools.`, `${file} 中没有工具列表。`);
}

async function readBounded(path: string): Promise<string | Blind> {
  try {
    // Not blocking: a pipe under this name would be waited for.
    const handle = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
    try {
      const stat = await handle.stat();
      if (!stat.isFile()) return blind('unreadable', `${path} is no file.`, `${path} 不是普通文件。`);
      if (stat.size > MAX_TOOLS_FILE)
        return blind(
          'unreadable',
          `${path} is larger than ${MAX_TOOLS_FILE} bytes.`,
          `${path} 大于 ${MAX_TOOLS_FILE} 字节。`,
        );
      // As many bytes as it had, should it be growing.
      const { buffer, bytesRead } = await handle.read(Buffer.alloc(stat.size), 0, stat.size, 0);
      return buffer.toString('utf8', 0, bytesRead);
    } finally {
      await handle.close();
    }
  } catch (error) {
    return notRead(path, error);
  }
}

function notRead(path: string, error: unknown): Blind {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  if (code === 'ENOENT') return blind('unreachable', `${path} does not exist.`, `${path} 不存在。`);
  if (code === 'EACCES' || code === 'EPERM')
    return blind('no-permission', `${path} may not be read.`, `没有读取 ${path} 的权限。`);
  return blind('unreadable', `${path} could not be read.`, `无法读取 ${path}。`);
}
