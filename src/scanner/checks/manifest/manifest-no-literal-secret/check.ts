import { type Answer, defineCheck, notApplicable, pass } from '../../../check.ts';

export const manifestNoLiteralSecret = defineCheck({
  id: 'manifest-no-literal-secret',
  control: 'C07',
  part: 'manifest',
  severity: 'critical',
  title: { en: 'No credential stands in the manifest.', zh: '清单中没有明文凭据。' },
  remedy: {
    en: 'Revoke the credential now, since manifests are published, and ask each user for one of their own.',
    zh: '清单会公开发布：立即吊销该凭据，并让每个用户填写自己的凭据。',
  },
  ask: ({ inputs, file, problems }): Answer => {
    const literals = inputs.filter(({ hasLiteralSecret }) => hasLiteralSecret);
    if (literals.length > 0) {
      const evidence = literals.slice(0, 50).map(({ name, where }) => ({
        seen: { en: `${name} holds a credential.`, zh: `${name} 中是明文凭据。` },
        where,
      }));
      return { outcome: 'fail', evidence };
    }
    const where = { where: { file } };
    if (inputs.length === 0 && problems.length > 0) {
      return {
        outcome: 'unknown',
        evidence: [{ seen: { en: 'The manifest could not be read.', zh: '无法读取清单。' }, ...where }],
      };
    }
    return inputs.length === 0
      ? notApplicable({ en: 'The manifest has no inputs.', zh: '清单没有输入项。' }, where)
      : pass({ en: `${inputs.length} inputs hold no credential.`, zh: `${inputs.length} 个输入项中没有凭据。` }, where);
  },
});
