import { defineCheck, fail, pass, warn } from '../../../check.ts';
import { said, sentence, settingOf, switchOf, textOf, unresolved, whereOf } from '../setting.ts';

const ON = 'security.audit_log_enabled';
const PATH = 'security.audit_log_path';

/** C09: what is done is recorded, in a place that keeps it. */
export const configAuditOn = defineCheck<'config'>({
  id: 'config-audit-on',
  control: 'C09',
  part: 'config',
  severity: 'high',
  title: { en: 'The audit log is on and goes where it is kept.', zh: '审计日志已启用，并写入可长期保存的位置。' },
  remedy: {
    en: 'Set `security.audit_log_enabled: true` and a path on a disk.',
    zh: '设置 `security.audit_log_enabled: true`，并指定磁盘上的路径。',
  },
  ask(facts) {
    const elsewhere = unresolved(facts, [ON]);
    if (elsewhere !== undefined) return elsewhere;
    const where = whereOf(facts, ON);
    const isOn = switchOf(facts, ON);
    if (isOn !== true) {
      const seen = sentence(said(facts, ON), said(facts, PATH));
      const mayBeOn = isOn === undefined && settingOf(facts, PATH) !== undefined;
      return mayBeOn ? warn(seen, { where, severity: 'medium' }) : fail(seen, { where });
    }
    const path = textOf(facts, PATH) ?? '';
    const seen = sentence(said(facts, ON), said(facts, PATH));
    if (path === '/dev/null') return fail(seen, { where: whereOf(facts, PATH) });
    // Emptied by a restart.
    const isFleeting = /^\/(tmp|dev\/shm|run|var\/run)\//.test(path);
    return isFleeting ? warn(seen, { where: whereOf(facts, PATH), severity: 'medium' }) : pass(seen, { where });
  },
});
