import { type Answer, unseen } from '../../check.ts';
import type { Era } from '../../../kernel/mcp-eras.ts';
import type { DoorFacts, Exchange, ProbeName } from '../../facts/door.ts';
import { blind, type Blind } from '../../look.ts';

/** Both eras, in the order of answers. */
export const eras: readonly Era[] = ['legacy', 'modern'];

/** What each probe does, for the place of a finding. */
const whatIsTried: Readonly<Record<ProbeName, string>> = {
  'no-credential': 'a request without a credential',
  'wrong-credential': 'a request with a wrong credential',
  'empty-credential': 'a request with an empty credential',
  'unsigned-token': 'a request with an unsigned token',
  'expired-token': 'a request with an expired token',
  'foreign-token': 'a request with a token of somebody else',
  'credential-in-query': 'a request with the credential in the address',
  'foreign-host': 'a request with a foreign Host',
  'foreign-origin': 'a request with a foreign Origin',
  'preflight-foreign-origin': 'a CORS preflight of a foreign origin',
  'header-mismatch': 'a request whose headers contradict its body',
  'version-unknown': 'a request in an unknown protocol version',
  'oversized-body': 'a request with a body that is too large',
  'deep-json': 'a request with deeply nested JSON',
  'invalid-json': 'a request that is no JSON',
  'unknown-method': 'a request for an unknown method',
  'unknown-tool': 'a call of an unknown tool',
  'unknown-session': 'a request in an unknown session',
  'chosen-session': 'an opening with a session id of its own',
  'session-without-credential': 'a request in an open session without a credential',
  'session-after-delete': 'a request in a session that was ended',
};

const NOT_TRIED = blind('not-asked', 'This was not tried.', '没有尝试此项。');

/** An exchange that shows neither; `en` and `zh` say what came back. */
export function unclear(en: string, zh: string): Answer {
  return unseen(blind('error', en, zh));
}

/** What an answer looked like, without a word of the server's own. */
export function outlineOf({ status, rpc }: Exchange): string {
  return rpc?.error === undefined ? `HTTP ${status}` : `HTTP ${status}, JSON-RPC ${rpc.error.code}`;
}

/** Why an era says nothing of a check: it is not spoken. Not spoken and not seen are different things. */
export function notSpoken(facts: DoorFacts, era: Era): Blind | undefined {
  const look = facts.eras[era];
  return 'blind' in look && look.blind === 'not-offered' ? look : undefined;
}

/** What a probe met in an era, if it was tried and answered. */
export function exchangeOf(facts: DoorFacts, era: Era, name: ProbeName): Exchange | undefined {
  const look = facts.probes[era][name];
  return look !== undefined && 'saw' in look ? look.saw : undefined;
}

/** What a probe shows in one era; `not-applicable` where the era is not spoken, `unknown` where nothing was seen. */
export function inEra(facts: DoorFacts, era: Era, name: ProbeName, judge: (seen: Exchange) => Answer): Answer {
  const absent = notSpoken(facts, era);
  if (absent !== undefined) return unseen(absent);
  const look = facts.probes[era][name] ?? NOT_TRIED;
  const where = { url: facts.url, probe: `${era}: ${whatIsTried[name]}` };
  if ('blind' in look) return unseen(look, { where });
  const { evidence, ...answer } = judge(look.saw);
  return { ...answer, evidence: evidence.map((one) => ({ where, ...one })) };
}

/**
 * The same question in each era in which it was tried; in neither, it is asked of both, and says why nothing was seen.
 * The era is the subject, so that findings stay the same when one comes or goes.
 */
export function inEachEra(
  facts: DoorFacts,
  name: ProbeName,
  judge: (seen: Exchange, era: Era) => Answer,
): readonly Answer[] {
  const tried = eras.filter((era) => facts.probes[era][name] !== undefined);
  const asked = tried.length === 0 ? eras : tried;
  return asked.map((era) => ({ ...inEra(facts, era, name, (seen) => judge(seen, era)), subject: era }));
}
