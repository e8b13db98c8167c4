import { defineCheck } from '../../../check.ts';
import { askEachFile, noAuditLog } from '../each-file.ts';
import { judgeExposed } from '../judge-private.ts';

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
  ask: (facts) =>
    askEachFile(
      facts,
      ['audit-log'],
      (file) => judgeExposed(file, { forbidden: 0o022, doubtful: 0o004, severity: 'medium' }),
      noAuditLog,
    ),
});
