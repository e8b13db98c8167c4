import type { Check } from '../../check.ts';
import { manifestNoLiteralSecret } from './manifest-no-literal-secret/check.ts';
import { manifestNoShellLaunch } from './manifest-no-shell-launch/check.ts';
import { manifestNoTyposquat } from './manifest-no-typosquat/check.ts';
import { manifestPackagesHashed } from './manifest-packages-hashed/check.ts';
import { manifestPackagesPinned } from './manifest-packages-pinned/check.ts';
import { manifestReadable } from './manifest-readable/check.ts';
import { manifestRemotesHttps } from './manifest-remotes-https/check.ts';
import { manifestRepositoryNamed } from './manifest-repository-named/check.ts';
import { manifestSecretsMarked } from './manifest-secrets-marked/check.ts';

/** The checks of this part, one line each. */
export const manifestChecks: readonly Check<'manifest'>[] = [
  manifestReadable,
  manifestNoLiteralSecret,
  manifestSecretsMarked,
  manifestRemotesHttps,
  manifestNoShellLaunch,
  manifestPackagesPinned,
  manifestNoTyposquat,
  manifestPackagesHashed,
  manifestRepositoryNamed,
];
