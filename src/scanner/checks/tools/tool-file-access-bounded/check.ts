import { parametersOf, type ToolLike, wordsOf } from '../../../../kernel/tool-like.ts';
import { defineCheck, warn } from '../../../check.ts';
import { askEachTool } from '../each-tool.ts';

const BOUNDS =
  /\b(?:allowed (?:director|folder|path|root)|workspace|working director|project (?:root|director|folder)|within the (?:project|repo|root|vault|base)|sandbox|restricted to|relative to|base (?:path|director)|root director|vault|repository|must be absolute|absolute path (?:to|of) the (?:project|repo))/i;
const FILE_VERBS = new Set([
  'read',
  'write',
  'edit',
  'delete',
  'remove',
  'move',
  'copy',
  'list',
  'create',
  'append',
  'open',
]);
const FILES = new Set(['file', 'files', 'directory', 'folder', 'filesystem']);
const PATH = /^(?:path|paths|file_?path|file_?name|directory|dir|folder|source|destination)$/i;

function touchesAnyFile(tool: ToolLike): boolean {
  const words = wordsOf(tool.name);
  if (!words.some((word) => FILE_VERBS.has(word)) || !words.some((word) => FILES.has(word))) return false;
  return parametersOf(tool).some(({ name }) => PATH.test(name));
}

/** Asks whether tools that take the path of a file say what bounds them. */
export const toolFileAccessBounded = defineCheck({
  id: 'tool-file-access-bounded',
  control: 'C14',
  part: 'tools',
  severity: 'low',
  title: {
    en: 'Tools that read or change files say which files.',
    zh: '读写文件的工具说明了它们能访问哪些文件。',
  },
  remedy: {
    en: 'Limit the server to folders that are given to it at its start, refuse everything outside, links included, and say so in the descriptions.',
    zh: '把服务器限制在启动时给定的文件夹内,拒绝访问之外的一切(包括链接),并在描述中说明。',
  },
  ask: (facts) => {
    // One sentence about it holds for all tools of a server.
    const saysBounds = BOUNDS.test(
      [facts.instructions ?? '', ...facts.tools.slice(0, 500).map(({ description }) => description)]
        .join('\n')
        .slice(0, 500_000),
    );
    return askEachTool(
      facts,
      (tool) =>
        saysBounds || !touchesAnyFile(tool)
          ? undefined
          : warn({
              en: 'It takes a path, and nothing is said about which files it may touch.',
              zh: '它接受路径,但没有说明可以访问哪些文件。',
            }),
      (count) => ({
        en: `None of ${count} tools takes a path to a file without a word about bounds.`,
        zh: `${count} 个工具中没有接受文件路径却不说明范围的。`,
      }),
    );
  },
});
