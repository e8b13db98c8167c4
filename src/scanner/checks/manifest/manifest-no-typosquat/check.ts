import { defineCheck, fail, notApplicable, pass, warn } from '../../../check.ts';
import type { ManifestPackage } from '../../../facts/manifest.ts';
import { looksLikeKnown, type Registry } from '../../../launch/looks-like-known.ts';

export const manifestNoTyposquat = defineCheck({
  id: 'manifest-no-typosquat',
  control: 'C15',
  part: 'manifest',
  severity: 'high',
  title: {
    en: 'No package of the manifest is named like a known server without being it.',
    zh: '清单中没有与知名服务器名称相似的冒名软件包。',
  },
  remedy: { en: 'Correct the name, or choose one that cannot be mistaken.', zh: '更正名称，或选择不会混淆的名称。' },
  ask: ({ packages, file }) => {
    const answers = packages.flatMap((each) => {
      const registry = registryOf(each);
      if (registry === undefined) return [];
      const { name, where } = each;
      const like = looksLikeKnown(name, registry);
      const more = { subject: name, where };
      if (like === undefined)
        return [pass({ en: `${name} resembles no other known server.`, zh: `${name} 与其他知名服务器不相似。` }, more)];
      const seen = {
        en: `${name} is not ${like.known}, but looks like it.`,
        zh: `${name} 不是 ${like.known}，但与之相似。`,
      };
      return [like.how === 'letter' ? warn(seen, { ...more, severity: 'medium' }) : fail(seen, more)];
    });
    return answers.length > 0
      ? answers
      : notApplicable(
          { en: 'The manifest names no package of npm or PyPI.', zh: '清单未列出 npm 或 PyPI 软件包。' },
          { where: { file } },
        );
  },
});

function registryOf({ registry, name }: ManifestPackage): Registry | undefined {
  if (/[:\\]/.test(name)) return undefined;
  return registry === 'npm' || registry === 'pypi' ? registry : undefined;
}
