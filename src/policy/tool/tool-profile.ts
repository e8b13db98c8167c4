/** What a call of a tool can do to the world. A tool that only computes has `read`. */
export const effects = ['read', 'write', 'execute', 'egress'] as const;
/**
 * `read`: it tells something. `write`: it changes something. `execute`: it runs code or a program.
 * `egress`: something leaves for a place that the call names (a mail, a message, a payment, a request).
 */
export type Effect = (typeof effects)[number];

/** Arguments through which harm is done: where data goes, what is touched, what is run, how much. */
export const sinkKinds = ['recipient', 'url', 'path', 'command', 'amount', 'target', 'time', 'permission'] as const;
/**
 * `recipient`: who gets something (an address, an account, a channel, a user). `url`: where a request goes.
 * `path`: a file or folder. `command`: code or a command line. `amount`: how much. `target`: which existing thing is
 * changed, bought or removed (an id, a name). `time`: when. `permission`: what somebody is allowed from then on.
 */
export type SinkKind = (typeof sinkKinds)[number];

/** What the engine knows of a tool: derived from its (untrusted) definition, or said by the operator. */
export interface ToolProfile {
  /** `upstream/name`. */
  readonly tool: string;
  /** SHA-256 (hex) of the canonical definition: name, title, description, schemas, annotations. */
  readonly hash: string;
  /** In the order of {@link effects}, at least one. */
  readonly effects: readonly Effect[];
  /** Argument path (`recipients`, `attachments[].file_id`) to what it is. */
  readonly sinks: Readonly<Record<string, SinkKind>>;
  /** Arguments of a tool that sends or writes which take any text and are no sinks: what is said. Default: none is known. */
  readonly texts?: readonly string[];
  /** Whether what it returns can hold text of strangers. Default when in doubt: untrusted. */
  readonly output: 'trusted' | 'untrusted';
  /** True where code that it runs is kept in a sandbox that the gateway itself made. */
  readonly sandboxed: boolean;
}

/** What an operator says of a tool. It counts more than what the definition suggests, also where it says less. */
export interface ToolOverride {
  /** All that the tool can do. Default: what its definition suggests. */
  readonly effects?: readonly Effect[] | undefined;
  /** What arguments are, by path; `plain`: no sink. Default: what the definition suggests, for each path by itself. */
  readonly sinks?: Readonly<Record<string, SinkKind | 'plain'>> | undefined;
  /** Whether what it returns can hold text of strangers. Default: untrusted. */
  readonly output?: 'trusted' | 'untrusted' | undefined;
  /** True where code that it runs is kept in by a sandbox. Default: whether the gateway made one for its upstream. */
  readonly sandboxed?: boolean | undefined;
}
