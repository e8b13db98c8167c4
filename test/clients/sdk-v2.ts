/** Drives SDK v2 in its default mode as the plan on the command line says and prints the outcome. */
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { exercise, headersOf, planOfProcess } from './exercise.ts';

const plan = planOfProcess();
const client = new Client({ name: 'sdk-v2', version: '1.0.0' });
const transport = new StreamableHTTPClientTransport(new URL(plan.url), { requestInit: { headers: headersOf(plan) } });
await client.connect(transport);
await exercise(
  {
    listTools: () => client.listTools(),
    callTool: (call, options) => client.callTool({ ...call }, options),
    async close() {
      await transport.terminateSession();
      await client.close();
    },
  },
  plan,
);
