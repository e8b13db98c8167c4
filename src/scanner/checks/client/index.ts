import type { Check } from '../../check.ts';
import { clientBehindGateway } from './client-behind-gateway/check.ts';
import { clientFilePrivate } from './client-file-private/check.ts';
import { clientFilesystemScopeNarrow } from './client-filesystem-scope-narrow/check.ts';
import { clientNoAutoApproval } from './client-no-auto-approval/check.ts';
import { clientNoLiteralSecrets } from './client-no-literal-secrets/check.ts';
import { clientNoPrivilegedLaunch } from './client-no-privileged-launch/check.ts';
import { clientNoShellLaunch } from './client-no-shell-launch/check.ts';
import { clientNoTyposquats } from './client-no-typosquats/check.ts';
import { clientNoUrlCredentials } from './client-no-url-credentials/check.ts';
import { clientPackagesPinned } from './client-packages-pinned/check.ts';
import { clientReadable } from './client-readable/check.ts';
import { clientRemoteHttps } from './client-remote-https/check.ts';
import { clientServersSandboxed } from './client-servers-sandboxed/check.ts';
import { clientTlsVerificationOn } from './client-tls-verification-on/check.ts';

/** The checks of this part, one line each. */
export const clientChecks: readonly Check<'client'>[] = [
  clientReadable,
  clientNoLiteralSecrets,
  clientNoUrlCredentials,
  clientFilePrivate,
  clientRemoteHttps,
  clientTlsVerificationOn,
  clientNoAutoApproval,
  clientFilesystemScopeNarrow,
  clientPackagesPinned,
  clientNoTyposquats,
  clientNoShellLaunch,
  clientNoPrivilegedLaunch,
  clientServersSandboxed,
  clientBehindGateway,
];
