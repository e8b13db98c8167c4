import { type Answer, defineCheck, pass, unseen, warn } from '../../../check.ts';
import type { SocketFacts } from '../../../facts/host.ts';

/** Most sockets that are told one by one. */
const MAX_TOLD = 50;
/** How machines are administered. */
const SSH = 22;

/** C11: nothing listens that nobody meant to. */
export const socketsExpected = defineCheck<'host'>({
  id: 'sockets-expected',
  control: 'C11',
  part: 'host',
  severity: 'medium',
  title: { en: 'Beyond this machine, only what is meant to listens.', zh: '只有预期的程序对外监听。' },
  remedy: {
    en: 'Stop the program, let it listen on 127.0.0.1, or name its port as intended.',
    zh: '停止该程序、让它只监听 127.0.0.1，或将其端口列为预期端口。',
  },
  ask({ sockets, intendedPorts }) {
    if ('blind' in sockets) return unseen(sockets);
    const beyond = sockets.saw.filter(
      ({ isLoopback, port }) => !isLoopback && port !== SSH && !intendedPorts.includes(port),
    );
    if (beyond.length > 0) return [...byPort(beyond)].slice(0, MAX_TOLD).map(([port, some]) => tell(port, some));
    const count = sockets.saw.length;
    return pass({
      en: `${count} sockets listen, none of them unexpected.`,
      zh: `共有 ${count} 个监听套接字，均在预期之内。`,
    });
  },
});

function byPort(sockets: readonly SocketFacts[]): ReadonlyMap<number, readonly SocketFacts[]> {
  return Map.groupBy(sockets, ({ port }) => port);
}

function tell(port: number, sockets: readonly SocketFacts[]): Answer {
  const names = [...new Set(sockets.flatMap(({ program }) => program ?? []))].join(', ');
  const addresses = [...new Set(sockets.map(({ address }) => address))].slice(0, 5).join(', ');
  return warn(
    {
      en: `${names === '' ? 'A program' : names} listens on port ${port} of ${addresses}.`,
      zh: `${names === '' ? '某个程序在' : `${names} 在`} ${addresses} 的 ${port} 端口监听。`,
    },
    { subject: `port ${port}` },
  );
}
