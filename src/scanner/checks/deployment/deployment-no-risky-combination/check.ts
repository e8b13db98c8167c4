import { capabilitiesOf, type Capability } from '../../../../detect/capabilities.ts';
import { defineCheck, notApplicable, pass, warn } from '../../../check.ts';
import { type DistinctServer, distinctServers } from '../distinct-servers.ts';

const LEGS: readonly Capability[] = ['readsPrivate', 'readsUntrusted', 'egress'];

/** The first tool of a server with a capability, with the server's name. */
function toolWith(leg: Capability, { label, facts }: DistinctServer): string[] {
  const found = facts.tools.find((tool) => capabilitiesOf(tool).has(leg));
  return found === undefined ? [] : [`${label} (${found.name})`];
}

function some(names: readonly string[]): string {
  return names.length > 4 ? `${names.slice(0, 4).join(', ')} …` : names.join(', ');
}

/** Asks of all servers together what [tool-no-risky-combination](../../tools/tool-no-risky-combination/README.md) asks of one. */
export const deploymentNoRiskyCombination = defineCheck({
  id: 'deployment-no-risky-combination',
  control: 'C14',
  part: 'deployment',
  severity: 'medium',
  title: {
    en: 'The servers together cannot read private data, read untrusted text and send data out.',
    zh: '各服务器合在一起,不会同时具备读取私有数据、读取不可信内容和向外发送的能力。',
  },
  remedy: {
    en: 'Give an agent only the servers that its task needs; with the gateway, give the three to different roles, or have sending confirmed.',
    zh: '只给代理任务所需的服务器;使用网关时,把三种能力分给不同角色,或要求确认发送。',
  },
  ask(facts) {
    const all = distinctServers(facts);
    if (all.length < 2)
      return notApplicable({
        en: 'Fewer than two different servers showed their tools.',
        zh: '给出工具列表的不同服务器少于两个。',
      });
    const [reads, untrusted, sends] = LEGS.map((leg) => all.flatMap((one) => toolWith(leg, one)));
    if (!reads?.length || !untrusted?.length || !sends?.length)
      return pass({
        en: `${all.length} servers do not have all three between them.`,
        zh: `${all.length} 个服务器没有同时具备这三种能力。`,
      });
    return warn({
      en: `Private data: ${some(reads)}; untrusted text: ${some(untrusted)}; sending out: ${some(sends)}.`,
      zh: `私有数据:${some(reads)};不可信内容:${some(untrusted)};向外发送:${some(sends)}。`,
    });
  },
});
