import { type Answer, defineCheck, fail, notApplicable, pass, warn } from '../../../check.ts';
import type { ManifestPackage } from '../../../facts/manifest.ts';

export const manifestPackagesHashed = defineCheck({
  id: 'manifest-packages-hashed',
  control: 'C20',
  part: 'manifest',
  severity: 'medium',
  title: { en: 'Bundles and images of the manifest are named by their hash.', zh: '清单中的包和镜像以哈希标识。' },
  remedy: {
    en: 'Add `fileSha256` to a bundle, and `@sha256:…` to an image.',
    zh: '为包添加 `fileSha256`，为镜像添加 `@sha256:…`。',
  },
  ask: ({ packages, file }) => {
    const files = packages.filter(({ registry }) => registry === 'mcpb' || registry === 'oci');
    return files.length === 0
      ? notApplicable({ en: 'No bundle and no image is named.', zh: '未列出包或镜像。' }, { where: { file } })
      : files.map(judge);
  },
});

function judge({ registry, name, sha256, where }: ManifestPackage): Answer {
  const more = { subject: name, where };
  if (sha256 !== undefined && /^[0-9a-f]{64}$/i.test(sha256))
    return pass({ en: `${name} has a hash.`, zh: `${name} 有哈希。` }, more);
  // A registry of packages keeps versions as they are; a download address does not.
  if (registry === 'mcpb')
    return fail({ en: `${name} has no usable SHA-256.`, zh: `${name} 没有可用的 SHA-256。` }, more);
  return warn(
    { en: `${name} has a tag, which may be moved.`, zh: `${name} 只有可被移动的标签。` },
    { ...more, severity: 'low' },
  );
}
