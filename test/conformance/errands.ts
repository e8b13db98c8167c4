import type { Client } from '@modelcontextprotocol/client';
import { z } from 'zod';

/** What a client does in each scenario, once it is connected. */
export const errands: Readonly<Record<string, (client: Client) => Promise<void>>> = {
  initialize: lookAround,
  'request-metadata': lookAround,
  'json-schema-ref-no-deref': lookAround,
  'elicitation-sep1034-client-defaults': callAll,
  'sse-retry': callAll,
  'http-invalid-tool-headers': callAll,
  async tools_call(client) {
    await client.listTools();
    await client.callTool({ name: 'add_numbers', arguments: { a: 5, b: 3 } });
  },
  async 'sep-2322-client-request-state'(client) {
    await client.listTools();
    // At once, so that the state of one call could end up in another one.
    await Promise.all([
      client.callTool({ name: 'test_mrtr_echo_state', arguments: {} }),
      client.callTool({ name: 'test_mrtr_unrelated', arguments: {} }),
    ]);
    await client.callTool({ name: 'test_mrtr_no_state', arguments: {} });
    await client.callTool({ name: 'test_mrtr_no_result_type', arguments: {} });
  },
  async 'http-standard-headers'(client) {
    await callAll(client);
    const { resources } = await client.listResources();
    for (const { uri } of resources) await client.readResource({ uri });
    const { prompts } = await client.listPrompts();
    for (const { name } of prompts) await client.getPrompt({ name });
  },
  async 'http-custom-headers'(client) {
    await client.listTools();
    for (const call of callsOfContext()) await client.callTool(call);
  },
  async 'json-schema-2020-12-preservation'(client) {
    const { tools } = await client.listTools();
    const schema = tools.find(({ name }) => name === 'json_schema_2020_12_tool')?.inputSchema;
    await client.callTool({ name: 'json_schema_echo', arguments: { schema } });
  },
};

async function lookAround(client: Client): Promise<void> {
  await client.listTools();
}

/** Calls every tool that the client offers, with a value where one is required. */
async function callAll(client: Client): Promise<void> {
  const { tools } = await client.listTools();
  for (const { name, inputSchema } of tools) {
    const given = (inputSchema.required ?? []).map((key) => [key, 'value']);
    await client.callTool({ name, arguments: Object.fromEntries(given) });
  }
}

/** The calls that the scenario tells its client to make. */
function callsOfContext(): readonly { name: string; arguments: Record<string, unknown> }[] {
  const call = z.object({ name: z.string(), arguments: z.record(z.string(), z.unknown()) });
  const context = z.object({ toolCalls: z.array(call) });
  return context.parse(JSON.parse(process.env['MCP_CONFORMANCE_CONTEXT'] ?? '')).toolCalls;
}
