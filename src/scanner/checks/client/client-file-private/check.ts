import { type Answer, defineCheck, fail, notApplicable, pass, unseen } from '../../../check.ts';
import type { ClientFacts, FileAccess } from '../../../facts/client.ts';

export const clientFilePrivate = defineCheck({
  id: 'client-file-private',
  control: 'C07',
  part: 'client',
  severity: 'high',
  title: {
    en: 'Nobody else can change the file of the client, or read credentials in it.',
    zh: '他人无法修改客户端文件，也无法读取其中的凭据。',
  },
  remedy: { en: 'Run `chmod 600` on the file.', zh: '对该文件运行 `chmod 600`。' },
  ask: (facts) => {
    if (facts.access === undefined)
      return notApplicable(
        { en: 'Only the text was looked at.', zh: '仅查看了文本。' },
        { where: { file: facts.file } },
      );
    if (!('saw' in facts.access)) return unseen(facts.access, { where: { file: facts.file } });
    return judge(facts, facts.access.saw);
  },
});

function judge(facts: ClientFacts, { mode }: FileAccess): Answer {
  const shown = mode.toString(8).padStart(3, '0');
  const where = { where: { file: facts.file } };
  if ((mode & 0o022) !== 0 && facts.servers.length > 0) {
    return fail(
      {
        en: `The mode is ${shown}: others may write which programs are started.`,
        zh: `权限为 ${shown}：他人可改写要启动的程序。`,
      },
      where,
    );
  }
  const hasLiteral = facts.servers.some(({ values }) => values.some(({ holds }) => holds === 'literal'));
  if (hasLiteral && (mode & 0o044) !== 0) {
    return fail(
      {
        en: `The mode is ${shown}: others may read the credentials in it.`,
        zh: `权限为 ${shown}：他人可读取其中的凭据。`,
      },
      where,
    );
  }
  return pass({ en: `The mode is ${shown}.`, zh: `权限为 ${shown}。` }, where);
}
