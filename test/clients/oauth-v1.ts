/** Drives the OAuth client of SDK v1 as the plan on the command line says and prints the outcome. */
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import type { OAuthDiscoveryState } from '@modelcontextprotocol/sdk/client/auth.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import type { OAuthClientInformationFull, OAuthTokens } from '@modelcontextprotocol/sdk/shared/auth.js';
import type { OAuthPlan } from './oauth-plan.ts';
import { authorizeAndCall, Keeper, noted } from './oauth-user.ts';

const plan = JSON.parse(process.argv[2] ?? '') as OAuthPlan;
const keeper = new Keeper<OAuthClientInformationFull, OAuthTokens, OAuthDiscoveryState>();
const requests: string[] = [];
const options = { authProvider: keeper, fetch: noted(requests) };
let client = new Client({ name: 'oauth-v1', version: '1.0.0' });
let transport = new StreamableHTTPClientTransport(new URL(plan.url), options);
await authorizeAndCall(
  plan,
  {
    async connect() {
      client = new Client({ name: 'oauth-v1', version: '1.0.0' });
      transport = new StreamableHTTPClientTransport(new URL(plan.url), options);
      await client.connect(transport);
    },
    finishAuth: ({ code }) => transport.finishAuth(code),
    listTools: () => client.listTools(),
    callTool: (call) => client.callTool({ ...call }),
    version: () => transport.protocolVersion,
    close: () => client.close(),
  },
  keeper,
  requests,
);
