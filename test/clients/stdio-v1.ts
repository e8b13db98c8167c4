/** Drives SDK v1 over stdio as the plan on the command line says and prints the outcome. */
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import {
  CreateMessageRequestSchema,
  ElicitRequestSchema,
  ListRootsRequestSchema,
} from '@modelcontextprotocol/sdk/types.js';
import { ANSWERS, exerciseStdio, plan } from './stdio-plan.ts';

const asked: string[] = [];
const complaints: string[] = [];
const capabilities = { roots: { listChanged: true }, sampling: {}, elicitation: {} };
const client = new Client({ name: 'sdk-v1', version: '1.0.0' }, { capabilities });
const answer = <Method extends keyof typeof ANSWERS>(method: Method): (typeof ANSWERS)[Method] => {
  asked.push(method);
  return ANSWERS[method];
};
client.setRequestHandler(ListRootsRequestSchema, () => ({ roots: [...answer('roots/list').roots] }));
client.setRequestHandler(CreateMessageRequestSchema, () => answer('sampling/createMessage'));
client.setRequestHandler(ElicitRequestSchema, () => answer('elicitation/create'));
client.onerror = (error) => void complaints.push(error.message);

const { command, args, env } = plan;
await client.connect(new StdioClientTransport({ command, args: [...args], env: { ...env }, stderr: 'inherit' }));
await exerciseStdio(
  {
    listTools: () => client.listTools(),
    callTool: (call, options) => client.callTool({ ...call }, undefined, options),
    close: () => client.close(),
  },
  asked,
  complaints,
);
