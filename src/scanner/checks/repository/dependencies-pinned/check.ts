import { defineCheck, notApplicable, pass, unseen, warn } from '../../../check.ts';
import { isWorkflow, malformed } from '../malformed.ts';

export const dependenciesPinned = defineCheck({
  id: 'dependencies-pinned',
  control: 'C20',
  part: 'repository',
  severity: 'medium',
  title: { en: 'Direct dependencies and base images have exact versions.', zh: '直接依赖和基础镜像使用确切版本。' },
  remedy: {
    en: 'Name exact versions or commit a lock file. Name base images by their digest: FROM image@sha256:….',
    zh: '写明确切版本，或提交锁文件。基础镜像用摘要引用：FROM image@sha256:…。',
  },
  ask({ dependencies, malformed: broken, missed }) {
    const unread = malformed(broken, (file) => !isWorkflow(file));
    const answers = [...Map.groupBy(dependencies, ({ file }) => file)].map(([file, own]) => {
      const loose = own.filter(({ isPinned }) => !isPinned);
      const more = { subject: file, where: { file } };
      if (loose.length === 0) {
        return pass({ en: `All ${own.length} are pinned.`, zh: `全部 ${own.length} 个均已固定。` }, more);
      }
      const some = loose.slice(0, 5).map(({ name, version }) => `${name} ${version}`.trim().slice(0, 80));
      const isImage = own.every(({ version }) => version === 'by tag' || version.startsWith('sha256:'));
      return warn(
        {
          en: `${loose.length} of ${own.length} have no exact version: ${some.join(', ')}.`,
          zh: `${own.length} 个中有 ${loose.length} 个没有确切版本：${some.join('、')}。`,
        },
        isImage ? { ...more, severity: 'low' } : more,
      );
    });
    if (answers.length + unread.length > 0) return [...answers, ...unread];
    return missed === undefined
      ? notApplicable({ en: 'No manifest names dependencies.', zh: '没有声明依赖。' })
      : unseen(missed);
  },
});
