import { defineCheck, fail, pass, manual } from '../../../check.ts';
import { says, settingOf, whereOf } from '../setting.ts';

const PATHS = [
  'alerts',
  'alerting',
  'notifications',
  'monitor.alerts',
  'monitoring.alerts',
  'monitoring.alerting',
  'security.alerts',
  'security.alerting',
  'security.alert_email',
  'security.alert_webhook',
  'logging.alerts',
];

/** C17: somebody is told. */
export const configAlerts = defineCheck<'config'>({
  id: 'config-alerts',
  control: 'C17',
  part: 'config',
  severity: 'medium',
  title: { en: 'The configuration says who is alerted.', zh: '配置指明了告警的接收方。' },
  remedy: {
    en: 'Configure alerts, or attest C17 where another system raises them from the logs.',
    zh: '配置告警；如果由其他系统根据日志告警，请为 C17 提交证明。',
  },
  ask(facts) {
    const path = PATHS.find((one) => says(facts, one));
    const value = path === undefined ? undefined : settingOf(facts, path)?.value;
    const isOff = path !== undefined && (value === false || settingOf(facts, `${path}.enabled`)?.value === false);
    if (path !== undefined && !isOff) {
      return pass({ en: `\`${path}\` is configured.`, zh: `已配置 \`${path}\`。` }, { where: whereOf(facts, path) });
    }
    if (path !== undefined) {
      return fail({ en: `\`${path}\` is switched off.`, zh: `\`${path}\` 已关闭。` }, { where: whereOf(facts, path) });
    }
    const where = { file: facts.file };
    return facts.isMerlon
      ? manual(
          {
            en: 'This version of Merlon raises no alerts; whether something else does, a person has to say.',
            zh: '此版本的 Merlon 不会发出告警；是否由其他系统告警，需要人工作答。',
          },
          { where },
        )
      : manual(
          {
            en: 'The file says nothing of alerts; whether something else raises them, a person has to say.',
            zh: '文件未提及告警；是否由其他系统告警，需要人工作答。',
          },
          { where },
        );
  },
});
