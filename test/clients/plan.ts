/** How a client reaches a server: what stands under its name in `mcpServers`, in the shape that most clients read. */
export type ServerEntry = StdioEntry | HttpEntry;

/** A server that the client starts and speaks to over its pipes. */
export interface StdioEntry {
  readonly command: string;
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

/** A server that runs already; `sse` is the transport of 2024-11-05. */
export interface HttpEntry {
  readonly type: 'http' | 'sse';
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** One `tools/call`. */
export interface ToolCall {
  readonly name: string;
  readonly arguments: Readonly<Record<string, unknown>>;
}

/** One server and what to do with it. */
export interface Target {
  /** Letters, digits and hyphens. */
  readonly name: string;
  readonly entry: ServerEntry;
  /** A call that gives the same answer as often as it is made. */
  readonly good: ToolCall;
  /** What goes beyond listing the tools and the good call. */
  readonly more?: MoreCalls;
}

/** Calls that go wrong, take long, or are cancelled. */
export interface MoreCalls {
  /** A call that the server itself turns down. */
  readonly bad: ToolCall;
  /** A call that reports progress and takes seconds unless it is cancelled. */
  readonly slow?: ToolCall;
  /** The same call, short enough to be waited for. */
  readonly brief?: ToolCall;
}

/** Which protocols a client offers; one that has no such option ignores it. */
export type Era = 'legacy' | 'auto' | 'modern';

/** What a driver is told on its command line. */
export interface Plan {
  readonly era: Era;
  /** A folder of its own for the client's files. */
  readonly folder: string;
  /** Visited one after the other. */
  readonly targets: readonly Target[];
}

/** What came back from a call: a result as the client shows it, or what it threw, with its code where it has one. */
export type Answer =
  | { readonly result: unknown; readonly isError: boolean }
  | { readonly thrown: string; readonly code?: number };

/** A tool as the client shows it. */
export interface Tool {
  readonly name: string;
}

/** What a driver saw of one target; printed as one line of JSON when it is done with it. */
export type Outcome = { readonly name: string } & (Seen | Failed);

/** Nothing could be seen: no connection, or no list of tools. */
export interface Failed {
  readonly failed: string;
}

/** What a client saw of a server. */
export interface Seen {
  /** The protocol version that was agreed on, where the client tells. */
  readonly version?: string | undefined;
  readonly tools: readonly Tool[];
  readonly good: Answer;
  readonly more?: MoreSeen;
}

/** What came of {@link MoreCalls}. */
export interface MoreSeen {
  readonly bad: Answer;
  /** The answer to a call of a tool that does not exist. */
  readonly unknown: Answer;
  /** A cancelled call: what the client threw, and that the session still answers. Absent where the client cannot cancel. */
  readonly cancelled?: { readonly call: Answer; readonly next: Answer };
  /** The `progress/total` of each notification of the brief call. Absent where the client cannot show them. */
  readonly progress?: readonly string[];
}
