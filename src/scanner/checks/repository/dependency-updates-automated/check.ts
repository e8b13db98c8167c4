import { defineCheck, notApplicable, pass, unseen, warn } from '../../../check.ts';

export const dependencyUpdatesAutomated = defineCheck({
  id: 'dependency-updates-automated',
  control: 'C20',
  part: 'repository',
  severity: 'low',
  title: { en: 'A tool proposes updates of dependencies.', zh: '有工具自动提出依赖更新。' },
  remedy: {
    en: 'Add .github/dependabot.yml or renovate.json, for the actions of the workflows too.',
    zh: '添加 .github/dependabot.yml 或 renovate.json，并覆盖工作流所用的 Action。',
  },
  ask({ updates, packages, missed }) {
    if (updates.length > 0)
      return pass({ en: `${updates.join(', ')} is set up.`, zh: `已配置 ${updates.join('、')}。` });
    if (missed !== undefined) return unseen(missed);
    return packages.length === 0
      ? notApplicable({ en: 'No manifest names dependencies.', zh: '没有声明依赖。' })
      : warn({ en: 'Neither Dependabot nor Renovate is set up here.', zh: '未配置 Dependabot 或 Renovate。' });
  },
});
