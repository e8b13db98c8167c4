/**
 * Every code that Merlon can show, in one table. A code is stable: never renamed, never reused.
 * `http` is the status at an HTTP edge, `rpc` the JSON-RPC error code, `exit` the process's exit code where the
 * error ends a command. `todo` is what a person does next; a thrower may replace it by something more precise.
 *
 * Merlon's own `rpc` codes are -31000 minus the HTTP status, outside all that JSON-RPC reserves: what it leaves to
 * implementations, MCP has taken (MCP 2026-07-28, "Error Codes"; BASE-07, BASE-09, BASE-12). One exception:
 * SESSION_UNKNOWN, which only clients of a protocol with sessions are told; many of them find out that their session
 * has ended by the -32001 that the official SDK's servers answer, not by the status.
 */
export const errorTable = {
  // configuration
  CONFIG_NOT_FOUND: { exit: 2, todo: 'Name the file with -c FILE.' },
  CONFIG_SYNTAX: { exit: 2, todo: 'Correct the YAML at the place shown.' },
  CONFIG_INVALID: { exit: 2, todo: 'Correct the value at the place shown.' },
  CONFIG_UNKNOWN_KEY: { exit: 2, todo: 'Remove the key or correct its spelling.' },
  CONFIG_SECRET_MISSING: { exit: 2, todo: 'Set the environment variable or create the file that the reference names.' },
  CONFIG_UNSAFE: { exit: 2, todo: 'Turn the protection on, or pass the flag that accepts the risk.' },
  RULE_INVALID: { exit: 2, todo: 'Correct the rule at the place shown; docs/rules.md describes it.' },
  RULE_PATTERN_REFUSED: { exit: 2, todo: 'Write the pattern without lookaround and references back, and shorter.' },
  GUARDRAIL_INVALID: { exit: 2, todo: 'Correct the policy at the place shown; docs/guardrails.md describes them.' },
  GUARDRAIL_UNAVAILABLE: { exit: 2, todo: 'Install the package beside Merlon, or remove permissions.guardrails.' },
  CHECK_MODULE_INVALID: { exit: 2, todo: 'Export `checks`, a list of checks as docs/rules.md describes them.' },
  LOCK_UNUSABLE: { exit: 2, todo: 'Write it with merlon lock, and look at what is in it before you rely on it.' },
  CONFIG_NEEDS_RESTART: { exit: 2, todo: 'Restart the gateway to apply this change.' },

  // start-up
  USAGE: { exit: 2, todo: 'See --help.' },
  PORT_IN_USE: { exit: 10, todo: 'Stop the other program or choose another port.' },
  PORT_NOT_ALLOWED: { exit: 10, todo: 'Choose a port above 1023 or allow the process to bind low ports.' },
  STATE_NOT_WRITABLE: { exit: 11, todo: 'Make the folder writable for this user or choose another one.' },
  UPSTREAM_NOT_FOUND: { http: 502, rpc: -31502, exit: 12, todo: 'Install the program or correct `command`.' },
  KEYS_UNUSABLE: {
    exit: 14,
    todo: 'Restore the keys file and its pepper from a backup, or remove both and create new keys.',
  },
  GATEWAY_UNREACHABLE: { exit: 3, todo: 'Start it with merlon serve, or name its address with --url.' },
  GATEWAY_SAID_NO: { exit: 1, todo: 'Do what the gateway says.' },
  CLIENT_FILE_UNUSABLE: { exit: 17, todo: 'Make the file and its folder readable and writable for this user.' },
  CLIENT_FILE_CHANGED: { exit: 18, todo: 'Run the command again: it starts from the file as it is now.' },
  CERTIFICATE_UNUSABLE: { exit: 13, todo: 'Point tls_cert and tls_key at a matching PEM pair.' },
  AUDIT_IN_USE: { exit: 15, todo: 'Stop the other gateway, or give this one its own audit_log_path.' },
  AUDIT_DAMAGED: { exit: 16, todo: 'Keep a copy as evidence, move the file out of the folder, then start again.' },

  STATE_IN_USE: { exit: 19, todo: 'Stop the other gateway, or give this one its own state_dir.' },
  STATE_DAMAGED: { exit: 20, todo: 'Restore the file from a backup, or move it away: what it holds then starts anew.' },

  // callers
  AUTH_REQUIRED: { http: 401, rpc: -31401, todo: 'Send an Authorization: Bearer header.' },
  AUTH_INVALID: { http: 401, rpc: -31401, todo: 'Use a valid, unexpired credential.' },
  ISSUER_UNAVAILABLE: { todo: 'Check that the gateway can reach the issuer; it tries again by itself.' },
  FORBIDDEN: { http: 403, rpc: -31403, todo: 'Ask an administrator for the permission named.' },
  HOST_NOT_ALLOWED: { http: 403, rpc: -31403, todo: 'Add the host to server.allowed_hosts.' },
  ORIGIN_NOT_ALLOWED: { http: 403, rpc: -31403, todo: 'Add the origin to server.allowed_origins.' },
  RATE_LIMITED: { http: 429, rpc: -31429, todo: 'Wait for the time in Retry-After.' },

  // HTTP itself
  HTTP_MALFORMED: { http: 400, rpc: -32600, todo: 'Send a well-formed HTTP/1.1 request.' },
  HEADERS_TOO_LARGE: { http: 431, rpc: -32600, todo: 'Send fewer headers or raise server.max_header_bytes.' },
  REQUEST_TIMEOUT: { http: 408, rpc: -32600, todo: 'Send the whole request without pauses.' },

  // messages
  RPC_PARSE: { http: 400, rpc: -32700, todo: 'Send one JSON-RPC 2.0 message as UTF-8 JSON.' },
  RPC_INVALID: { http: 400, rpc: -32600, todo: 'Send one JSON-RPC 2.0 request, notification or response.' },
  RPC_TOO_DEEP: { http: 400, rpc: -32600, todo: 'Send less deeply nested JSON.' },
  METHOD_UNKNOWN: { http: 404, rpc: -32601, todo: 'Use a method that the server offers.' },
  PARAMS_INVALID: { http: 400, rpc: -32602, todo: 'Correct the parameters.' },
  BODY_TOO_LARGE: { http: 413, rpc: -32600, todo: 'Send a smaller body or raise server.max_body_bytes.' },
  NOT_FOUND: { http: 404, rpc: -31404, todo: 'Check the address.' },
  METHOD_NOT_ALLOWED: { http: 405, rpc: -32600, todo: 'Use POST, GET or DELETE as MCP describes.' },
  MEDIA_TYPE: { http: 415, rpc: -32600, todo: 'Send Content-Type: application/json.' },
  NOT_ACCEPTABLE: { http: 406, rpc: -32600, todo: 'Accept application/json and text/event-stream.' },
  SESSION_UNKNOWN: { http: 404, rpc: -32001, todo: 'Initialize a new session.' },
  SESSION_REQUIRED: { http: 400, rpc: -32600, todo: 'Send initialize first, then the Mcp-Session-Id header.' },
  EVENT_UNKNOWN: { http: 400, rpc: -32600, todo: 'Open the stream again without Last-Event-ID.' },
  TOO_MANY_SESSIONS: { http: 503, rpc: -31503, todo: 'Close sessions that are no longer needed.' },
  TOO_MANY_CHILDREN: { http: 503, rpc: -31503, todo: 'Close sessions that are no longer needed.' },
  TOO_MANY_STREAMS: { http: 429, rpc: -31429, todo: 'Close streams that are no longer needed.' },
  PROTOCOL_UNSUPPORTED: { http: 400, rpc: -32022, todo: 'Use one of the protocol versions listed.' },
  HEADER_MISMATCH: { http: 400, rpc: -32020, todo: 'Send each MCP header once, with the value that the body has.' },
  CAPABILITY_MISSING: { http: 400, rpc: -32021, todo: 'Declare the capability named, or call without what needs it.' },
  REQUEST_STATE_INVALID: { http: 400, rpc: -32602, todo: 'Send the request anew, without requestState.' },

  // tasks and approvals
  TASK_REFUSED: { http: 403, rpc: -31403, todo: 'Ask for a task that your role may open, or end one that is over.' },
  TASK_UNKNOWN: { http: 404, rpc: -31404, todo: 'Check the id of the task.' },
  TASK_OVER: { http: 409, rpc: -31409, todo: 'Open a new task.' },
  CALL_DENIED: { http: 403, rpc: -31403, todo: 'Ask for the grant that the data name, or do without.' },
  APPROVAL_REQUIRED: { http: 403, rpc: -31403, todo: 'Have the call approved, then send it again unchanged.' },
  APPROVAL_UNKNOWN: { http: 404, rpc: -31404, todo: 'Check the id of the approval.' },
  APPROVAL_OVER: {
    http: 409,
    rpc: -31409,
    todo: 'Nothing: it was answered, or ran out of time. A new call asks anew.',
  },
  TOO_MANY_APPROVALS: { http: 429, rpc: -31429, todo: 'Have the open approvals answered first.' },
  SECOND_FACTOR_REQUIRED: { http: 403, rpc: -31403, todo: 'Answer with a second factor.' },

  // gate and upstreams
  STATE_UNAVAILABLE: {
    http: 503,
    rpc: -31503,
    todo: 'Make the state folder writable again; it is tried anew each time.',
  },
  AUDIT_UNAVAILABLE: { http: 503, rpc: -31503, todo: 'Make the audit log writable again; the gate opens by itself.' },
  SHUTTING_DOWN: { http: 503, rpc: -31503, todo: 'Try again shortly.' },
  UPSTREAM_UNAVAILABLE: { http: 502, rpc: -31502, todo: 'Look at the upstream in the server log.' },
  UPSTREAM_TIMEOUT: { http: 504, rpc: -31504, todo: 'Try again, or raise the upstream timeout.' },
  UPSTREAM_INVALID: { http: 502, rpc: -31502, todo: 'Look at the upstream in the server log.' },
  ANSWER_LOST: { http: 502, rpc: -31502, todo: 'Ask again, if asking twice does no harm: the call has been made.' },
  CANCELLED: { http: 499, rpc: -31499, todo: 'Nothing: the caller cancelled it.' },
  INTERNAL: { http: 500, rpc: -32603, exit: 70, todo: 'Report it with the id shown.' },
} as const satisfies Record<string, ErrorFacts>;

interface ErrorFacts {
  readonly http?: number;
  readonly rpc?: number;
  readonly exit?: number;
  readonly todo: string;
}

/** A stable error code; `docs/errors.md` has a section for each. */
export type ErrorCode = keyof typeof errorTable;

/** Where in a file something stands; line and column count from 1. */
export interface Place {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

/** What a thrower may add to a code: a better remedy, a place, machine-readable data, the cause (never shown to callers). */
export interface ErrorOptions {
  readonly todo?: string;
  readonly place?: Place;
  readonly data?: Readonly<Record<string, unknown>>;
  readonly cause?: unknown;
}

/** The one error family. `message` is one sentence that never carries a secret or a whole payload. */
export class MerlonError extends Error {
  override readonly name = 'MerlonError';
  readonly code: ErrorCode;
  readonly todo: string;
  readonly place: Place | undefined;
  readonly data: Readonly<Record<string, unknown>> | undefined;

  constructor(code: ErrorCode, message: string, options: ErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.todo = options.todo ?? errorTable[code].todo;
    this.place = options.place;
    this.data = options.data;
  }

  /** HTTP status of this error, 500 where the table has none. */
  get http(): number {
    const facts: ErrorFacts = errorTable[this.code];
    return facts.http ?? 500;
  }

  /** JSON-RPC error code, -32603 where the table has none. */
  get rpc(): number {
    const facts: ErrorFacts = errorTable[this.code];
    return facts.rpc ?? -32603;
  }

  /** Exit code of a command that ends with this error, 1 where the table has none. */
  get exit(): number {
    const facts: ErrorFacts = errorTable[this.code];
    return facts.exit ?? 1;
  }
}
