import type { DoorFacts } from '../../../facts/door.ts';
import { type Blind, blind, type Look, saw } from '../../../look.ts';
import { type Opened, openingOf } from '../../../probe/open.ts';
import { say } from '../../../probe/say.ts';
import { ask, harmless, type Visit } from './visit.ts';

/** Why there was no burst. */
export function noBurst(): Blind {
  return blind('not-asked', 'The scan was told to send no bursts.', '本次扫描被要求不发送突发请求。');
}

/** Requests of the burst. Enough to meet a limit that follows a burst of 10, few enough to harm nobody. */
const BURST = 20;

/**
 * Sends harmless requests as fast as answers come, and counts who is told to slow down.
 * @param opened undefined where the endpoint stayed closed: then the opening message is sent
 */
export async function sendBurst(visit: Visit, opened: Opened | undefined): Promise<DoorFacts['burst']> {
  const send = (): ReturnType<typeof ask> =>
    opened === undefined
      ? say(visit.line, { ...openingOf('legacy'), headers: visit.headers }, { isImpatient: true })
      : ask(visit, opened, harmless(opened.era), {}, { isImpatient: true });
  const looks = await Promise.all(Array.from({ length: BURST }, send));
  const heard = looks.flatMap((one) => ('saw' in one ? [one.saw.heard] : []));
  if (heard.length === 0) return unanswered();
  const limited = heard.filter(({ status }) => status === 429);
  const retryAfter = limited.length > 0 && limited.every(({ headers }) => headers['retry-after'] !== undefined);
  return saw({ sent: heard.length, limited: limited.length, retryAfter });
}

function unanswered(): Look<never> {
  return blind('error', 'No request of the burst was answered.', '突发请求均未得到应答。');
}
