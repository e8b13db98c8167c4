import { defineCheck, notApplicable, pass, unseen, warn } from '../../../check.ts';

export const releasesSigned = defineCheck({
  id: 'releases-signed',
  control: 'C20',
  part: 'repository',
  severity: 'low',
  title: { en: 'Releases are signed.', zh: '发布经过签名。' },
  remedy: {
    en: 'Sign tags (git tag -s), or sign what is released in CI: npm publish --provenance, actions/attest-build-provenance, cosign sign.',
    zh: '为标签签名（git tag -s），或在 CI 中为发布物签名：npm publish --provenance、actions/attest-build-provenance、cosign sign。',
  },
  ask({ releases: look }) {
    if (!('saw' in look)) return unseen(look);
    const { tags, inspected, signedTags, signsArtifacts } = look.saw;
    if (signsArtifacts)
      return pass({ en: 'A CI step signs or attests what is released.', zh: '有 CI 步骤为发布物签名或出具证明。' });
    if (tags === 0) return notApplicable({ en: 'There are no tags, so no releases.', zh: '没有标签，即没有发布。' });
    const counts = {
      en: `${signedTags} of the ${inspected} newest tags are signed.`,
      zh: `最新的 ${inspected} 个标签中有 ${signedTags} 个已签名。`,
    };
    return signedTags === inspected ? pass(counts) : warn(counts);
  },
});
