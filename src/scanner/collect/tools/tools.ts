import { basename, extname, resolve } from 'node:path';
import type { ToolsFacts } from '../../facts/tools.ts';
import { blind, type Look, saw } from '../../look.ts';
import type { Collect } from '../../target.ts';
import { readUserFile } from '../read-user-file.ts';
import { MAX_TOOLS_FILE, parseToolsText } from './read-tools.ts';

/** Reads a saved `tools/list`. The server is called as the file is, without its ending. */
export const collectTools: Collect<'tools'> = async ({ file }, { project, step }) => {
  step(file, 'reading the list of tools');
  const tools = await lookAt(resolve(project, file), basename(file, extname(file)));
  return [{ id: `tools:${file}`, kind: 'tools', name: file, parts: { tools } }];
};

async function lookAt(path: string, server: string): Promise<Look<ToolsFacts>> {
  const read = await readUserFile(path, MAX_TOOLS_FILE);
  if ('blind' in read) return read;
  const facts = parseToolsText(read.saw.bytes.toString('utf8'), server);
  return facts === undefined ? blind('unreadable', 'It holds no list of tools.', '其中没有工具列表。') : saw(facts);
}
