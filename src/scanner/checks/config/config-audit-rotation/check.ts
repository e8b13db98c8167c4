import { defineCheck, notApplicable } from '../../../check.ts';
import { judgeRotation } from '../rotation.ts';
import { said, sentence, switchOf } from '../setting.ts';

/** C10: the audit log does not grow for ever in one file. */
export const configAuditRotation = defineCheck<'config'>({
  id: 'config-audit-rotation',
  control: 'C10',
  part: 'config',
  severity: 'medium',
  title: { en: 'The audit log begins new files by time or size.', zh: '审计日志按时间或大小轮换。' },
  remedy: { en: 'Set `security.audit_log_rotation: daily`.', zh: '设置 `security.audit_log_rotation: daily`。' },
  ask(facts) {
    if (switchOf(facts, 'security.audit_log_enabled') === false) {
      return notApplicable(sentence(said(facts, 'security.audit_log_enabled')));
    }
    return judgeRotation(facts, {
      byTime: 'security.audit_log_rotation',
      bySize: ['security.audit_log_max_bytes', 'security.audit_log_max_size'],
    });
  },
});
