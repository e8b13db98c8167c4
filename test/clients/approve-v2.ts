/** Drives stateless SDK v2, whose user answers forms, as the plan on the command line says and prints the outcome. */
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { answerForm, approveAndCall, plan } from './approve-plan.ts';

const capabilities = { elicitation: { form: {} } };
const versionNegotiation = { mode: { pin: '2026-07-28' } };
const client = new Client({ name: 'approve-v2', version: '1.0.0' }, { capabilities, versionNegotiation });
client.setRequestHandler('elicitation/create', ({ params }) => answerForm(params.message));

const requestInit = { headers: { authorization: `Bearer ${plan.token}` } };
await client.connect(new StreamableHTTPClientTransport(new URL(plan.url), { requestInit }));
await approveAndCall({
  callTool: (call) => client.callTool({ ...call }),
  close: () => client.close(),
  version: () => client.getNegotiatedProtocolVersion(),
});
