import { expectsSecret } from '../../../../detect/secret-keys.ts';
import { defineCheck, notApplicable, pass, warn } from '../../../check.ts';
import type { ManifestInput } from '../../../facts/manifest.ts';

export const manifestSecretsMarked = defineCheck({
  id: 'manifest-secrets-marked',
  control: 'C07',
  part: 'manifest',
  severity: 'medium',
  title: { en: 'Inputs for credentials are marked as secret.', zh: '凭据类输入项被标记为机密。' },
  remedy: {
    en: 'Add `"isSecret": true` in a server.json, `"sensitive": true` in an MCPB manifest.',
    zh: '在 server.json 中添加 `"isSecret": true`，在 MCPB 清单中添加 `"sensitive": true`。',
  },
  ask: ({ inputs, file, format }) => {
    const secrets = inputs.filter(isForSecret);
    if (secrets.length === 0)
      return notApplicable(
        { en: 'No input is named like a credential.', zh: '没有名称像凭据的输入项。' },
        { where: { file } },
      );
    const mark = format === 'mcpb' ? 'sensitive' : 'isSecret';
    return secrets.map(({ name, isSecret, where }) =>
      isSecret
        ? pass({ en: `${name} is marked as secret.`, zh: `${name} 已标记为机密。` }, { subject: name, where })
        : warn(
            {
              en: `${name} is named like a credential and not marked ${mark}.`,
              zh: `${name} 名称像凭据，但未标记 ${mark}。`,
            },
            { subject: name, where },
          ),
    );
  },
});

function isForSecret({ name, usedAs = [] }: ManifestInput): boolean {
  return [name, ...usedAs].some((each) => expectsSecret(each.replace(/^-+/, '')));
}
