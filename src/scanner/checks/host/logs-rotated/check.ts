import { type Answer, defineCheck, notApplicable, pass, unseen, warn } from '../../../check.ts';
import type { HostFacts, HostFileFacts } from '../../../facts/host.ts';
import { blind } from '../../../look.ts';

/** A log that has grown to this without a second file shows that nothing rotates it, bytes. */
const LARGE = 512 * 1024 * 1024;

/** C10: logs are seen to be rotated. */
export const logsRotated = defineCheck<'host'>({
  id: 'logs-rotated',
  control: 'C10',
  part: 'host',
  severity: 'medium',
  title: { en: 'The logs are rotated.', zh: '日志有轮换。' },
  remedy: {
    en: 'Let the server rotate its logs, or give logrotate a rule for them.',
    zh: '让服务器自行轮换日志，或为其添加 logrotate 规则。',
  },
  ask({ files, rotation }) {
    const logs = files.filter(
      ({ role, facts }) => (role === 'audit-log' || role === 'server-log') && !isMissing(facts),
    );
    if (logs.length === 0) return notApplicable({ en: 'There are no logs.', zh: '没有日志文件。' });
    return logs.map((log) => judge(log, rotation));
  },
});

function isMissing(facts: HostFileFacts['facts']): boolean {
  return 'blind' in facts && facts.blind === 'not-offered';
}

function judge({ path, facts }: HostFileFacts, rotation: HostFacts['rotation']): Answer {
  const more = { subject: path, where: { file: path } };
  const rule = 'saw' in rotation ? rotation.saw.find((one) => one.path === path) : undefined;
  if (rule !== undefined) return pass({ en: `${rule.by} rotates ${path}.`, zh: `${rule.by} 会轮换 ${path}。` }, more);
  if ('blind' in facts) return unseen(facts, more);
  const { rotated = [], bytes, kind } = facts.saw;
  const [earlier] = rotated;
  if (earlier !== undefined)
    return pass({ en: `${earlier} lies beside ${path}.`, zh: `${path} 旁边有 ${earlier}。` }, more);
  if (kind !== 'file') return notApplicable({ en: `${path} is no plain file.`, zh: `${path} 不是普通文件。` }, more);
  if (bytes >= LARGE) {
    return warn(
      {
        en: `${path} has ${bytes} bytes and no earlier file beside it.`,
        zh: `${path} 已有 ${bytes} 字节，旁边没有早期文件。`,
      },
      more,
    );
  }
  if ('blind' in rotation && rotation.blind !== 'not-offered') return unseen(rotation, more);
  const young = blind(
    'unreadable',
    `No rule of logrotate covers ${path}, and it is still too small to show that the server rotates it.`,
    `没有 logrotate 规则覆盖 ${path}，且文件尚小，无法看出服务器是否自行轮换。`,
  );
  return unseen(young, more);
}
