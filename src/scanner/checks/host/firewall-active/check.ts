import { defineCheck, pass, unseen, warn } from '../../../check.ts';

/** C12: packets for this machine are filtered at all. */
export const firewallActive = defineCheck<'host'>({
  id: 'firewall-active',
  control: 'C12',
  part: 'host',
  severity: 'high',
  title: { en: 'A firewall filters what comes in.', zh: '防火墙对入站流量进行过滤。' },
  remedy: {
    en: 'Load rules with nftables, firewalld or ufw that drop what is not meant to come in.',
    zh: '使用 nftables、firewalld 或 ufw 加载规则，丢弃不应进入的流量。',
  },
  ask({ firewall }) {
    if ('blind' in firewall) return unseen(firewall);
    const { by, hasRules } = firewall.saw;
    return hasRules
      ? pass({ en: `${by} has rules for what comes in.`, zh: `${by} 有入站规则。` })
      : // A firewall in front of the machine, as clouds have, cannot be seen from inside.
        warn({ en: `${by} has no rules for what comes in.`, zh: `${by} 没有入站规则。` });
  },
});
