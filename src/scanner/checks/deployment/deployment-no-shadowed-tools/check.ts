import { findNearNames, type Nearness, type NearPair } from '../../../../detect/near-names.ts';
import type { Text } from '../../../../kernel/text.ts';
import { type Answer, defineCheck, fail, pass, warn } from '../../../check.ts';
import { askTogether } from '../distinct-servers.ts';

const MAX_PAIRS = 50;

const HOW: Readonly<Record<Nearness, Text>> = {
  same: { en: 'has the same name', zh: '同名' },
  'look-alike': { en: 'looks the same and is other characters', zh: '看起来相同,字符却不同' },
  spelling: { en: 'is the same name in another spelling', zh: '只是拼写形式不同' },
  embellished: { en: 'is the same name with an embellishment', zh: '只是加了修饰词' },
  'one-letter': { en: 'differs by one letter', zh: '只差一个字母' },
};

function answer({ one, other, how }: NearPair): Answer {
  const { en, zh } = HOW[how];
  const seen = {
    en: `"${other.name}" of ${other.owner} ${en} as "${one.name}" of ${one.owner}.`.replace(
      ' letter as',
      ' letter from',
    ),
    zh: `${other.owner} 的“${other.name}”与 ${one.owner} 的“${one.name}”${zh}。`,
  };
  const subject = `${one.owner}/${one.name} ${other.owner}/${other.name}`;
  if (how === 'look-alike') return fail(seen, { subject });
  return warn(seen, { subject, severity: how === 'same' ? 'medium' : 'low' });
}

/** Asks whether tools of different servers have the same name, or nearly the same. */
export const deploymentNoShadowedTools = defineCheck({
  id: 'deployment-no-shadowed-tools',
  control: 'C15',
  part: 'deployment',
  severity: 'high',
  title: {
    en: 'No tool can be taken for a tool of another server.',
    zh: '没有工具会被误认为是另一个服务器的工具。',
  },
  remedy: {
    en: 'Leave out one of the servers, or put both behind the gateway, which prefixes names with the server’s.',
    zh: '去掉其中一个服务器,或把两者放到网关后面,由网关在名称前加上服务器名。',
  },
  ask: (facts) =>
    askTogether(facts, (all) => {
      const names = all.flatMap(({ label, facts: { tools } }) => tools.map(({ name }) => ({ owner: label, name })));
      const pairs = findNearNames(names, MAX_PAIRS);
      if (pairs.length > 0) return pairs.map(answer);
      return pass({
        en: `${names.length} names of ${all.length} servers differ clearly.`,
        zh: `${all.length} 个服务器的 ${names.length} 个名称差别明显。`,
      });
    }),
});
