import { type Answer, defineCheck, notApplicable, pass, unseen, warn } from '../../../check.ts';
import { blind } from '../../../look.ts';

/** Asks whether the configuration switched protections off, or asks for some that are not done. */
export const apiProtectionsOn = defineCheck({
  id: 'api-protections-on',
  control: 'C20',
  part: 'api',
  severity: 'medium',
  basis: 'told',
  title: {
    en: 'No protection is switched off, and none is configured in vain.',
    zh: '没有被关闭的保护，也没有配置了却未生效的保护。',
  },
  remedy: {
    en: 'Turn the protection on again, or accept the finding with a reason and a date.',
    zh: '重新启用该保护，或注明理由与期限后接受该结果。',
  },
  ask({ url, info }): readonly Answer[] {
    const where = { url: `${url}/api/v2/info` };
    if ('blind' in info) return [unseen(info, { where })];
    const { name, switched_off: off, not_enforced: not } = info.saw;
    if (off === undefined && not === undefined) {
      if (name !== 'merlon') {
        return [notApplicable({ en: 'This server keeps no such list.', zh: '该服务器没有此类列表。' }, { where })];
      }
      const why = blind(
        'no-credential',
        'Only callers with read:config are told.',
        '仅告知拥有 read:config 权限的调用方。',
      );
      return [unseen(why, { where })];
    }
    const findings = [
      ...(off ?? []).slice(0, MOST).map(({ key, sentence }) => {
        const seen = { en: `${key} is switched off. ${sentence}`, zh: `${key} 已被关闭。${sentence}` };
        return warn(seen, { where, subject: key });
      }),
      ...(not ?? []).slice(0, MOST).map((sentence) => {
        const seen = { en: `Configured, but not done: ${sentence}`, zh: `已配置但未生效：${sentence}` };
        return warn(seen, { where, subject: keyOf(sentence), severity: 'low' });
      }),
    ];
    return findings.length > 0 ? findings : [pass({ en: 'Both lists are empty.', zh: '两个列表均为空。' }, { where })];
  },
});

/** Entries of each list that are answered. */
const MOST = 50;

/** The sentences begin with the key of the configuration that they are about. */
function keyOf(sentence: string): string {
  return /^[a-z][a-z0-9_.]{0,99}(?=:)/.exec(sentence)?.[0] ?? sentence;
}
