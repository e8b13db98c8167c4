import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

const INSIDE = join(import.meta.dirname, 'firewall/look-inside.ts');

function inNamespace(...command: string[]) {
  return spawnSync('unshare', ['--net', '--', ...command], { encoding: 'utf8', timeout: 30_000 });
}

/** What the scanner sees where these rules are loaded: nobody else's network is touched. */
function seenWith(program: 'nft' | 'iptables', rules: string): unknown {
  const { status, stdout, stderr } = inNamespace(process.execPath, INSIDE, program, rules);
  if (status !== 0) throw new Error(stderr);
  return JSON.parse(stdout);
}

const hasNft = existsSync('/usr/sbin/nft') && inNamespace('/usr/sbin/nft', 'list', 'ruleset').status === 0;
const hasIptables = existsSync('/usr/sbin/iptables') && inNamespace('/usr/sbin/iptables', '-L').status === 0;
if (!hasNft) console.warn('NOT TESTED: a real nftables: nft, root or network namespaces are missing');
if (!hasIptables) console.warn('NOT TESTED: a real iptables: iptables, root or network namespaces are missing');

describe.skipIf(!hasNft)('a real nftables', () => {
  it('is seen with its policy and the ports that it opens', () => {
    const rules = `
      table inet host {
        set web { type inet_service; flags interval; elements = { 80, 9000-9002 } }
        chain world { tcp dport 443 accept; }
        chain input {
          type filter hook input priority filter; policy drop;
          ct state vmap { established : accept, related : accept, invalid : drop }
          iifname vmap { "lo" : accept, "eth0" : jump world }
          ip protocol icmp accept
          meta l4proto ipv6-icmp accept
          ip saddr 10.0.0.0/8 tcp dport 5432 accept
          tcp dport @web ct state new limit rate 10/second counter accept
          tcp dport { 22, 8443 } log prefix "in " accept
          udp dport 53 accept
        }
      }`;
    expect(seenWith('nft', rules)).toMatchObject({
      firewall: {
        saw: {
          by: 'nft',
          hasRules: true,
          inputPolicy: 'drop',
          openPorts: [22, 80, 443, 8443, 9000, 9001, 9002],
          isPartial: false,
          byFamily: { ip: 'drop', ip6: 'drop' },
        },
      },
    });
  });

  it('is seen to be open where it is', () => {
    const rules = 'table ip t { chain c { type filter hook input priority 0; policy accept; tcp dport 23 drop; };\n}';
    expect(seenWith('nft', rules)).toMatchObject({
      firewall: { saw: { inputPolicy: 'accept', byFamily: { ip: 'accept' } } },
    });
  });

  it('without rules is seen to have none', () => {
    expect(seenWith('nft', 'flush ruleset')).toMatchObject({ firewall: { saw: { hasRules: false } } });
  });

  it('does not keep listening programs from being seen', () => {
    expect(seenWith('nft', 'flush ruleset')).toMatchObject({
      sockets: {
        saw: [{ address: '0.0.0.0', port: 8443, isLoopback: false, program: expect.stringMatching(/node|MainThread/) }],
      },
    });
  });
});

describe.skipIf(!hasIptables)('a real iptables', () => {
  it('is seen with its policy and the ports that it opens', () => {
    const rules = [
      '-N web',
      '-A web -p tcp -m multiport --dports 80,443 -j ACCEPT',
      '-A INPUT -i lo -j ACCEPT',
      '-A INPUT -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT',
      '-A INPUT -s 10.0.0.0/8 -p tcp --dport 5432 -j ACCEPT',
      '-A INPUT -p tcp --dport 8443 -j ACCEPT',
      '-A INPUT -j web',
      '-A INPUT -j REJECT',
    ];
    expect(seenWith('iptables', rules.join('\n'))).toMatchObject({
      firewall: { saw: { inputPolicy: 'reject', openPorts: [80, 443, 8443], isPartial: false } },
    });
  });
});
