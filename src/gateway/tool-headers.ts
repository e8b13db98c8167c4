import { isObject, type JsonObject } from '../kernel/jsonrpc.ts';
import { type ParamHeader, paramHeadersOf } from './mirrored-headers.ts';

/** Which arguments of an upstream's tools are mirrored as `Mcp-Param-*` headers, as its tool lists say. */
export interface ToolHeaders {
  /** Takes note of a page of `tools/list`. */
  learn(result: JsonObject): void;
  /** Undefined for a tool that was never listed. */
  of(tool: string): readonly ParamHeader[] | undefined;
  /** True once a list has been seen. */
  readonly known: boolean;
}

/** Tools that are remembered for one upstream; one that lists more has the rest forgotten. */
const MAX_TOOLS = 10_000;

export function createToolHeaders(): ToolHeaders {
  const tools = new Map<string, readonly ParamHeader[]>();
  let known = false;
  return {
    learn({ tools: list }) {
      if (!Array.isArray(list)) return;
      known = true;
      for (const tool of list) {
        if (!isObject(tool) || typeof tool['name'] !== 'string') continue;
        const declared = paramHeadersOf(tool['inputSchema']);
        if (declared === undefined) tools.delete(tool['name']);
        else if (tools.size < MAX_TOOLS || tools.has(tool['name'])) tools.set(tool['name'], declared);
      }
    },
    of: (tool) => tools.get(tool),
    get known() {
      return known;
    },
  };
}
