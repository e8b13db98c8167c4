import { defineCheck } from '../../../check.ts';
import { askEachFile } from '../each-file.ts';
import { judgePrivate } from '../judge-private.ts';

/** C07: stored keys and secrets are for their server alone. */
export const secretFilesPrivate = defineCheck<'host'>({
  id: 'secret-files-private',
  control: 'C07',
  part: 'host',
  severity: 'high',
  title: { en: 'Only their owner can read or exchange stored secrets.', zh: '只有所有者能读取或替换存储的密钥文件。' },
  remedy: {
    en: 'Run `chmod 600` on the files and `chmod 700` on the state folder.',
    zh: '对这些文件运行 `chmod 600`，对状态文件夹运行 `chmod 700`。',
  },
  ask: (facts) =>
    askEachFile(facts, ['keys', 'secret', 'state'], judgePrivate, {
      en: 'No file with secrets was named.',
      zh: '未指定含有密钥的文件。',
    }),
});
