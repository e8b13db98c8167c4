import { defineCheck, fail, pass, warn } from '../../../check.ts';
import { admissionOf, asksForCredential } from '../admission.ts';
import { inEachEra, outlineOf, unclear } from '../by-era.ts';
import { isRefusedForIt } from '../opened.ts';

/** HTTP-02, HTTP-03, LEG-HTTP-01: a request of a page that is not ours is refused with 403. */
export const foreignOriginRefused = defineCheck({
  id: 'foreign-origin-refused',
  control: 'C11',
  part: 'door',
  severity: 'high',
  title: { en: 'A request of a foreign web page is refused.', zh: '来自陌生网页的请求会被拒绝。' },
  remedy: {
    en: 'Where a request has an `Origin`, answer 403 unless it is on a list of your own; the SDKs do not do it by themselves.',
    zh: '请求带有 `Origin` 时，若不在自己的允许列表中就返回 403；SDK 默认不会这样做。',
  },
  ask: (facts) =>
    inEachEra(facts, 'foreign-origin', (seen, era) => {
      const how = outlineOf(seen);
      if (admissionOf(seen) === 'let-in') {
        const served = {
          en: `A request with a foreign Origin was served (${how}).`,
          zh: `带有陌生 Origin 的请求得到了正常应答（${how}）。`,
        };
        const asks = asksForCredential(facts, era) === true;
        // A page has no bearer token of its own, so what is left is a second line of defence.
        if (asks && !facts.isLoopback) return warn(served, { severity: 'low' });
        return fail(served, { severity: facts.isLoopback && !asks ? 'high' : 'medium' });
      }
      if (isRefusedForIt(facts, era, seen)) {
        return pass({
          en: `A request with a foreign Origin was refused (${how}).`,
          zh: `带有陌生 Origin 的请求被拒绝（${how}）。`,
        });
      }
      return unclear(`A request with a foreign Origin: ${how}.`, `带有陌生 Origin 的请求：${how}。`);
    }),
});
