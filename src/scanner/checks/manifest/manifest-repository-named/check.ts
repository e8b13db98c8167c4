import { defineCheck, pass, unseen, warn } from '../../../check.ts';
import { blind } from '../../../look.ts';

export const manifestRepositoryNamed = defineCheck({
  id: 'manifest-repository-named',
  control: 'C20',
  part: 'manifest',
  severity: 'low',
  title: { en: 'The manifest names where its source is.', zh: '清单写明了源代码位置。' },
  remedy: { en: 'Add `repository.url` with an https:// address.', zh: '添加 `repository.url`，使用 https:// 地址。' },
  ask: ({ repository, file, problems, name }) => {
    const where = { where: { file } };
    if (name === undefined && problems.length > 0) {
      return unseen(blind('unreadable', 'The manifest could not be read.', '无法读取清单。'), where);
    }
    if (repository === undefined || repository === '')
      return warn({ en: 'No repository is named.', zh: '未写明代码仓库。' }, where);
    if (/^(http|git|ftp):\/\//i.test(repository)) {
      return warn(
        { en: `${repository} can be changed by anybody on the way.`, zh: `${repository} 可被途中任何人篡改。` },
        where,
      );
    }
    return pass({ en: `The source is at ${repository}.`, zh: `源代码位于 ${repository}。` }, where);
  },
});
