/** The browser of `@playwright/mcp`; `npm test` installs Debian's where it can. */
export const chromium = '/usr/bin/chromium';

/** A real MCP server as the matrix uses it. */
export interface Column {
  /** Its name in the gateway's configuration. */
  readonly name: string;
  /** The npm package that it is. */
  readonly package: string;
  readonly transport: 'stdio' | 'HTTP' | 'SSE';
  /** Which protocols it speaks: sessions (2025-11-25 and earlier) alone, or 2026-07-28 as well. */
  readonly era: 'legacy' | 'both';
}

const everything = { package: '@modelcontextprotocol/server-everything', era: 'legacy' } as const;
const context7 = { package: '@upstash/context7-mcp', era: 'both' } as const;

/** The upstreams of the matrix, in the order of its columns. */
export const columns: readonly Column[] = [
  { ...everything, name: 'everything', transport: 'stdio' },
  { ...everything, name: 'everything-http', transport: 'HTTP' },
  { ...everything, name: 'everything-sse', transport: 'SSE' },
  { name: 'filesystem', package: '@modelcontextprotocol/server-filesystem', transport: 'stdio', era: 'legacy' },
  { name: 'memory', package: '@modelcontextprotocol/server-memory', transport: 'stdio', era: 'legacy' },
  {
    name: 'sequential-thinking',
    package: '@modelcontextprotocol/server-sequential-thinking',
    transport: 'stdio',
    era: 'legacy',
  },
  { ...context7, name: 'context7', transport: 'stdio' },
  { ...context7, name: 'context7-http', transport: 'HTTP' },
  { name: 'playwright', package: '@playwright/mcp', transport: 'stdio', era: 'legacy' },
];
