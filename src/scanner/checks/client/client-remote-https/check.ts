import { defineCheck } from '../../../check.ts';
import type { ServerEntryFacts } from '../../../facts/client.ts';
import { isLoopbackHost } from '../../../../kernel/loopback.ts';
import { about, eachEnabled, holds, seen } from '../each-server.ts';

export const clientRemoteHttps = defineCheck({
  id: 'client-remote-https',
  control: 'C01',
  part: 'client',
  severity: 'high',
  title: { en: 'Servers on other machines are reached over HTTPS.', zh: '通过 HTTPS 访问其他机器上的服务器。' },
  remedy: {
    en: 'Use the https:// address of the server, or put a gateway with TLS in front of it.',
    zh: '使用服务器的 https:// 地址，或在其前面部署带 TLS 的网关。',
  },
  ask: (facts) =>
    eachEnabled(facts, { en: 'No server is reached by an address.', zh: '没有通过地址访问的服务器。' }, (server) => {
      const addresses = addressesOf(server);
      if (addresses.length === 0) return undefined;
      const plain = addresses.filter(isPlain);
      if (plain.length === 0)
        return holds(server, `${addresses[0]} is encrypted or on this machine.`, `${addresses[0]} 已加密或位于本机。`);
      const evidence = plain.map((address) =>
        seen(`${address} is plain HTTP.`, `${address} 是明文 HTTP。`, server.where),
      );
      return plain.every((address) => isInternal(hostOf(address)))
        ? about(server, 'warn', evidence, { severity: 'medium' })
        : about(server, 'fail', evidence);
    }),
});

/** The address of the entry, and those that a bridge such as mcp-remote is given. */
function addressesOf({ url, args }: ServerEntryFacts): string[] {
  const own = url === undefined ? [] : [url];
  return [...own, ...args].filter((each) => /^(https?|wss?):\/\//i.test(each));
}

function isPlain(address: string): boolean {
  const host = hostOf(address);
  return /^(http|ws):/i.test(address) && !isLoopbackHost(host) && !host.includes('{') && !host.startsWith('$');
}

function hostOf(address: string): string {
  const [authority = ''] = address.slice(address.indexOf('://') + 3).split(/[/?#]/, 1);
  return authority.startsWith('[')
    ? authority.slice(0, authority.indexOf(']') + 1)
    : (authority.split(':', 1)[0] ?? '');
}

/** A name or address of a private network, a container or the machine around one. */
function isInternal(host: string): boolean {
  return (
    !host.includes('.') ||
    /\.(local|internal|lan|localhost|svc|home\.arpa)$/i.test(host) ||
    /^(10\.|192\.168\.|172\.(1[6-9]|2\d|3[01])\.|169\.254\.|100\.(6[4-9]|[7-9]\d|1[01]\d|12[0-7])\.)/.test(host)
  );
}
