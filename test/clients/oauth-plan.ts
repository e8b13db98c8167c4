import type { ToolCall } from './plan.ts';

/** What an OAuth client driver is told to do. */
export interface OAuthPlan {
  readonly url: string;
  /** A call that the first token does not allow, and a wider one does. */
  readonly call: ToolCall;
  /** Whether the client asks for the stateless protocol first, where its SDK has it. */
  readonly modern: boolean;
}

/** One authorization that the client went through, as its authorization server saw it. */
export interface Authorization {
  /** The parameters of the authorization request. */
  readonly asked: Readonly<Record<string, string>>;
  /** The access token that came of it. */
  readonly token: string;
}

/** What an OAuth client driver saw; printed as JSON. */
export interface OAuthOutcome {
  /** Method and address of each request that the client made, in order. */
  readonly requests: readonly string[];
  /** The client id that the authorization server gave out. */
  readonly clientId: string;
  readonly authorizations: readonly Authorization[];
  readonly tools: readonly string[];
  /** The protocol version that client and gateway agreed on. */
  readonly version: string;
  /** The text that the call answered in the end. */
  readonly text: string;
}
