import { type Answer, defineCheck, fail, notApplicable, pass, unseen, warn } from '../../../check.ts';

/** Below this, percent, a disk is as good as full. */
const ALMOST_FULL = 2;

/** C10: there is room to write what happens next. */
export const logDiskHasRoom = defineCheck<'host'>({
  id: 'log-disk-has-room',
  control: 'C10',
  part: 'host',
  severity: 'medium',
  title: { en: 'The disks that logs are written to have room.', zh: '写入日志的磁盘有足够空间。' },
  remedy: {
    en: 'Make room, keep logs for fewer days, or give them a disk of their own.',
    zh: '清理空间、缩短日志保留天数，或为日志使用独立磁盘。',
  },
  ask({ disks, files }, { thresholds }) {
    const logs = new Set(
      files.flatMap(({ role, path }) => (role === 'audit-log' || role === 'server-log' ? [path] : [])),
    );
    const concerned = disks.filter(({ path, holds = [path] }) => holds.some((one) => logs.has(one)));
    if (concerned.length === 0)
      return notApplicable({ en: 'No disk with logs was looked at.', zh: '没有检查存放日志的磁盘。' });
    return concerned.map(({ path, facts }): Answer => {
      if ('blind' in facts) return unseen(facts, { subject: path });
      const { freePercent } = facts.saw;
      const seen = { en: `${path} has ${freePercent} % free.`, zh: `${path} 剩余 ${freePercent} %。` };
      if (freePercent < ALMOST_FULL) return fail(seen, { subject: path });
      return (freePercent < thresholds.free_disk_percent ? warn : pass)(seen, { subject: path });
    });
  },
});
