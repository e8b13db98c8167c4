/**
 * What a client showed, without what one era of MCP says and the other has no word for: `resultType`, the server's name
 * in each result, and whether a tool can be run as a task of 2025-11-25. Where client and server share an era directly
 * and the gateway lets them speak the newer one, this much has to differ.
 */
export function withoutEra(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutEra);
  if (typeof value !== 'object' || value === null) return value;
  const kept = Object.entries(value)
    .filter(([key]) => !ERA.has(key))
    .map(([key, each]): [string, unknown] => [key, withoutEra(each)])
    .filter(([key, each]) => key !== '_meta' || Object.keys(Object(each)).length > 0);
  return Object.fromEntries(kept);
}

const ERA: ReadonlySet<string> = new Set(['resultType', 'io.modelcontextprotocol/serverInfo', 'execution']);
