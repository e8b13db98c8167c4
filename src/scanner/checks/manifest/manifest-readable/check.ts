import { type Answer, defineCheck, pass } from '../../../check.ts';

export const manifestReadable = defineCheck({
  id: 'manifest-readable',
  control: 'C15',
  part: 'manifest',
  severity: 'low',
  title: { en: 'The manifest can be read whole.', zh: '清单可以完整读取。' },
  remedy: { en: 'Correct the manifest at the place shown.', zh: '在所示位置修正清单。' },
  ask: ({ problems, file, format }): Answer =>
    problems.length > 0
      ? {
          outcome: 'warn',
          evidence: problems
            .slice(0, 20)
            .map(({ message, where }) => ({ seen: { en: message, zh: `无法理解此处内容：${message}` }, where })),
        }
      : pass({ en: `It is read as ${format}.`, zh: `按 ${format} 读取。` }, { where: { file } }),
});
