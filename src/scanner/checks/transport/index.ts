import type { Check } from '../../check.ts';
import { httpsAddress } from './https-address/check.ts';
import { plainHttpClosed } from './plain-http-closed/check.ts';
import { certificateTrusted } from './certificate-trusted/check.ts';
import { certificateNameMatches } from './certificate-name-matches/check.ts';
import { certificateNotExpiring } from './certificate-not-expiring/check.ts';
import { certificateKeyStrong } from './certificate-key-strong/check.ts';
import { tlsModernOffered } from './tls-modern-offered/check.ts';
import { tlsOldRefused } from './tls-old-refused/check.ts';
import { tlsSuitesStrong } from './tls-suites-strong/check.ts';

/** The checks of this part, one line each. */
export const transportChecks: readonly Check<'transport'>[] = [
  httpsAddress,
  plainHttpClosed,
  certificateTrusted,
  certificateNameMatches,
  certificateNotExpiring,
  certificateKeyStrong,
  tlsModernOffered,
  tlsOldRefused,
  tlsSuitesStrong,
];
