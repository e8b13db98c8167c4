/** One `tools/call`. */
export interface ToolCall {
  readonly name: string;
  readonly arguments: Readonly<Record<string, unknown>>;
}

/** What a client driver is told to do with one endpoint. */
export interface Plan {
  readonly url: string;
  /** API key, sent as a bearer token. */
  readonly key?: string;
  /** A call that succeeds, as often as it is made. */
  readonly good: ToolCall;
  /** A call that the server itself turns down. */
  readonly bad: ToolCall;
  /** A call that reports progress and takes seconds unless it is cancelled. */
  readonly slow?: ToolCall;
  /** The same call, short enough to be waited for. */
  readonly brief?: ToolCall;
}

/** What came back from a call: a result, or what the client threw, with its JSON-RPC code where it has one. */
export type Answer =
  | { readonly text: string; readonly isError: boolean }
  | { readonly thrown: string; readonly code?: number };

/** What a client driver saw; printed as JSON. */
export interface Outcome {
  readonly tools: readonly string[];
  readonly good: Answer;
  readonly bad: Answer;
  /** The answer to a call of a tool that does not exist. */
  readonly unknown: Answer;
  /** A cancelled call: what the client threw, and that the session still answers. Absent where the client cannot cancel. */
  readonly cancelled?: { readonly call: Answer; readonly next: Answer };
  /** The `progress/total` of each notification of the brief call. Absent where the client cannot show them. */
  readonly progress?: readonly string[];
}

/** What the driver of a broken connection is told to do: a call that reports progress and takes a second or two. */
export interface BrokenPlan extends Pick<Plan, 'url' | 'key'> {
  readonly sdk: 'v1' | 'v2';
  readonly call: ToolCall;
}

/** What the client got over all of its connections; printed as JSON. */
export interface BrokenOutcome {
  readonly text: string;
  /** The `progress/total` of each notification. */
  readonly progress: readonly string[];
  /** Its GET requests: `listened`, or `resumed` with a `Last-Event-ID`. */
  readonly requests: readonly string[];
}
