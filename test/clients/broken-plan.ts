import type { ToolCall } from './plan.ts';

/** What the driver of a broken connection is told to do. */
export interface BrokenPlan {
  readonly url: string;
  /** API key. */
  readonly key: string;
  readonly sdk: 'v1' | 'v2';
  /** A call that reports progress and takes a second or two. */
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
