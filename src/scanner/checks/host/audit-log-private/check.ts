import { type Answer, defineCheck, fail, notApplicable, pass, unseen, warn } from '../../../check.ts';
import type { HostFileFacts } from '../../../facts/host.ts';
import { isOpenFolder, octal } from '../judge-private.ts';

/** C09: nobody but the server writes the record, and not everybody reads it. */
export const auditLogPrivate = defineCheck<'host'>({
  id: 'audit-log-private',
  control: 'C09',
  part: 'host',
  severity: 'high',
  title: {
    en: 'Only the server can change its audit log, and not everybody can read it.',
    zh: '只有服务器能修改审计日志，且并非任何人都能读取。',
  },
  remedy: {
    en: 'Run `chmod 600` on the log, or `640` with a group that may read it.',
    zh: '对日志运行 `chmod 600`，或使用 `640` 并指定可读取的组。',
  },
  ask({ files }) {
    const logs = files.filter(({ role }) => role === 'audit-log');
    return logs.length === 0
      ? notApplicable({ en: 'No audit log was named.', zh: '未指定审计日志。' })
      : logs.map(judge);
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
  if ((mode & 0o022) !== 0 || isOpenFolder(folderMode)) return fail(seen, more);
  if ((mode & 0o004) !== 0) return warn(seen, { ...more, severity: 'medium' });
  return pass(seen, more);
}
