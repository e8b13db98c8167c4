import type { Check } from '../../check.ts';
import { authRequired } from './auth-required/check.ts';
import { authorizationServerSupportsPkce } from './authorization-server-supports-pkce/check.ts';
import { bannerRevealsNothing } from './banner-reveals-nothing/check.ts';
import { bodyBounded } from './body-bounded/check.ts';
import { challengeWellFormed } from './challenge-well-formed/check.ts';
import { corsNotOpen } from './cors-not-open/check.ts';
import { credentialInQueryRefused } from './credential-in-query-refused/check.ts';
import { errorDetailsHidden } from './error-details-hidden/check.ts';
import { expiredTokenRefused } from './expired-token-refused/check.ts';
import { foreignHostRefused } from './foreign-host-refused/check.ts';
import { foreignOriginRefused } from './foreign-origin-refused/check.ts';
import { foreignTokenRefused } from './foreign-token-refused/check.ts';
import { headersMatchBody } from './headers-match-body/check.ts';
import { malformedJsonRefused } from './malformed-json-refused/check.ts';
import { metadataNoPrivateAddress } from './metadata-no-private-address/check.ts';
import { nestingBounded } from './nesting-bounded/check.ts';
import { requestsLimited } from './requests-limited/check.ts';
import { resourceMetadataValid } from './resource-metadata-valid/check.ts';
import { scopesNotWildcard } from './scopes-not-wildcard/check.ts';
import { sessionEndsOnDelete } from './session-ends-on-delete/check.ts';
import { sessionIdsUnguessable } from './session-ids-unguessable/check.ts';
import { sessionNeedsCredential } from './session-needs-credential/check.ts';
import { sessionNotChosenByClient } from './session-not-chosen-by-client/check.ts';
import { unknownSessionRefused } from './unknown-session-refused/check.ts';
import { unknownVersionRefused } from './unknown-version-refused/check.ts';
import { unsignedTokenRefused } from './unsigned-token-refused/check.ts';
import { wrongCredentialRefused } from './wrong-credential-refused/check.ts';

/** The checks of this part, one line each, in the order of their controls. */
export const doorChecks: readonly Check<'door'>[] = [
  authRequired,
  wrongCredentialRefused,
  unsignedTokenRefused,
  expiredTokenRefused,
  foreignTokenRefused,
  credentialInQueryRefused,
  challengeWellFormed,
  resourceMetadataValid,
  authorizationServerSupportsPkce,
  scopesNotWildcard,
  sessionIdsUnguessable,
  sessionNotChosenByClient,
  sessionNeedsCredential,
  sessionEndsOnDelete,
  unknownSessionRefused,
  errorDetailsHidden,
  bannerRevealsNothing,
  foreignHostRefused,
  foreignOriginRefused,
  corsNotOpen,
  metadataNoPrivateAddress,
  headersMatchBody,
  unknownVersionRefused,
  malformedJsonRefused,
  bodyBounded,
  nestingBounded,
  requestsLimited,
];
