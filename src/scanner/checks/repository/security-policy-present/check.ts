import { defineCheck, pass, unseen, warn } from '../../../check.ts';
import { failedToLook } from '../../../look.ts';

export const securityPolicyPresent = defineCheck({
  id: 'security-policy-present',
  control: 'C20',
  part: 'repository',
  severity: 'medium',
  title: { en: 'The repository says how vulnerabilities are reported.', zh: '仓库说明了如何报告漏洞。' },
  remedy: {
    en: 'Add a SECURITY.md with a private way to report, what is in scope, and how soon an answer comes.',
    zh: '添加 SECURITY.md，写明私密的报告渠道、受理范围以及答复时限。',
  },
  ask({ securityPolicy: look }) {
    if ('saw' in look) {
      const { file, hasContact, hasDeadline } = look.saw;
      if (!hasContact) {
        return warn(
          { en: `${file} names no address or way to report.`, zh: `${file} 没有报告地址或渠道。` },
          { severity: 'low', where: { file } },
        );
      }
      return hasDeadline
        ? pass(
            {
              en: `${file} says where to report and when to expect an answer.`,
              zh: `${file} 写明了报告渠道和答复时限。`,
            },
            { where: { file } },
          )
        : pass(
            {
              en: `${file} says where to report, not how soon an answer comes.`,
              zh: `${file} 写明了报告渠道，但没有答复时限。`,
            },
            { where: { file } },
          );
    }
    if (failedToLook(look)) return unseen(look);
    return warn({
      en: 'There is no SECURITY.md in the root, in .github or in docs.',
      zh: '根目录、.github 和 docs 中都没有 SECURITY.md。',
    });
  },
});
