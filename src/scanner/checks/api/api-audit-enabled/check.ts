import { defineCheck, fail, pass, unseen, warn } from '../../../check.ts';

/** Asks whether the server keeps an audit record. */
export const apiAuditEnabled = defineCheck({
  id: 'api-audit-enabled',
  control: 'C09',
  part: 'api',
  severity: 'high',
  basis: 'told',
  title: {
    en: 'The audit record is on.',
    zh: '审计日志已启用。',
  },
  remedy: {
    en: 'Turn the audit record on (`security.audit_log_enabled: true`).',
    zh: '启用审计日志（`security.audit_log_enabled: true`）。',
  },
  ask({ url, logging }) {
    const where = { url: `${url}/api/v2/config/logging` };
    if ('blind' in logging) return unseen(logging, { where });
    const { audit_enabled: isOn } = logging.saw;
    if (isOn === undefined) {
      return warn(
        { en: 'It does not say whether there is an audit record.', zh: '未说明是否有审计日志。' },
        { where, severity: 'medium' },
      );
    }
    const seen = { en: `It says audit_enabled: ${isOn}.`, zh: `自述 audit_enabled: ${isOn}。` };
    return isOn ? pass(seen, { where }) : fail(seen, { where });
  },
});
