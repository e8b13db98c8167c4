import type { FirewallFacts } from '../../facts/host.ts';
import { blind, type Look, saw } from '../../look.ts';
import { type Chain, judgeChains } from './firewall-chains.ts';
import type { Answered, Machine } from './machine.ts';
import { parseIptables } from './parse-iptables.ts';
import { parseNft } from './parse-nft.ts';
import { parseUfw } from './parse-ufw.ts';

/** The packet filter of this machine, or of the container that the scan runs in. */
export async function lookAtFirewall({ ask }: Machine, signal: AbortSignal): Promise<Look<FirewallFacts>> {
  const nft = await ask('nft', signal);
  const own = nft.kind === 'said' ? parseNft(nft.text) : undefined;
  if (own !== undefined && !own.hasForeignMatches && hooks(own.chains)) return saw(judgeChains(own.chains, 'nft'));
  const v4 = await ask('iptables', signal);
  const v6 = await ask('ip6tables', signal);
  const legacy = [chainsOf(v4, 'ip'), chainsOf(v6, 'ip6')].flatMap((chains) => chains ?? []);
  // Tables that iptables made are in both; only its own tool spells their matches out.
  const native = (own?.chains ?? []).filter(({ name }) => !legacy.some((chain) => isSame(name, chain.name)));
  if (hooks([...native, ...legacy])) {
    const by = [hooks(native) ? ['nft'] : [], hooks(legacy) ? ['iptables'] : []].flat().join(', ');
    return saw(judgeChains([...native, ...legacy], by));
  }
  const ufw = await ask('ufw', signal);
  const rules = ufw.kind === 'said' ? parseUfw(ufw.text) : undefined;
  if (rules !== undefined) return saw(rules);
  if (own !== undefined) return saw(judgeChains(own.chains, 'nft'));
  return whyBlind([nft, v4, v6, ufw]);
}

function hooks(chains: readonly Chain[]): boolean {
  return chains.some(({ policy }) => policy !== undefined);
}

function chainsOf(answered: Answered, family: 'ip' | 'ip6'): readonly Chain[] | undefined {
  return answered.kind === 'said' ? parseIptables(answered.text, family) : undefined;
}

/** True where nft's name of a chain (family, table, chain) and iptables' (family, chain) are of one chain. */
function isSame(nft: string, iptables: string): boolean {
  const [family, name] = iptables.split(' ', 2);
  return nft === JSON.stringify([family, 'filter', name]);
}

function whyBlind(all: readonly Answered[]): Look<FirewallFacts> {
  if (all.some(({ kind }) => kind === 'denied')) {
    return blind(
      'no-permission',
      'Only root may see the rules of the firewall. Run the scan as root to have them judged.',
      '只有 root 可以查看防火墙规则。请以 root 运行扫描以便检查。',
    );
  }
  const failed = all.find((one) => one.kind === 'failed');
  if (failed !== undefined || all.some(({ kind }) => kind === 'said')) {
    const why = failed?.kind === 'failed' ? failed.why : 'its output was not understood';
    return blind('error', `The firewall's tool gave no answer: ${why}.`, `防火墙工具没有给出结果：${why}。`);
  }
  return blind(
    'not-on-this-system',
    'Neither nft, iptables-save nor ufw is installed: whether packets are filtered cannot be seen.',
    '未安装 nft、iptables-save 或 ufw：无法判断是否有包过滤。',
  );
}
