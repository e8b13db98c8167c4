/**
 * Makes one call with an SDK whose connection breaks after the first sign of progress; what happens then is the SDK's
 * own doing. Prints what it got in the end.
 */
import { Client as ClientV2, StreamableHTTPClientTransport as TransportV2 } from '@modelcontextprotocol/client';
import { Client as ClientV1 } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport as TransportV1 } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import type { BrokenOutcome, BrokenPlan } from './broken-plan.ts';

const plan = JSON.parse(process.argv[2] ?? '') as BrokenPlan;
const requests: string[] = [];
const progress: string[] = [];
let loseConnection: (() => void) | undefined;

/** The network: what this aborts has failed, for both sides, without either having wanted it. */
const network: typeof fetch = async (input, init) => {
  const headers = new Headers(init?.headers);
  const controller = new AbortController();
  const method = init?.method ?? 'GET';
  if (method === 'GET') requests.push(headers.has('last-event-id') ? 'resumed' : 'listened');
  if (typeof init?.body === 'string' && init.body.includes('"tools/call"')) {
    loseConnection = () => controller.abort(new Error('connection lost'));
  }
  const signal = init?.signal == null ? controller.signal : AbortSignal.any([controller.signal, init.signal]);
  return await fetch(input, { ...init, signal });
};

const options = { requestInit: { headers: { authorization: `Bearer ${plan.key}` } }, fetch: network };
const url = new URL(plan.url);
const callOptions = {
  onprogress: (seen: { progress: number; total?: number | undefined }) => {
    progress.push(`${seen.progress}/${seen.total}`);
    loseConnection?.();
    loseConnection = undefined;
  },
};

const result = plan.sdk === 'v1' ? await withV1() : await withV2();
const { content } = result as { content: readonly { text?: string }[] };
const outcome: BrokenOutcome = { text: content[0]?.text ?? '', progress, requests };
console.log(JSON.stringify(outcome));

async function withV1(): Promise<unknown> {
  const client = new ClientV1({ name: 'sdk-v1', version: '1.0.0' });
  const transport = new TransportV1(url, options);
  await client.connect(transport);
  const answer = await client.callTool({ ...plan.call }, undefined, callOptions);
  await transport.terminateSession();
  await client.close();
  return answer;
}

async function withV2(): Promise<unknown> {
  const client = new ClientV2({ name: 'sdk-v2', version: '1.0.0' });
  const transport = new TransportV2(url, options);
  await client.connect(transport);
  const answer = await client.callTool({ ...plan.call }, callOptions);
  await transport.terminateSession();
  await client.close();
  return answer;
}
