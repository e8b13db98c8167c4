import { defineCheck, fail, pass, unseen, warn } from '../../../check.ts';
import { notSpoken, unclear } from '../by-era.ts';
import { bitsToGuess } from './bits-to-guess.ts';

/** Fewer bits than these are guessed online (OWASP, "Session Management Cheat Sheet"). */
const FEW_BITS = 64;
/** A UUID of version 4 has six bits fewer than it is long; the specification names it as good. LEG-BP-03, LEG-HTTP-29. */
const UUID_BITS = 122;
const FULL_BITS = 128;

/** LEG-BP-02, LEG-HTTP-29: session ids are random and long. */
export const sessionIdsUnguessable = defineCheck({
  id: 'session-ids-unguessable',
  control: 'C06',
  part: 'door',
  severity: 'high',
  title: { en: 'Session ids cannot be guessed.', zh: '会话 ID 无法被猜到。' },
  remedy: {
    en: 'Make session ids of at least 128 bits from the random generator of the system, such as `crypto.randomUUID()`; no counter, clock or name in them.',
    zh: '使用系统随机数生成器产生至少 128 位的会话 ID（如 `crypto.randomUUID()`），其中不含计数器、时间或名称。',
  },
  ask: (facts, { thresholds }) => {
    const absent = notSpoken(facts, 'legacy');
    if (absent !== undefined) return unseen(absent);
    const where = { url: facts.url, probe: 'legacy: sessions opened one after another' };
    const { sessionIds } = facts;
    if ('blind' in sessionIds) return unseen(sessionIds, { where });
    const ids = sessionIds.saw;
    if (ids.length < 2) return unclear('One session id alone shows no pattern.', '只有一个会话 ID，看不出规律。');
    if (new Set(ids).size < ids.length) {
      return fail(
        { en: 'Two sessions got the same id.', zh: '两个会话得到了相同的 ID。' },
        { where, severity: 'critical' },
      );
    }
    const bits = Math.floor(bitsToGuess(ids));
    const least = thresholds.session_id_bits;
    const seen = {
      en: `${ids.length} ids leave at most ${bits} bits to guess; at least ${least} are asked for.`,
      zh: `${ids.length} 个 ID 最多剩下 ${bits} 位需要猜测；要求至少 ${least} 位。`,
    };
    if (bits >= least || (bits === UUID_BITS && least <= FULL_BITS)) return pass(seen, { where });
    return bits < FEW_BITS ? fail(seen, { where }) : warn(seen, { where, severity: 'medium' });
  },
});
