import {
  type CallToolResult,
  fromJsonSchema,
  type JSONObject,
  type McpServer,
  ProtocolError,
  ProtocolErrorCode,
  type ServerContext,
  type ToolCallback,
} from '@modelcontextprotocol/server';

/** A tool as the fixture defines it; the suite calls it by its name. */
export interface FixtureTool {
  readonly name: string;
  readonly description: string;
  /** JSON Schema of the arguments, listed as it stands here. Default: an object without properties. */
  readonly inputSchema?: JSONObject;
  /** Throws a ProtocolError for a JSON-RPC error; any other error becomes a result with `isError`. */
  readonly call: (args: Readonly<Record<string, unknown>>, ctx: ServerContext) => ReturnType<ToolCallback>;
}

const nothing: JSONObject = { type: 'object', properties: {} };

/** Registers the tools and answers their calls. */
export function addTools(server: McpServer, tools: readonly FixtureTool[]): void {
  for (const { name, description, inputSchema } of tools) {
    const schema = fromJsonSchema<JSONObject>(inputSchema ?? nothing);
    server.registerTool(name, { description, inputSchema: schema }, () => ({ content: [] }));
  }
  const byName = new Map(tools.map((tool) => [tool.name, tool]));
  // The SDK's own handler turns every error of a tool into a result; some of these tools have to answer with JSON-RPC errors.
  server.server.setRequestHandler('tools/call', async ({ params }, ctx) => {
    const tool = byName.get(params.name);
    if (tool === undefined) throw new ProtocolError(ProtocolErrorCode.InvalidParams, `Tool ${params.name} not found`);
    try {
      return await tool.call(params.arguments ?? {}, ctx);
    } catch (error) {
      if (error instanceof ProtocolError) throw error;
      return { ...text(error instanceof Error ? error.message : String(error)), isError: true };
    }
  });
}

/** An argument as it is shown in an answer. */
export function shown(argument: unknown): string {
  return typeof argument === 'string' ? argument : JSON.stringify(argument ?? null);
}

/** A result of one line of text. */
export function text(line: string): CallToolResult {
  return { content: [{ type: 'text', text: line }] };
}
