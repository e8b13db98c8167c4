import { defineCheck } from '../../../check.ts';
import { about, eachEnabled, holds, noServers, seen } from '../each-server.ts';

export const clientBehindGateway = defineCheck({
  id: 'client-behind-gateway',
  control: 'C09',
  part: 'client',
  severity: 'info',
  title: { en: 'Calls to servers go through a gateway that records them.', zh: '对服务器的调用经过会留下记录的网关。' },
  remedy: {
    en: 'Run `merlon connect CLIENT --wrap`, or `merlon fix --wrap`, and take it back with `merlon connect CLIENT --undo`.',
    zh: '运行 `merlon connect CLIENT --wrap` 或 `merlon fix --wrap`；用 `merlon connect CLIENT --undo` 撤销。',
  },
  ask: (facts) =>
    eachEnabled(facts, noServers, (server) =>
      server.behindMerlon
        ? holds(server, 'It goes through Merlon, by the form of its entry.', '按条目形式，它经过 Merlon。')
        : about(server, 'warn', [
            seen('Nothing that is known here records what is called.', '此处没有已知组件记录其调用。', server.where),
          ]),
    ),
});
