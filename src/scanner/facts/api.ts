import type { ControlId } from '../../controls/control.ts';
import type { Look } from '../look.ts';

/** What `/api/v2` says, as far as the credential allows; every value is the server's own word. */
export interface ApiFacts {
  readonly url: string;
  readonly isLoopback: boolean;
  readonly info: Look<{
    readonly name?: string;
    readonly version?: string;
    readonly secure?: boolean;
    readonly tls_version?: string | null;
    readonly auth_required?: boolean;
    readonly switched_off?: readonly { readonly key: string; readonly sentence: string }[];
    readonly not_enforced?: readonly string[];
  }>;
  readonly roles: Look<readonly { readonly name: string; readonly permissions: readonly string[] }[]>;
  readonly tools: Look<readonly ApiTool[]>;
  readonly logging: Look<{ readonly level?: string; readonly audit_enabled?: boolean }>;
  /** Merlon only: what it enforces for each control. */
  readonly controls: Look<readonly ControlReport[]>;
  readonly ready: Look<boolean>;
  /** Statuses of the guarded endpoints without and with a wrong credential. */
  readonly withoutCredential: Look<Readonly<Record<string, number>>>;
  readonly wrongCredential: Look<Readonly<Record<string, number>>>;
  readonly burst: Look<{ readonly sent: number; readonly limited: number }>;
}

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
