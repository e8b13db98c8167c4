import { defineCheck, fail, notApplicable, pass, unseen, warn } from '../../../check.ts';

/** C12: what no rule speaks of stays outside. */
export const firewallDefaultDrop = defineCheck<'host'>({
  id: 'firewall-default-drop',
  control: 'C12',
  part: 'host',
  severity: 'medium',
  title: { en: 'The firewall drops what no rule lets in.', zh: '防火墙默认丢弃未明确放行的流量。' },
  remedy: {
    en: 'Set the policy of the input chain to drop, for IPv4 and IPv6.',
    zh: '将 input 链的默认策略设为 drop(IPv4 与 IPv6)。',
  },
  ask({ firewall }) {
    if ('blind' in firewall) return unseen(firewall);
    const { by, hasRules, inputPolicy, byFamily } = firewall.saw;
    if (!hasRules) return notApplicable({ en: 'There are no rules.', zh: '没有规则。' });
    if (inputPolicy === undefined || inputPolicy === 'accept') {
      return fail({ en: `${by} accepts connections that no rule speaks of.`, zh: `${by} 会接受没有规则涉及的连接。` });
    }
    const seen = {
      en: `${by} has ${inputPolicy} for what no rule speaks of.`,
      zh: `${by} 对没有规则涉及的流量执行 ${inputPolicy}。`,
    };
    const unfiltered = (['ip', 'ip6'] as const).filter(
      (family) => byFamily !== undefined && byFamily[family] === undefined,
    );
    if (unfiltered.length === 0) return pass(seen);
    const family = unfiltered.includes('ip') ? 'IPv4' : 'IPv6';
    return warn(
      { en: `${seen.en} Nothing filters ${family}.`, zh: `${seen.zh}${family} 没有任何过滤。` },
      { severity: 'low' },
    );
  },
});
