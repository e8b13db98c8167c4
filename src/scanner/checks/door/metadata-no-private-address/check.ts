import { defineCheck, fail, pass, unseen } from '../../../check.ts';
import type { DoorFacts, MetadataFacts } from '../../../facts/door.ts';
import { failedToLook } from '../../../look.ts';
import { urlFrom } from '../document-url.ts';
import { type Reach, reachOf } from '../private-address.ts';

const MAX_VALUES = 200;

/** BP-25, BP-29 to BP-32: metadata sends nobody to addresses inside the network of the one who reads it. */
export const metadataNoPrivateAddress = defineCheck({
  id: 'metadata-no-private-address',
  control: 'C11',
  part: 'door',
  severity: 'medium',
  title: { en: 'Metadata names no address inside a private network.', zh: '元数据中没有指向私有网络的地址。' },
  remedy: {
    en: 'Publish addresses that everybody reaches; a client that fetches a private one on a server asks its own network (SSRF).',
    zh: '只公布所有人都能访问的地址；在服务器上运行的客户端若请求私有地址，就会访问自己的内网（SSRF）。',
  },
  ask: (facts) => {
    const { resourceMetadata } = facts;
    const looks = [resourceMetadata, ...facts.authorizationServers];
    const seen = looks.flatMap((look) => ('saw' in look ? [look.saw] : []));
    const found = seen.flatMap((one) => bad(one, facts));
    if (found.length > 0) {
      return found.map(({ name, host, url }) =>
        fail(
          { en: `\`${name}\` leads to ${host}.`, zh: `\`${name}\` 指向 ${host}。` },
          { subject: name, where: { url } },
        ),
      );
    }
    const missed = looks.find((look) => 'blind' in look && failedToLook(look));
    if (missed !== undefined && 'blind' in missed) return unseen(missed);
    if ('blind' in resourceMetadata && seen.length === 0) return unseen(resourceMetadata);
    return pass({
      en: `${seen.length} documents name public addresses alone.`,
      zh: `${seen.length} 份文档只包含公共地址。`,
    });
  },
});

interface Bad {
  readonly name: string;
  readonly host: string;
  readonly url: string;
}

function bad({ url, document }: MetadataFacts, { url: endpoint }: DoorFacts): readonly Bad[] {
  const accepted = acceptedAt(reachOf(new URL(endpoint)));
  return addressesIn(document).flatMap(([name, address]) =>
    accepted.includes(reachOf(address)) ? [] : [{ name, host: address.host, url }],
  );
}

/** Who reaches a private endpoint is inside already; the metadata service of a cloud is nobody's issuer. */
function acceptedAt(endpoint: Reach): readonly Reach[] {
  if (endpoint === 'loopback') return ['public', 'private', 'loopback'];
  return endpoint === 'private' ? ['public', 'private'] : ['public'];
}

function addressesIn(document: Readonly<Record<string, unknown>>): readonly [string, URL][] {
  return Object.entries(document)
    .flatMap(([name, value]) => (Array.isArray(value) ? value : [value]).map((one: unknown) => [name, one] as const))
    .slice(0, MAX_VALUES)
    .flatMap(([name, value]): [string, URL][] => {
      const address = urlFrom(value);
      return address !== undefined && /^https?:$/.test(address.protocol) ? [[name.slice(0, 100), address]] : [];
    });
}
