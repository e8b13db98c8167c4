import { defineCheck } from '../../../check.ts';
import { answerReported } from '../reported.ts';

/** Asks what the server says of the network around it. */
export const apiNetworkBounds = defineCheck({
  id: 'api-network-bounds',
  control: 'C11',
  part: 'api',
  severity: 'medium',
  basis: 'told',
  title: {
    en: 'The server says that it checks for whom requests are meant.',
    zh: '服务器自述会检查请求的目标与来源。',
  },
  remedy: {
    en: 'Check Host and Origin of every request, and listen only where callers are.',
    zh: '检查每个请求的 Host 与 Origin，并只监听调用方所在的网络。',
  },
  ask: (facts) =>
    answerReported(facts, 'C11', 'here', (figures) => {
      const off = ['allowed_hosts_checked', 'origins_checked'].filter((key) => figures[key] === false);
      if (off.length === 0) return undefined;
      const host = String(figures['listen_host'] ?? '-');
      return { en: `Off: ${off.join(', ')} (listens on ${host}).`, zh: `未启用：${off.join('、')}（监听 ${host}）。` };
    }),
});
