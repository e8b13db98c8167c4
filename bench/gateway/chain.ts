import type { Era } from '../../src/gateway/era.ts';

/** A way from a caller to an MCP server, started for one measurement and ended after it. */
export interface Chain {
  readonly name: string;
  /** What its caller speaks. Default legacy. */
  readonly caller?: Era;
  /** Starts everything; resolves with a sentence instead when it cannot be measured on this machine. */
  start(): Promise<RunningChain | string>;
}

/** A chain that answers. */
export interface RunningChain {
  readonly url: string;
  readonly caFile?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** The process whose cost is asked for: the gateway, or the server itself where there is no gateway. */
  readonly pid: number;
  /** Where the server behind it runs on its own; stdio servers are found as the gateway's descendants. */
  readonly upstreamPid?: number;
  /** Where the mock behind it can be asked for its counts. */
  readonly upstreamUrl?: string;
  stop(): Promise<void>;
}
