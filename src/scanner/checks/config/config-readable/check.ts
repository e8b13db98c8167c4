import { defineCheck, fail, pass, warn } from '../../../check.ts';

/** C20: all who read the file read the same. */
export const configReadable = defineCheck<'config'>({
  id: 'config-readable',
  control: 'C20',
  part: 'config',
  severity: 'medium',
  title: { en: 'The configuration can be read in one way only.', zh: '配置文件只有一种读法。' },
  remedy: {
    en: 'Correct the file at the places shown: each key once, no merge keys, valid syntax.',
    zh: '在所示位置修正文件：每个键只出现一次，不使用合并键，语法正确。',
  },
  ask({ problems, settings, file }) {
    if (problems.length === 0)
      return pass({ en: 'The file was read as a whole.', zh: '文件已完整读取。' }, { where: { file } });
    const isBare = Object.keys(settings).length === 0;
    return problems.map(({ message, where }) => {
      const seen = { en: message, zh: `此处有问题：${message}` };
      return (isBare ? fail : warn)(seen, { where, subject: `${where.line ?? 0}:${where.column ?? 0}` });
    });
  },
});
