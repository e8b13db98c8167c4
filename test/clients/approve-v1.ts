/** Drives SDK v1, whose user answers forms, as the plan on the command line says and prints the outcome. */
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { ElicitRequestSchema } from '@modelcontextprotocol/sdk/types.js';
import { answerForm, approveAndCall, plan } from './approve-plan.ts';

const capabilities = { elicitation: {} };
const client = new Client({ name: 'approve-v1', version: '1.0.0' }, { capabilities });
client.setRequestHandler(ElicitRequestSchema, ({ params }) => answerForm(params.message));

const requestInit = { headers: { authorization: `Bearer ${plan.token}` } };
const transport = new StreamableHTTPClientTransport(new URL(plan.url), { requestInit });
await client.connect(transport);
await approveAndCall({
  callTool: (call) => client.callTool({ ...call }),
  close: () => client.close(),
  version: () => transport.protocolVersion,
});
