/** The two ways to speak MCP: with `initialize` and sessions (until 2025-11-25), or stateless (since 2026-07-28). */
export type Era = 'legacy' | 'modern';

export const MODERN_VERSION = '2026-07-28';
/** Newest first. */
export const LEGACY_VERSIONS: readonly string[] = ['2025-11-25', '2025-06-18', '2025-03-26', '2024-11-05'];

/** Keys of `_meta` that MCP 2026-07-28 reserves ("Basic", "General fields"). */
export const META = {
  version: 'io.modelcontextprotocol/protocolVersion',
  capabilities: 'io.modelcontextprotocol/clientCapabilities',
  clientInfo: 'io.modelcontextprotocol/clientInfo',
  serverInfo: 'io.modelcontextprotocol/serverInfo',
  logLevel: 'io.modelcontextprotocol/logLevel',
  subscription: 'io.modelcontextprotocol/subscriptionId',
} as const;

/** The method that opens the modern era: what a server is and can. */
export const DISCOVER = 'server/discover';
