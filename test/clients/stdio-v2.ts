/** Drives SDK v2 over stdio as the plan on the command line says and prints the outcome. */
import { Client } from '@modelcontextprotocol/client';
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio';
import { ANSWERS, exerciseStdio, plan } from './stdio-plan.ts';

const asked: string[] = [];
const complaints: string[] = [];
const capabilities = { roots: { listChanged: true }, sampling: {}, elicitation: {} };
const mode = plan.mode === 'modern' ? { pin: '2026-07-28' } : (plan.mode ?? 'legacy');
const client = new Client({ name: 'sdk-v2', version: '1.0.0' }, { capabilities, versionNegotiation: { mode } });
const answer = <Method extends keyof typeof ANSWERS>(method: Method): (typeof ANSWERS)[Method] => {
  asked.push(method);
  return ANSWERS[method];
};
client.setRequestHandler('roots/list', () => ({ roots: [...answer('roots/list').roots] }));
client.setRequestHandler('sampling/createMessage', () => answer('sampling/createMessage'));
client.setRequestHandler('elicitation/create', () => answer('elicitation/create'));
client.onerror = (error) => void complaints.push(error.message);

const { command, args, env } = plan;
await client.connect(new StdioClientTransport({ command, args: [...args], env: { ...env }, stderr: 'inherit' }));
await exerciseStdio(
  {
    listTools: () => client.listTools(),
    callTool: (call, options) => client.callTool({ ...call }, options),
    close: () => client.close(),
  },
  asked,
  complaints,
);
