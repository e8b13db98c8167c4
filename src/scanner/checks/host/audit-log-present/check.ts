import { type Answer, defineCheck, fail, pass, unseen, warn } from '../../../check.ts';
import type { HostFileFacts } from '../../../facts/host.ts';
import { askEachFile, noAuditLog } from '../each-file.ts';

/** C09: the record that the configuration promises is there. */
export const auditLogPresent = defineCheck<'host'>({
  id: 'audit-log-present',
  control: 'C09',
  part: 'host',
  severity: 'medium',
  title: { en: 'The audit log is there and is written.', zh: '审计日志文件存在且有内容。' },
  remedy: {
    en: 'Start the server, and make the folder of the log writable for it.',
    zh: '启动服务器，并确保它能写入日志所在文件夹。',
  },
  ask: (facts) => askEachFile(facts, ['audit-log'], judge, noAuditLog),
});

function judge({ path, facts }: HostFileFacts): Answer {
  const more = { subject: path, where: { file: path } };
  if ('blind' in facts) {
    return facts.blind === 'not-offered'
      ? warn({ en: `${path} is not there.`, zh: `${path} 不存在。` }, more)
      : unseen(facts, more);
  }
  const { kind, bytes, rotated = [] } = facts.saw;
  // A device or a pipe may be forwarded to somewhere, or swallow everything.
  if (kind !== 'file') return fail({ en: `${path} is no plain file.`, zh: `${path} 不是普通文件。` }, more);
  const seen = {
    en: `${path} holds ${bytes} bytes, ${rotated.length} earlier files lie beside it.`,
    zh: `${path} 有 ${bytes} 字节，旁边有 ${rotated.length} 个早期文件。`,
  };
  return bytes === 0 && rotated.length === 0 ? warn(seen, { ...more, severity: 'low' }) : pass(seen, more);
}
