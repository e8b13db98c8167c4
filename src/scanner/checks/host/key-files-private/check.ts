import { defineCheck } from '../../../check.ts';
import { askEachFile } from '../each-file.ts';
import { judgePrivate } from '../judge-private.ts';

/** C07: private keys are for their server alone. */
export const keyFilesPrivate = defineCheck<'host'>({
  id: 'key-files-private',
  control: 'C07',
  part: 'host',
  severity: 'high',
  title: { en: 'Only their owner can read or exchange private keys.', zh: '只有所有者能读取或替换私钥文件。' },
  remedy: {
    en: 'Run `chmod 600` on the key, and let nobody else write to its folder.',
    zh: '对私钥文件运行 `chmod 600`，并禁止其他用户写入其所在文件夹。',
  },
  ask: (facts) =>
    askEachFile(facts, ['private-key'], judgePrivate, { en: 'No private key was named.', zh: '未指定私钥文件。' }),
});
