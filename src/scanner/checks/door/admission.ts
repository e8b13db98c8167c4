import { type Answer, fail, notApplicable, pass, type Severity } from '../../check.ts';
import type { Era } from '../../../kernel/mcp-eras.ts';
import type { DoorFacts, Exchange, ProbeName } from '../../facts/door.ts';
import type { Text } from '../../../kernel/text.ts';
import { exchangeOf, inEachEra, outlineOf, unclear } from './by-era.ts';

/** Whether somebody was let in, as far as the credential goes. */
export type Admission = 'let-in' | 'turned-away' | 'unclear';

/**
 * Tells it from one exchange. A 400 or 404 alone is `unclear`: servers answer it for reasons that have nothing to do with
 * who asks, such as a second `initialize`, and a wrong reason must not look like a protection.
 */
export function admissionOf({ status, headers, rpc }: Exchange): Admission {
  if (rpc?.result === true) return 'let-in';
  if (status === 401 || status === 403) return 'turned-away';
  if (status >= 300 && status < 400) return 'turned-away';
  return status >= 400 && status < 429 && headers['www-authenticate'] !== undefined ? 'turned-away' : 'unclear';
}

/** Whether the endpoint asks for a credential in this era; undefined where that could not be told. */
export function asksForCredential(facts: DoorFacts, era: Era): boolean | undefined {
  const seen = exchangeOf(facts, era, 'no-credential');
  const admission = seen === undefined ? 'unclear' : admissionOf(seen);
  return admission === 'unclear' ? undefined : admission === 'turned-away';
}

/** Where nobody is asked for a credential, there is none to refuse; `auth-required` says so, once. */
export function nothingAsked(): Answer {
  return notApplicable({ en: 'The endpoint asks for no credential at all.', zh: '该端点根本不要求凭据。' });
}

/** What is sent as a credential, as a noun. */
export interface BadCredential {
  readonly what: Text;
  readonly severity?: Severity;
}

/** Judges a credential that must not count, in each era. */
export function refusalOf(facts: DoorFacts, name: ProbeName, { what, severity }: BadCredential): readonly Answer[] {
  return inEachEra(facts, name, (seen, era) => {
    if (asksForCredential(facts, era) === false) return nothingAsked();
    const how = outlineOf(seen);
    const admission = admissionOf(seen);
    if (admission === 'turned-away') {
      return pass({
        en: `A request with ${what.en} was turned away (${how}).`,
        zh: `带有${what.zh}的请求被拒绝（${how}）。`,
      });
    }
    if (admission === 'unclear') {
      return unclear(
        `A request with ${what.en} was answered with ${how}, which neither lets in nor turns away.`,
        `带有${what.zh}的请求得到 ${how}，既不是放行也不是拒绝。`,
      );
    }
    const seenText = {
      en: `A request with ${what.en} was served (${how}).`,
      zh: `带有${what.zh}的请求得到了正常应答（${how}）。`,
    };
    return severity === undefined ? fail(seenText) : fail(seenText, { severity });
  });
}
