import { defineCheck, fail, pass } from '../../../check.ts';
import { inEachEra, outlineOf, unclear } from '../by-era.ts';
import { isRefusedForIt } from '../opened.ts';

/** Nobody fills the server's memory with one request. */
export const bodyBounded = defineCheck({
  id: 'body-bounded',
  control: 'C12',
  part: 'door',
  severity: 'medium',
  title: { en: 'A body that is too large is refused before it is read.', zh: '过大的请求体在读取之前就会被拒绝。' },
  remedy: {
    en: 'Set the largest body that the server needs (a few MiB) and answer 413 as soon as `Content-Length` or what has come exceeds it.',
    zh: '设定服务器所需的最大请求体（几 MiB），一旦 `Content-Length` 或已收到的字节超过它就返回 413。',
  },
  ask: (facts) =>
    inEachEra(facts, 'oversized-body', (seen, era) => {
      const how = outlineOf(seen);
      if (seen.rpc?.result === true || (seen.status >= 200 && seen.status < 300)) {
        return fail({
          en: `A request that announced 64 MiB was accepted (${how}).`,
          zh: `声明 64 MiB 请求体的请求被接受（${how}）。`,
        });
      }
      if (seen.status === 413) return pass({ en: 'It was refused with 413.', zh: '已用 413 拒绝。' });
      if (isRefusedForIt(facts, era, seen)) {
        return pass({ en: `It was refused (${how}).`, zh: `已被拒绝（${how}）。` });
      }
      return unclear(`A body of 64 MiB was announced: ${how}.`, `声明了 64 MiB 的请求体：${how}。`);
    }),
});
