import { type Answer, defineCheck, fail, pass, warn } from '../../../check.ts';
import type { Era } from '../../../../kernel/mcp-eras.ts';
import type { DoorFacts, Exchange } from '../../../facts/door.ts';
import { asksForCredential } from '../admission.ts';
import { exchangeOf, inEachEra } from '../by-era.ts';
import { urlFrom } from '../document-url.ts';

/** Nobody owns a name below these (RFC 2606), so a server that allows one repeats what it was sent. */
const RESERVED = /\.(?:example|invalid|test)$/;

/** Who may read the answers in a browser: `anybody` by a star, `whoever-asks` by an echo of the Origin. */
type Readers = 'nobody' | 'anybody' | 'whoever-asks';

/** HTTP-02: what a foreign page may not send, it may not read either. */
export const corsNotOpen = defineCheck({
  id: 'cors-not-open',
  control: 'C11',
  part: 'door',
  severity: 'medium',
  title: { en: 'Foreign web pages cannot read the answers.', zh: '陌生网页无法读取应答。' },
  remedy: {
    en: 'Send `Access-Control-Allow-Origin` to the pages on a list of your own and to no others, and never `Access-Control-Allow-Credentials` with an origin that was only repeated.',
    zh: '只对自己允许列表中的页面发送 `Access-Control-Allow-Origin`，绝不对照搬来的来源发送 `Access-Control-Allow-Credentials`。',
  },
  ask: (facts) => inEachEra(facts, 'foreign-origin', (seen, era) => judge(facts, era, seen)),
});

function judge(facts: DoorFacts, era: Era, seen: Exchange): Answer {
  const preflight = exchangeOf(facts, era, 'preflight-foreign-origin');
  const exchanges = preflight === undefined ? [seen] : [seen, preflight];
  const asks = asksForCredential(facts, era) === true;
  const readers = exchanges.map(readersOf);
  if (exchanges.some((one) => readersOf(one) === 'whoever-asks' && isWithCredentials(one))) {
    return fail(
      {
        en: 'Any page may read the answers, with the credentials that the browser keeps: the Origin is repeated.',
        zh: '任何网页都能携带浏览器保存的凭据读取应答：Origin 被原样返回。',
      },
      { severity: 'high' },
    );
  }
  if (readers.every((one) => one === 'nobody')) {
    return pass({ en: 'A foreign origin is not allowed to read.', zh: '不允许陌生来源读取。' });
  }
  const said = readers.includes('anybody')
    ? {
        en: 'Any page may read the answers: Access-Control-Allow-Origin is a star.',
        zh: '任何网页都能读取应答：Access-Control-Allow-Origin 为星号。',
      }
    : { en: 'Any page may read the answers: the Origin is repeated.', zh: '任何网页都能读取应答：Origin 被原样返回。' };
  // Without the token, which no page has, there is nothing to read but refusals.
  if (asks) return warn(said, { severity: 'low' });
  return fail(said, { severity: facts.isLoopback ? 'high' : 'medium' });
}

function readersOf({ headers }: Exchange): Readers {
  const allowed = (headers['access-control-allow-origin'] ?? '').trim();
  if (allowed === '*') return 'anybody';
  if (allowed === 'null') return 'whoever-asks';
  return RESERVED.test(urlFrom(allowed)?.hostname ?? '') ? 'whoever-asks' : 'nobody';
}

function isWithCredentials({ headers }: Exchange): boolean {
  return headers['access-control-allow-credentials']?.trim().toLowerCase() === 'true';
}
