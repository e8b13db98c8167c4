import { defineCheck, notApplicable } from '../../../check.ts';
import { judgePrivate } from '../judge-private.ts';

const ROLES = new Set(['keys', 'secret', 'state']);

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
  ask({ files }) {
    const secrets = files.filter(({ role }) => ROLES.has(role));
    return secrets.length === 0
      ? notApplicable({ en: 'No file with secrets was named.', zh: '未指定含有密钥的文件。' })
      : secrets.map(judgePrivate);
  },
});
