import type { Check } from '../../check.ts';
import { ciActionsPinned } from './ci-actions-pinned/check.ts';
import { ciPermissionsLimited } from './ci-permissions-limited/check.ts';
import { ciRunsSecurityScans } from './ci-runs-security-scans/check.ts';
import { dependenciesPinned } from './dependencies-pinned/check.ts';
import { dependencyUpdatesAutomated } from './dependency-updates-automated/check.ts';
import { incidentPlanPresent } from './incident-plan-present/check.ts';
import { installScriptsAbsent } from './install-scripts-absent/check.ts';
import { lockFilePresent } from './lock-file-present/check.ts';
import { releasesSigned } from './releases-signed/check.ts';
import { repositoryHoldsNoSecret } from './repository-holds-no-secret/check.ts';
import { sbomAvailable } from './sbom-available/check.ts';
import { securityPolicyPresent } from './security-policy-present/check.ts';
import { testsPresent } from './tests-present/check.ts';

/** The checks of this part, one line each. */
export const repositoryChecks: readonly Check<'repository'>[] = [
  ciActionsPinned,
  ciPermissionsLimited,
  ciRunsSecurityScans,
  dependenciesPinned,
  dependencyUpdatesAutomated,
  incidentPlanPresent,
  installScriptsAbsent,
  lockFilePresent,
  releasesSigned,
  repositoryHoldsNoSecret,
  sbomAvailable,
  securityPolicyPresent,
  testsPresent,
];
