import type { ControlId } from '../../controls/control.ts';
import type { Look } from '../look.ts';

/** What `/api/v2` says, as far as the credential allows; every value is the server's own word. */
export interface ApiFacts {
  readonly url: string;
  readonly isLoopback: boolean;
  readonly info: Look<ApiInfo>;
  readonly roles: Look<readonly ApiRole[]>;
  readonly tools: Look<readonly ApiTool[]>;
  /** Upstreams that the server itself could not ask for their tools; they are missing from `tools`. */
  readonly unavailable?: readonly string[];
  readonly logging: Look<ApiLogging>;
  /** Merlon only: what it enforces for each control. */
  readonly controls: Look<readonly ControlReport[]>;
  readonly ready: Look<boolean>;
  /** Statuses without and with a wrong credential, by path; of endpoints that nobody would make public. */
  readonly withoutCredential: Look<Readonly<Record<string, number>>>;
  readonly wrongCredential: Look<Readonly<Record<string, number>>>;
  /** Requests of `/api/v2/info` in a row, up to the first that was limited. */
  readonly burst: Look<{ readonly sent: number; readonly limited: number }>;
}

/** `/api/v2/info`. */
export interface ApiInfo {
  readonly name?: string;
  readonly version?: string;
  readonly secure?: boolean;
  readonly tls_version?: string | null;
  readonly auth_required?: boolean;
  readonly switched_off?: readonly { readonly key: string; readonly sentence: string }[];
  readonly not_enforced?: readonly string[];
}

/** One entry of `/api/v2/roles`. */
export interface ApiRole {
  readonly name: string;
  readonly permissions: readonly string[];
}

/** `/api/v2/config/logging`. */
export interface ApiLogging {
  readonly level?: string;
  readonly audit_enabled?: boolean;
}

/** One entry of `/api/v2/tools`. */
export interface ApiTool {
  readonly name: string;
  readonly upstream?: string;
  readonly security?: { readonly sandbox_enabled?: boolean; readonly permission_scopes?: readonly string[] };
}

/** One entry of `/api/v2/controls`. */
export interface ControlReport {
  readonly id: ControlId;
  readonly enforced: 'yes' | 'partly' | 'no';
  /** Figures and switches in force, such as `session_idle_seconds`. */
  readonly facts: Readonly<Record<string, string | number | boolean | null>>;
}
