import { type Answer, defineCheck, pass } from '../../../check.ts';

export const clientReadable = defineCheck({
  id: 'client-readable',
  control: 'C15',
  part: 'client',
  severity: 'low',
  title: { en: 'Everything in the file of the client can be understood.', zh: '客户端文件中的全部内容都能被理解。' },
  remedy: { en: 'Correct the file at the place shown, then scan again.', zh: '在所示位置修正文件，然后重新扫描。' },
  ask: ({ file, problems, servers }): Answer => {
    if (problems.length > 0) {
      const evidence = problems
        .slice(0, 20)
        .map(({ message, where }) => ({ seen: { en: message, zh: inChinese(message) }, where }));
      return { outcome: 'warn', evidence };
    }
    return pass(
      { en: `${servers.length} servers were read.`, zh: `读取了 ${servers.length} 个服务器。` },
      { where: { file } },
    );
  },
});

const CHINESE: ReadonlyMap<string, string> = new Map([
  ['This is no JSON from here on.', '从此处起不是 JSON。'],
  ['It cannot be read.', '无法读取。'],
  ['The file holds no map.', '文件内容不是映射。'],
  ['A server is no map.', '某个服务器条目不是映射。'],
  ['A server has no name.', '某个服务器没有名称。'],
  ['This key stands twice.', '该键出现了两次。'],
  ['A command is no text.', '命令不是文本。'],
  ['This is no list.', '此处不是列表。'],
  ['This is no map.', '此处不是映射。'],
  ['This is no text.', '此处不是文本。'],
]);

function inChinese(message: string): string {
  return CHINESE.get(message) ?? `无法理解此处内容：${message}`;
}
