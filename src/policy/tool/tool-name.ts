/**
 * Takes `upstream/name` apart at the first slash: an upstream's name has none, a tool's own may. Of a text without one,
 * the upstream is empty.
 */
export function partsOfTool(tool: string): { readonly upstream: string; readonly name: string } {
  const slash = tool.indexOf('/');
  return { upstream: tool.slice(0, Math.max(slash, 0)), name: tool.slice(slash + 1) };
}
