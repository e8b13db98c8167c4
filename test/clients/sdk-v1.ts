/** Drives SDK v1 as the plan on the command line says and prints the outcome. */
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { exercise, headersOf, planOfProcess } from './exercise.ts';

const plan = planOfProcess();
const client = new Client({ name: 'sdk-v1', version: '1.0.0' });
const transport = new StreamableHTTPClientTransport(new URL(plan.url), { requestInit: { headers: headersOf(plan) } });
await client.connect(transport);
await exercise(
  {
    listTools: () => client.listTools(),
    callTool: (call, options) => client.callTool({ ...call }, undefined, options),
    async close() {
      await transport.terminateSession();
      await client.close();
    },
  },
  plan,
);
