import { type Answer, defineCheck, fail, pass, unseen, warn } from '../../../check.ts';

export const repositoryHoldsNoSecret = defineCheck({
  id: 'repository-holds-no-secret',
  control: 'C07',
  part: 'repository',
  severity: 'high',
  title: { en: 'No key or credential lies in the repository.', zh: '仓库中没有密钥或凭据。' },
  remedy: {
    en: 'Revoke the credential first: what was committed is known. Then remove it, refer to a variable or a secret store instead, and scan for secrets before each commit.',
    zh: '先吊销该凭据：已提交的内容应视为已泄露。然后将其移除，改为引用环境变量或密钥库，并在每次提交前扫描密钥。',
  },
  ask({ secrets, missed }) {
    const answers: Answer[] = [];
    for (const [file, own] of Map.groupBy(secrets, (secret) => secret.file)) {
      // Keys in tests and examples are made for them; tokens of a service are issued by it.
      const first = own.find(({ isSample }) => !isSample) ?? own.find(({ kind }) => kind !== 'private-key');
      if (first === undefined) continue;
      const kinds = [...new Set(own.map(({ kind }) => kind))].join(', ');
      const more = { subject: file, where: { file, line: first.line } };
      answers.push(
        first.isSample
          ? warn(
              {
                en: `It looks real, in a test or an example: ${kinds}.`,
                zh: `位于测试或示例中，但看起来是真的：${kinds}。`,
              },
              { ...more, severity: 'low' },
            )
          : fail({ en: `It holds what looks like a secret: ${kinds}.`, zh: `其中有疑似密钥的内容：${kinds}。` }, more),
      );
    }
    if (answers.length > 0) return answers;
    if (missed !== undefined) return unseen(missed);
    return secrets.length === 0
      ? pass({ en: 'No file holds a known kind of secret.', zh: '没有文件包含已知类型的密钥。' })
      : pass({
          en: `Private keys lie in tests and examples only (${secrets.length}).`,
          zh: `私钥只出现在测试和示例中（${secrets.length} 处）。`,
        });
  },
});
