import { defineCheck, notApplicable, pass, unseen, warn } from '../../../check.ts';
import { blind } from '../../../look.ts';

/** How machines are administered. */
const SSH = 22;
/** Most ports that are told. */
const MAX_TOLD = 20;

/** C12: what the firewall opens is what was meant. */
export const firewallOpensOnlyIntended = defineCheck<'host'>({
  id: 'firewall-opens-only-intended',
  control: 'C12',
  part: 'host',
  severity: 'medium',
  title: { en: 'The firewall opens the intended ports and no others.', zh: '防火墙只放行预期的端口。' },
  remedy: {
    en: 'Remove the rules for the other ports, bound them to known addresses, or name the ports as intended.',
    zh: '删除其他端口的规则、限定来源地址，或将这些端口列为预期端口。',
  },
  ask({ firewall, intendedPorts }) {
    if ('blind' in firewall) return unseen(firewall);
    const { by, hasRules, inputPolicy, openPorts, openRanges = [], isPartial } = firewall.saw;
    if (!hasRules || inputPolicy === undefined || inputPolicy === 'accept') {
      return notApplicable({
        en: 'The firewall lets in what no rule speaks of.',
        zh: '防火墙默认放行没有规则涉及的流量。',
      });
    }
    const meant = new Set([SSH, ...intendedPorts]);
    const wide = openRanges.filter(({ from, to }) => to - from >= 64).map(({ from, to }) => `${from}-${to}`);
    const others = [...openPorts.filter((port) => !meant.has(port)).map(String), ...wide];
    const shown = others.slice(0, MAX_TOLD).join(', ');
    if (others.length > 0)
      return warn({ en: `${by} opens these ports to anywhere: ${shown}.`, zh: `${by} 向所有来源放行端口：${shown}。` });
    if (isPartial === true) {
      return unseen(
        blind(
          'unreadable',
          `Some rules of ${by} were not understood; none of the others opens an unintended port.`,
          `${by} 的部分规则无法理解；其余规则没有放行非预期端口。`,
        ),
      );
    }
    const list = openPorts.length === 0 ? '-' : openPorts.slice(0, MAX_TOLD).join(', ');
    return pass({ en: `${by} opens these ports to anywhere: ${list}.`, zh: `${by} 向所有来源放行的端口：${list}。` });
  },
});
