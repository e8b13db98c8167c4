import { type Answer, defineCheck, notApplicable, pass, warn } from '../../../check.ts';
import type { ManifestPackage } from '../../../facts/manifest.ts';

export const manifestPackagesPinned = defineCheck({
  id: 'manifest-packages-pinned',
  control: 'C15',
  part: 'manifest',
  severity: 'medium',
  title: { en: 'Every package of the manifest has one exact version.', zh: '清单中的每个软件包都有确切版本。' },
  remedy: {
    en: 'Write the version that is published, without a range and without `latest`.',
    zh: '写明已发布的版本，不用范围，也不用 `latest`。',
  },
  ask: ({ packages, file }) =>
    packages.length === 0
      ? notApplicable({ en: 'The manifest names no package.', zh: '清单未列出软件包。' }, { where: { file } })
      : packages.map(judge),
});

function judge({ registry, name, version, sha256, where }: ManifestPackage): Answer {
  const more = { subject: name, where };
  if (sha256 !== undefined || isInAddress(registry, name)) {
    return pass({ en: `${name} is one artefact.`, zh: `${name} 是唯一确定的制品。` }, more);
  }
  if (version === undefined) return warn({ en: `${name} has no version.`, zh: `${name} 没有版本。` }, more);
  if (isExact(version))
    return pass({ en: `${name} has version ${version}.`, zh: `${name} 的版本为 ${version}。` }, more);
  return warn({ en: `${version} of ${name} is no single version.`, zh: `${name} 的 ${version} 不是唯一版本。` }, more);
}

/** A bundle's address holds its version; whether it may change is the question of its hash. */
function isInAddress(registry: string, name: string): boolean {
  return registry === 'mcpb' && /\d\.\d/.test(name);
}

function isExact(version: string): boolean {
  return /^[v=]{0,2}\d[0-9A-Za-z.!+-]{0,127}$/.test(version) && !/(^|\.)x(\.|$)/i.test(version);
}
