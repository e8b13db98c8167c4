import { defineCheck, fail, pass, warn } from '../../../check.ts';
import { admissionOf, asksForCredential } from '../admission.ts';
import { inEachEra, outlineOf, unclear } from '../by-era.ts';
import { isRefusedForIt } from '../opened.ts';

/** DNS rebinding: a page whose name suddenly means this server is known by the Host that the browser sends. */
export const foreignHostRefused = defineCheck({
  id: 'foreign-host-refused',
  control: 'C11',
  part: 'door',
  severity: 'high',
  title: { en: 'A request for a foreign Host is refused.', zh: '指向陌生 Host 的请求会被拒绝。' },
  remedy: {
    en: 'Keep a list of the host names of the server and answer every other `Host` with 403 or 421, before anything else.',
    zh: '维护服务器自身主机名的列表，在做任何处理之前对其他 `Host` 返回 403 或 421。',
  },
  ask: (facts) =>
    inEachEra(facts, 'foreign-host', (seen, era) => {
      const how = outlineOf(seen);
      if (admissionOf(seen) === 'let-in') {
        const served = {
          en: `A request with a foreign Host was served (${how}).`,
          zh: `带有陌生 Host 的请求得到了正常应答（${how}）。`,
        };
        // Pages of other machines reach it by its own name just as well; the certificate stops a rebound one.
        if (!facts.isLoopback) return warn(served, { severity: 'low' });
        return fail(served, { severity: asksForCredential(facts, era) === true ? 'medium' : 'high' });
      }
      if (isRefusedForIt(facts, era, seen)) {
        return pass({
          en: `A request with a foreign Host was refused (${how}).`,
          zh: `带有陌生 Host 的请求被拒绝（${how}）。`,
        });
      }
      return unclear(`A request with a foreign Host: ${how}.`, `带有陌生 Host 的请求：${how}。`);
    }),
});
