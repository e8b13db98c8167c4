import type { Era } from '../clients/plan.ts';

/** A foreign client as the matrix runs it: a row. */
export interface MatrixClient {
  readonly name: string;
  /** The npm package that it is, in `test/clients/package.json`. */
  readonly package: string;
  /** The file in `test/clients` that drives it. */
  readonly driver: string;
  /** Which protocols it offers; of a client without that choice, those that it offers by itself. */
  readonly era: Era;
  /** It cannot start servers, only reach those that run. */
  readonly remoteOnly?: true;
  /** Whose direct answers stand for its own where it has none: a client that reads answers as it does. */
  readonly like?: string;
  /** The version that it agrees on with the gateway, where it tells. */
  readonly version?: string;
  /** Calls that go wrong, take long or are cancelled are looked at too. */
  readonly closely?: true;
}

const sdkV1 = { package: '@modelcontextprotocol/sdk', driver: 'sdk-v1.ts', closely: true } as const;
const sdkV2 = { package: '@modelcontextprotocol/client', driver: 'sdk-v2.ts', closely: true } as const;
const inspector = { package: '@modelcontextprotocol/inspector', driver: 'inspector.ts' } as const;
const mcpRemote = { package: 'mcp-remote', driver: 'mcp-remote.ts', remoteOnly: true, like: 'SDK v1' } as const;

/** The clients of the matrix, in the order of its rows. */
export const clients: readonly MatrixClient[] = [
  { ...sdkV1, name: 'SDK v1', era: 'legacy', version: '2025-11-25' },
  { ...sdkV2, name: 'SDK v2, legacy', era: 'legacy', version: '2025-11-25' },
  { ...sdkV2, name: 'SDK v2, auto', era: 'auto', version: '2026-07-28' },
  { ...sdkV2, name: 'SDK v2, modern', era: 'modern', version: '2026-07-28', like: 'SDK v2, auto' },
  { ...inspector, name: 'Inspector CLI', era: 'legacy' },
  { ...inspector, name: 'Inspector CLI, modern', era: 'modern', like: 'Inspector CLI' },
  { name: 'AI SDK', package: '@ai-sdk/mcp', driver: 'ai-sdk.ts', era: 'auto', version: '2026-07-28' },
  { name: 'LangChain', package: '@langchain/mcp-adapters', driver: 'langchain.ts', era: 'legacy' },
  { name: 'OpenAI Agents', package: '@openai/agents', driver: 'openai-agents.ts', era: 'auto' },
  { name: 'mcporter', package: 'mcporter', driver: 'mcporter.ts', era: 'legacy' },
  { ...mcpRemote, name: 'mcp-remote', era: 'legacy' },
  { ...mcpRemote, name: 'mcp-remote, auto', era: 'auto' },
];
