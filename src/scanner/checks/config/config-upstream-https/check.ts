import { isLoopbackHost } from '../../../../kernel/loopback.ts';
import { type Answer, defineCheck, fail, notApplicable, pass, warn } from '../../../check.ts';
import { type Upstream, upstreamsOf } from '../setting.ts';

/** C01: calls and credentials are encrypted behind the gateway too. */
export const configUpstreamHttps = defineCheck<'config'>({
  id: 'config-upstream-https',
  control: 'C01',
  part: 'config',
  severity: 'high',
  title: { en: 'Upstreams on other machines are reached over HTTPS.', zh: '通过 HTTPS 访问其他机器上的上游服务器。' },
  remedy: { en: 'Write the address as `https://…`.', zh: '将地址写为 `https://…`。' },
  ask(facts) {
    const answers = upstreamsOf(facts).flatMap(judge);
    return answers.length > 0
      ? answers
      : notApplicable({ en: 'No upstream has an address.', zh: '没有使用网络地址的上游。' });
  },
});

function judge({ name, url, where }: Upstream): Answer[] {
  const concrete = url?.replaceAll('${port}', '1');
  if (concrete === undefined || !URL.canParse(concrete)) return [];
  const { protocol, host, hostname } = new URL(concrete);
  const more = { where, subject: name };
  const shown = `${protocol}//${host}`;
  const seen = { en: `The upstream ${name} is at ${shown}.`, zh: `上游 ${name} 的地址为 ${shown}。` };
  if (protocol === 'https:' || isLoopbackHost(hostname)) return [pass(seen, more)];
  return [isPrivate(hostname) ? warn(seen, { ...more, severity: 'medium' }) : fail(seen, more)];
}

/** Names and addresses that lead no further than a network of one's own, as between containers. */
function isPrivate(host: string): boolean {
  if (!host.includes('.') && !host.includes(':')) return true;
  if (/^(10|127)\.|^192\.168\.|^172\.(1[6-9]|2\d|3[01])\.|^\[f[cd]/.test(host)) return true;
  return /\.(local|internal|lan|home\.arpa|svc|cluster\.local)$/.test(host);
}
