import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';

/** The revisions whose requirements are measured, oldest first. */
export const revisions = ['2025-11-25', '2026-07-28'] as const;

/** One revision of MCP. */
export type Revision = (typeof revisions)[number];

/** One scenario that a revision runs, and what it is for. */
export interface Requirement {
  readonly scenario: string;
  /** Why it does not count; absent where it does. */
  readonly notScored?: string;
}

const file = z.object({
  server: z.array(z.string()),
  client: z.array(z.string()),
  not_scored: z.array(z.object({ scenario: z.string(), leg: z.enum(['server', 'client']), reason: z.string() })),
});

/** What the suite requires of servers or of clients, in its order. */
export async function requirementsOf(revision: Revision, leg: 'server' | 'client'): Promise<readonly Requirement[]> {
  const path = join(packageFolder, 'requirements', `${revision}.yaml`);
  const parsed = file.parse(parse(await readFile(path, 'utf8')));
  const others = parsed.not_scored.filter((entry) => entry.leg === leg);
  return [
    ...parsed[leg].map((scenario) => ({ scenario })),
    ...others.map(({ scenario, reason }) => ({ scenario, notScored: reason })),
  ];
}

/** The installed suite. */
export const packageFolder: string = join(import.meta.dirname, 'node_modules', '@modelcontextprotocol', 'conformance');
