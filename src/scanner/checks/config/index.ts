import type { Check } from '../../check.ts';
import { configAlerts } from './config-alerts/check.ts';
import { configAllowedOriginsNarrow } from './config-allowed-origins-narrow/check.ts';
import { configAuditOn } from './config-audit-on/check.ts';
import { configAuditRotation } from './config-audit-rotation/check.ts';
import { configAuthProviders } from './config-auth-providers/check.ts';
import { configAuthRequired } from './config-auth-required/check.ts';
import { configGuestCannotWrite } from './config-guest-cannot-write/check.ts';
import { configHttpsOn } from './config-https-on/check.ts';
import { configIssuerHttps } from './config-issuer-https/check.ts';
import { configListenNarrow } from './config-listen-narrow/check.ts';
import { configLogFormat } from './config-log-format/check.ts';
import { configLogRotation } from './config-log-rotation/check.ts';
import { configMasking } from './config-masking/check.ts';
import { configNoLiteralSecrets } from './config-no-literal-secrets/check.ts';
import { configRateLimited } from './config-rate-limited/check.ts';
import { configReadable } from './config-readable/check.ts';
import { configRolesDefined } from './config-roles-defined/check.ts';
import { configRolesLeastPrivilege } from './config-roles-least-privilege/check.ts';
import { configSandboxOn } from './config-sandbox-on/check.ts';
import { configSessionTimeouts } from './config-session-timeouts/check.ts';
import { configTaskPermissions } from './config-task-permissions/check.ts';
import { configTlsMinimum } from './config-tls-minimum/check.ts';
import { configUpstreamHttps } from './config-upstream-https/check.ts';

/** The checks of this part, one line each. */
export const configChecks: readonly Check<'config'>[] = [
  configHttpsOn,
  configUpstreamHttps,
  configTlsMinimum,
  configAuthRequired,
  configAuthProviders,
  configIssuerHttps,
  configRolesDefined,
  configRolesLeastPrivilege,
  configGuestCannotWrite,
  configTaskPermissions,
  configSessionTimeouts,
  configNoLiteralSecrets,
  configMasking,
  configAuditOn,
  configAuditRotation,
  configLogRotation,
  configListenNarrow,
  configAllowedOriginsNarrow,
  configRateLimited,
  configSandboxOn,
  configLogFormat,
  configAlerts,
  configReadable,
];
