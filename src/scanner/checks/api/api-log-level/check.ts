import { defineCheck, notApplicable, pass, unseen, warn } from '../../../check.ts';

/** Asks whether the server log is more talkative than it should be in use. */
export const apiLogLevel = defineCheck({
  id: 'api-log-level',
  control: 'C08',
  part: 'api',
  severity: 'low',
  basis: 'told',
  title: {
    en: 'The server does not log at debug level.',
    zh: '服务器未以调试级别记录日志。',
  },
  remedy: {
    en: 'Set the log level to INFO or above.',
    zh: '将日志级别设为 INFO 或更高。',
  },
  ask({ url, logging }) {
    const where = { url: `${url}/api/v2/config/logging` };
    if ('blind' in logging) return unseen(logging, { where });
    const { level } = logging.saw;
    if (level === undefined) return notApplicable({ en: 'It names no level.', zh: '未说明日志级别。' }, { where });
    const seen = { en: `The level is ${level}.`, zh: `日志级别为 ${level}。` };
    return QUIET.has(level.toLowerCase()) ? pass(seen, { where }) : warn(seen, { where });
  },
});

const QUIET = new Set(['info', 'notice', 'warn', 'warning', 'error', 'err', 'critical', 'crit', 'fatal']);
