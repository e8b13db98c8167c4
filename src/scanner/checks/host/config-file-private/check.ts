import { type Answer, defineCheck, fail, notApplicable, pass, unseen, warn } from '../../../check.ts';
import type { HostFileFacts } from '../../../facts/host.ts';
import { isOpenFolder, octal } from '../judge-private.ts';

/** C07: the configuration says who may do what; nobody but its owner writes it. */
export const configFilePrivate = defineCheck<'host'>({
  id: 'config-file-private',
  control: 'C07',
  part: 'host',
  severity: 'high',
  title: { en: 'Only its owner can change the configuration file.', zh: '只有所有者能修改配置文件。' },
  remedy: {
    en: 'Run `chmod 640` on the file, or `600` where it holds secrets.',
    zh: '对该文件运行 `chmod 640`；若含密钥则用 `600`。',
  },
  ask({ files }) {
    const configs = files.filter(({ role }) => role === 'config');
    return configs.length === 0
      ? notApplicable({ en: 'No configuration file was named.', zh: '未指定配置文件。' })
      : configs.map(judge);
  },
});

function judge({ path, facts }: HostFileFacts): Answer {
  const more = { subject: path, where: { file: path } };
  if ('blind' in facts) return unseen(facts, more);
  const { mode, folderMode } = facts.saw;
  const seen = {
    en: `${path} has mode ${octal(mode)}, its folder ${octal(folderMode)}.`,
    zh: `${path} 的权限为 ${octal(mode)}，其文件夹为 ${octal(folderMode)}。`,
  };
  if ((mode & 0o002) !== 0 || isOpenFolder(folderMode)) return fail(seen, more);
  // Many systems give each user a group of their own, which then changes nothing.
  if ((mode & 0o020) !== 0) return warn(seen, { ...more, severity: 'low' });
  return pass(seen, more);
}
