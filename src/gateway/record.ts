import type { AuditContext, AuditEntry } from '../audit/log.ts';
import { recordArgs } from '../audit/recorded-args.ts';
import type { Caller } from '../identity/caller.ts';
import type { Clock } from '../kernel/clock.ts';
import type { ErrorCode, MerlonError } from '../kernel/errors.ts';
import type { JsonObject } from '../kernel/jsonrpc.ts';
import type { Grant } from '../policy/decide.ts';
import { formatPermission } from '../policy/permission.ts';
import { type Call, missingIn } from './handle.ts';

/** Proof that a call was written down before it left. Only a {@link Recorder} makes one. */
class Intent {
  readonly #recorded = true;
  readonly seq: number;
  readonly startedAt: number;

  constructor(seq: number, startedAt: number) {
    this.seq = seq;
    this.startedAt = startedAt;
  }

  static isIntent(value: unknown): value is Intent {
    return typeof value === 'object' && value !== null && #recorded in value && value.#recorded;
  }
}
export type { Intent };

/** What came of a call. */
export type Outcome = 'ok' | 'input_required' | 'error' | 'tool_error' | 'withheld' | 'cancelled' | 'timeout';

/** The task that a call is made under, as far as there is one. */
export type UnderTask = Pick<Refused, 'task' | 'exposed'>;

/** Writes what the gateway does into the audit log. Every method resolves only when the entry is durable. */
export interface Recorder {
  /** @throws MerlonError AUDIT_UNAVAILABLE: the call must not leave */
  intent(call: Call, grant: Grant, under: UnderTask): Promise<Intent>;
  /** @throws MerlonError AUDIT_UNAVAILABLE: the reply must not be released */
  outcome(intent: Intent, status: Outcome, bytes: number, code?: ErrorCode): Promise<void>;
  /** Something was not sent. Refusals of one caller with one code are written once a second, with a count. */
  refused(who: Refused, error: MerlonError): Promise<void>;
  /** What an upstream asks of a client, and that the client answered. */
  asked(call: Omit<Call, 'request' | 'reply'>, method: string, direction: 'to_client' | 'to_upstream'): Promise<void>;
  /** Sessions, configuration, start and stop. */
  event(entry: AuditEntry): Promise<void>;
}

/** Whom a refusal concerns, as far as that is known. */
export interface Refused {
  readonly remote: string;
  readonly caller?: Caller | undefined;
  readonly session?: { readonly id: string } | undefined;
  readonly upstream?: string | undefined;
  readonly request?: { readonly method: string; readonly params?: JsonObject } | undefined;
  /** The task that it is under, where more is known of it than the caller's credential says. */
  readonly task?: { readonly id: string; readonly type: string } | undefined;
  /** Whether that task has seen output of an untrusted tool. */
  readonly exposed?: boolean | undefined;
}

/** Where entries go: the audit log, or nothing when it is switched off. */
export type Append = (entry: AuditEntry) => Promise<number>;

/** Replaces secrets in a text, and in a JSON value. */
export interface RecordMask {
  text(text: string): string;
  value(value: unknown): unknown;
}

export interface RecorderOptions {
  readonly append: Append;
  readonly clock: Clock;
  /** Masks secrets in what a caller sent before it is written. */
  readonly mask: RecordMask;
}

const REFUSAL_WINDOW_MS = 1_000;
const MAX_REFUSAL_KEYS = 10_000;

export function createRecorder({ append, clock, mask }: RecorderOptions): Recorder {
  const refusals = new Map<string, { since: number; suppressed: number }>();

  return {
    async intent(call, grant, under) {
      const startedAt = clock.now();
      const seq = await append({
        kind: 'intent',
        ...whoOf({ ...call, ...under }),
        ...whatOf(call.request, mask),
        grant: formatPermission(grant.operation),
      });
      return new Intent(seq, startedAt);
    },

    async outcome(intent, status, bytes, code) {
      const durationMs = clock.now() - intent.startedAt;
      const entry: AuditEntry = { kind: 'outcome', intent: intent.seq, status, bytes, durationMs };
      await append(code === undefined ? entry : { ...entry, code });
    },

    async refused(who, error) {
      const key = `${who.caller?.principal ?? who.remote} ${error.code}`;
      const now = clock.now();
      const last = refusals.get(key);
      if (last !== undefined && now - last.since < REFUSAL_WINDOW_MS) {
        last.suppressed += 1;
        return;
      }
      if (refusals.size >= MAX_REFUSAL_KEYS) refusals.clear();
      refusals.set(key, { since: now, suppressed: 0 });
      const missing = missingIn(error);
      await append({
        kind: 'refusal',
        ...whoOf(who),
        ...(who.request === undefined ? {} : whatOf(who.request, mask)),
        code: error.code,
        ...(missing.length === 0 ? {} : { missing: missing.length === 1 ? missing[0] : missing }),
        ...(last === undefined || last.suppressed === 0 ? {} : { suppressed: last.suppressed }),
      });
    },

    async asked(call, method, direction) {
      await append({ kind: 'relay', ...whoOf(call), method, direction });
    },

    async event(entry) {
      await append(entry);
    },
  };
}

/** Who it was. Absent parts are undefined, which JSON leaves out. A session's id is cut: whole, it would be half a key. */
export function whoOf({ caller, remote, session, upstream, task, exposed }: Refused): AuditContext {
  const { id = caller?.task, type } = task ?? {};
  return {
    caller: caller === undefined ? undefined : auditCaller(caller),
    remote,
    session: session?.id.slice(0, 8),
    upstream,
    task: id === undefined ? undefined : { id, type },
    exposed,
  };
}

function auditCaller({ principal, role, method, credential }: Caller): AuditContext['caller'] {
  return { principal, role, method, credential };
}

/** The call itself: its arguments masked and cut, and a hash of them whole. */
function whatOf(request: { method: string; params?: JsonObject }, mask: RecordMask): AuditContext {
  const { method, params } = request;
  if (params === undefined) return { method };
  const name = params['name'] ?? params['uri'];
  const args = params['arguments'] ?? (method === 'tools/call' ? {} : params);
  return {
    method,
    name: typeof name === 'string' ? mask.text(name) : undefined,
    ...recordArgs(args, (value) => mask.value(value)),
  };
}
