import { defineCheck } from '../../../check.ts';
import { type Has, judgeCombination } from '../../risky-combination.ts';
import { askTogether, type DistinctServer } from '../distinct-servers.ts';

/** The first tool of a server that can do something, with the server's name. */
function firstOf({ label, facts }: DistinctServer, has: Has): string[] {
  const found = facts.tools.find(has);
  return found === undefined ? [] : [`${label} (${found.name})`];
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
  ask: (facts) =>
    askTogether(facts, (all) =>
      judgeCombination((has) => all.flatMap((one) => firstOf(one, has)), {
        en: `${all.length} servers do not have all three between them.`,
        zh: `${all.length} 个服务器没有同时具备这三种能力。`,
      }),
    ),
});
