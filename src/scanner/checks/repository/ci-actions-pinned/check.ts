import { defineCheck, notApplicable, pass, unseen, warn } from '../../../check.ts';
import { isWorkflow, malformed } from '../malformed.ts';

export const ciActionsPinned = defineCheck({
  id: 'ci-actions-pinned',
  control: 'C20',
  part: 'repository',
  severity: 'medium',
  title: { en: 'Actions of others are pinned to a commit.', zh: '第三方 Action 固定到提交。' },
  remedy: {
    en: 'Name actions by the full id of a commit, with the version as a comment: uses: owner/action@COMMIT # v4. Dependabot and Renovate keep such lines up to date.',
    zh: '用完整的提交 ID 引用 Action，并以注释写明版本：uses: owner/action@COMMIT # v4。Dependabot 和 Renovate 会更新这样的行。',
  },
  ask({ ci, malformed: broken, missed }) {
    const unread = malformed(broken, isWorkflow);
    const answers = ci
      .filter(({ system, file }) => system === 'github' && !broken.includes(file))
      .map(({ file, unpinnedActions }) => {
        const [first] = unpinnedActions;
        if (first === undefined) {
          return pass(
            { en: 'Every action is pinned.', zh: '所有 Action 均已固定。' },
            { subject: file, where: { file } },
          );
        }
        const names = [...new Set(unpinnedActions.map(({ name }) => name))];
        const shown = names.slice(0, 5);
        // Their owner is the one who runs the workflow.
        const isByHoster = names.every((name) => /^(actions|github)\//.test(name));
        return warn(
          {
            en: `${names.length} are named by a tag or a branch: ${shown.join(', ')}.`,
            zh: `${names.length} 个以标签或分支引用：${shown.join('、')}。`,
          },
          { subject: file, where: { file, line: first.line }, ...(isByHoster ? { severity: 'low' as const } : {}) },
        );
      });
    if (answers.length + unread.length > 0) return [...answers, ...unread];
    return missed === undefined
      ? notApplicable({ en: 'There is no GitHub workflow.', zh: '没有 GitHub 工作流。' })
      : unseen(missed);
  },
});
