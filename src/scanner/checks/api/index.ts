import type { Check } from '../../check.ts';
import { apiSecure } from './api-secure/check.ts';
import { apiTlsVersion } from './api-tls-version/check.ts';
import { apiAuthRequired } from './api-auth-required/check.ts';
import { apiWrongCredentialRefused } from './api-wrong-credential-refused/check.ts';
import { apiRolesConfigured } from './api-roles-configured/check.ts';
import { apiRolesNotAllPowerful } from './api-roles-not-all-powerful/check.ts';
import { apiTaskPermissions } from './api-task-permissions/check.ts';
import { apiSessionTimeouts } from './api-session-timeouts/check.ts';
import { apiSecretsAtRest } from './api-secrets-at-rest/check.ts';
import { apiMasking } from './api-masking/check.ts';
import { apiLogLevel } from './api-log-level/check.ts';
import { apiAuditEnabled } from './api-audit-enabled/check.ts';
import { apiLogRotation } from './api-log-rotation/check.ts';
import { apiNetworkBounds } from './api-network-bounds/check.ts';
import { apiRateLimited } from './api-rate-limited/check.ts';
import { apiToolSandbox } from './api-tool-sandbox/check.ts';
import { apiToolScopes } from './api-tool-scopes/check.ts';
import { apiToolDetection } from './api-tool-detection/check.ts';
import { apiMonitoring } from './api-monitoring/check.ts';
import { apiAlerts } from './api-alerts/check.ts';
import { apiIncidents } from './api-incidents/check.ts';
import { apiSecurityTests } from './api-security-tests/check.ts';
import { apiProtectionsOn } from './api-protections-on/check.ts';

/** The checks of this part, one line each. */
export const apiChecks: readonly Check<'api'>[] = [
  apiSecure,
  apiTlsVersion,
  apiAuthRequired,
  apiWrongCredentialRefused,
  apiRolesConfigured,
  apiRolesNotAllPowerful,
  apiTaskPermissions,
  apiSessionTimeouts,
  apiSecretsAtRest,
  apiMasking,
  apiLogLevel,
  apiAuditEnabled,
  apiLogRotation,
  apiNetworkBounds,
  apiRateLimited,
  apiToolSandbox,
  apiToolScopes,
  apiToolDetection,
  apiMonitoring,
  apiAlerts,
  apiIncidents,
  apiSecurityTests,
  apiProtectionsOn,
];
