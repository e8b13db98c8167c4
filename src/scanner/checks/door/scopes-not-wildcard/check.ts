import { defineCheck, fail, notApplicable, pass, unseen, warn } from '../../../check.ts';
import type { DoorFacts } from '../../../facts/door.ts';
import { eras, exchangeOf } from '../by-era.ts';

const MAX_SCOPES = 500;
/** `*`, `*:*`, `*.*`: everything there is. */
const EVERYTHING = /^\*(?:[:./]\*)*$/;
/** Scopes that say "all" in words, and those that hold a part of a star. */
const OMNIBUS = /^(?:all|full|full[-_.]?access|everything|root|superuser|any)$/i;

/** GUIDE-07, GUIDE-17, GUIDE-18: clients ask for the scopes that they are offered, so none of them is everything. */
export const scopesNotWildcard = defineCheck({
  id: 'scopes-not-wildcard',
  control: 'C04',
  part: 'door',
  severity: 'medium',
  title: {
    en: 'No scope that clients are told to ask for means everything.',
    zh: '提供给客户端申请的权限范围中没有"全部权限"。',
  },
  remedy: {
    en: 'Offer scopes for what is done (`notes:read`), and ask for more by a 403 with `insufficient_scope` when it is needed.',
    zh: '按操作划分权限范围（如 `notes:read`），需要更多权限时再以带 `insufficient_scope` 的 403 要求。',
  },
  ask: (facts) => {
    const { resourceMetadata } = facts;
    const scopes = [...published(facts), ...challenged(facts)].slice(0, MAX_SCOPES);
    const wild = scopes.find((scope) => EVERYTHING.test(scope));
    if (wild !== undefined) return fail({ en: `The scope "${wild}" is offered.`, zh: `提供了权限范围"${wild}"。` });
    const wide = scopes.find((scope) => OMNIBUS.test(scope) || /[:./]\*$/.test(scope));
    if (wide !== undefined) {
      return warn({ en: `The scope "${wide}" is offered.`, zh: `提供了权限范围"${wide}"。` }, { severity: 'low' });
    }
    if (scopes.length > 0) {
      return pass({
        en: `${scopes.length} scopes, none of which is everything.`,
        zh: `${scopes.length} 个权限范围，没有"全部权限"。`,
      });
    }
    if ('blind' in resourceMetadata) return unseen(resourceMetadata);
    return notApplicable({ en: 'No scopes are offered.', zh: '没有提供权限范围。' });
  },
});

function published({ resourceMetadata }: DoorFacts): readonly string[] {
  const scopes = 'saw' in resourceMetadata ? resourceMetadata.saw.document['scopes_supported'] : undefined;
  return Array.isArray(scopes)
    ? scopes.filter((one): one is string => typeof one === 'string' && one.length <= 200)
    : [];
}

/** AUTHZ-15, AUTHZ-19: the scopes of a challenge are the ones that clients ask for first. */
function challenged(facts: DoorFacts): readonly string[] {
  return eras.flatMap((era) => {
    const challenge = exchangeOf(facts, era, 'no-credential')?.headers['www-authenticate'] ?? '';
    const scope = /(?:^|[ ,])scope="([^"]{1,2000})"/.exec(challenge)?.[1] ?? '';
    return scope.split(' ').filter((one) => one !== '');
  });
}
