import type { ErrorCode } from '../kernel/errors.ts';

/** Who asked, as authentication found it. */
export interface AuditCaller {
  readonly principal: string;
  /** Absent for a caller who may do nothing. */
  readonly role?: string | undefined;
  /** How they proved it: `api_key`, `jwt`, … */
  readonly method: string;
  /** Which credential, by its public id; never the credential itself. */
  readonly credential?: string | undefined;
}

/** What any entry may carry. Nothing of it may be a secret: `args` is masked before it comes here. */
export interface AuditContext {
  readonly caller?: AuditCaller | undefined;
  /** Address that the connection came from. */
  readonly remote?: string | undefined;
  readonly session?: string | undefined;
  readonly upstream?: string | undefined;
  /** MCP method, such as `tools/call`. */
  readonly method?: string | undefined;
  /** Tool or prompt name, or resource address. */
  readonly name?: string | undefined;
  /** Arguments as JSON text, masked and bounded. */
  readonly args?: string | undefined;
  /** SHA-256 (hex) of the complete, unmasked JSON text of the arguments. */
  readonly argsHash?: string | undefined;
  /** The task that it happened under; the type as far as it is known there. */
  readonly task?: { readonly id: string; readonly type?: string | undefined } | undefined;
  /** True when the task had seen output of an untrusted tool before. */
  readonly exposed?: boolean | undefined;
}

/** A call is about to leave for its upstream. */
export interface IntentEntry extends AuditContext {
  readonly kind: 'intent';
  /** The permission under which it was allowed. */
  readonly grant?: string | undefined;
}

/** How a call ended, written before its answer is returned. */
export interface OutcomeEntry extends AuditContext {
  readonly kind: 'outcome';
  /** `seq` of the intent that it ends. */
  readonly intent: number;
  /** `error`: a JSON-RPC error; `tool_error`: a result with `isError`; `withheld`: the tool ran, its reply was blocked. */
  readonly status: 'ok' | 'input_required' | 'error' | 'tool_error' | 'withheld' | 'cancelled' | 'timeout';
  readonly code?: ErrorCode | undefined;
  /** Size of the reply. */
  readonly bytes: number;
  readonly durationMs: number;
}

/** A call was refused: nothing was sent. */
export interface RefusalEntry extends AuditContext {
  readonly kind: 'refusal';
  readonly code: ErrorCode;
  /** What was missing, such as the permission asked for; a list where one request lacked several. */
  readonly missing?: string | readonly string[] | undefined;
  /** Refusals of the same caller with the same code in the second before, which have no entry of their own. */
  readonly suppressed?: number | undefined;
}

/** What travels without a reply of its own: a client's notification, an upstream's question and its answer. */
export interface RelayEntry extends AuditContext {
  readonly kind: 'relay';
  readonly direction: 'to_client' | 'to_upstream';
}

/** The configuration in force was replaced, or a replacement was refused. */
export interface ConfigChangeEntry extends AuditContext {
  readonly kind: 'config_change';
  readonly status: 'applied' | 'refused';
  /** What asked for it: `start`, `SIGHUP`, `api`. */
  readonly cause: string;
  /** SHA-256 (hex) of the configuration before and after. */
  readonly before?: string | undefined;
  readonly after?: string | undefined;
  /** Paths of the settings that differ; no values, they may be secrets. */
  readonly changed?: readonly string[] | undefined;
}

/** A caller's session with an upstream began or ended. */
export interface SessionEntry extends AuditContext {
  readonly kind: 'session';
  readonly event: 'opened' | 'closed';
  readonly cause: string;
}

/** What a task may do was changed. Grants that are the same before and after are counted, not listed. */
export interface PermissionChangeEntry extends AuditContext {
  readonly kind: 'permission_change';
  readonly event: 'opened' | 'narrowed' | 'widened' | 'closed' | 'expired' | 'revoked';
  readonly principal: string;
  readonly role: string;
  /** Id of the task that it is a part of. */
  readonly parent?: string | undefined;
  readonly epoch: number;
  /** Who caused it (`gateway` where nobody asked), and why. */
  readonly by: string;
  readonly why: string;
  /** Grants that are gone or were different, masked. */
  readonly before: readonly unknown[];
  /** Grants that are new or are different, masked. */
  readonly after: readonly unknown[];
  readonly unchanged: number;
  /** SHA-256 (hex) of the canonical JSON of all grants. */
  readonly beforeHash: string;
  readonly afterHash: string;
  /** Which of how many, where one entry would be too long; both count from 1. */
  readonly part?: readonly [number: number, of: number] | undefined;
}

/** A person was asked, or answered, or what was answered was used. */
export interface ApprovalEntry extends AuditContext {
  readonly kind: 'approval';
  readonly event: 'asked' | 'approved' | 'denied' | 'expired' | 'used';
  readonly approval: string;
  readonly principal: string;
  readonly what: 'call' | 'widen';
  /** What stood against it, such as `integrity recipients`. */
  readonly because?: readonly string[] | undefined;
  readonly secondFactor: boolean;
  /** Of an answer: who, through what, and why. */
  readonly by?: string | undefined;
  readonly through?: 'client' | 'api' | 'terminal' | undefined;
  readonly why?: string | undefined;
}

/** The gateway or the log changed its state; the log itself writes `recovered`, `pruned` and `prune_failed`. */
export interface LifecycleEntry extends AuditContext {
  readonly kind: 'lifecycle';
  readonly event: 'started' | 'stopped' | 'recovered' | 'pruned' | 'prune_failed';
  readonly cause?: string | undefined;
  readonly version?: string | undefined;
  /** Of `recovered`: since when the log could not be written (ISO 8601). */
  readonly since?: string | undefined;
  /** Of `recovered`: entries that were refused meanwhile. */
  readonly refused?: number | undefined;
  /** Of `pruned`: the files that retention removed. */
  readonly files?: readonly string[] | undefined;
}

/** One record of the audit log; the log adds `seq` and `time`. */
export type AuditEntry =
  | IntentEntry
  | OutcomeEntry
  | RefusalEntry
  | RelayEntry
  | ConfigChangeEntry
  | SessionEntry
  | PermissionChangeEntry
  | ApprovalEntry
  | LifecycleEntry;

/** Characters that the text of an entry may have; a longer entry has its strings cut. */
export const MAX_ENTRY = 65_536;
const MAX_STRING = 2_048;

/**
 * The JSON text of an entry. Strings may be attacker-controlled (a tool name can be a megabyte): where they would make
 * the text longer than {@link MAX_ENTRY}, each is cut to 2,048 characters.
 * @returns undefined when even then it is too long
 */
export function encodeEntry(entry: AuditEntry): string | undefined {
  const json = JSON.stringify(entry);
  if (json.length <= MAX_ENTRY) return json;
  const cut = JSON.stringify(entry, (_key, value: unknown) =>
    typeof value === 'string' && value.length > MAX_STRING ? `${value.slice(0, MAX_STRING)}[cut]` : value,
  );
  return cut.length <= MAX_ENTRY ? cut : undefined;
}
