import { defineCheck } from '../../../check.ts';
import { askEachFile } from '../each-file.ts';
import { judgeExposed } from '../judge-private.ts';

/** C07: the configuration says who may do what; nobody but its owner writes it. */
export const configFilePrivate = defineCheck<'host'>({
  id: 'config-file-private',
  control: 'C07',
  part: 'host',
  severity: 'high',
  title: { en: 'Only its owner can change the configuration file.', zh: '只有所有者能修改配置文件。' },
  remedy: {
    en: 'Run `chmod 640` on the file, or `600` where it holds secrets.',
    zh: '对该文件运行 `chmod 640`；若含密钥则用 `600`。',
  },
  ask: (facts) =>
    askEachFile(
      facts,
      ['config'],
      // Many systems give each user a group of their own, which then changes nothing.
      (file) => judgeExposed(file, { forbidden: 0o002, doubtful: 0o020, severity: 'low' }),
      { en: 'No configuration file was named.', zh: '未指定配置文件。' },
    ),
});
