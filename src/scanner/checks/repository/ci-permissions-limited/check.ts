import { defineCheck, fail, notApplicable, pass, unseen, warn } from '../../../check.ts';
import { isWorkflow, malformed } from '../malformed.ts';

export const ciPermissionsLimited = defineCheck({
  id: 'ci-permissions-limited',
  control: 'C20',
  part: 'repository',
  severity: 'medium',
  title: { en: 'Workflows say what their token may do.', zh: '工作流声明了其令牌的权限。' },
  remedy: {
    en: 'Put permissions: contents: read at the top of each workflow and add more only to the job that needs it.',
    zh: '在每个工作流顶部写 permissions: contents: read，只在需要的作业中增加权限。',
  },
  ask({ ci, malformed: broken, missed }) {
    const unread = malformed(broken, isWorkflow);
    const answers = ci
      .filter(({ system, file }) => system === 'github' && !broken.includes(file))
      .map(({ file, hasWriteAllPermissions, declaresPermissions }) => {
        const more = { subject: file, where: { file } };
        if (hasWriteAllPermissions) {
          return fail({ en: 'It says permissions: write-all.', zh: '其中写有 permissions: write-all。' }, more);
        }
        return declaresPermissions
          ? pass({ en: 'It declares its permissions.', zh: '已声明权限。' }, more)
          : warn(
              {
                en: 'It declares no permissions, so a setting of the repository decides.',
                zh: '未声明权限，由仓库设置决定。',
              },
              { ...more, severity: 'low' },
            );
      });
    if (answers.length + unread.length > 0) return [...answers, ...unread];
    return missed === undefined
      ? notApplicable({ en: 'There is no GitHub workflow.', zh: '没有 GitHub 工作流。' })
      : unseen(missed);
  },
});
