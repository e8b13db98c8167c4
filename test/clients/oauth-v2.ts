/** Drives the OAuth client of SDK v2 as the plan on the command line says and prints the outcome. */
import {
  Client,
  type OAuthClientInformationFull,
  type OAuthDiscoveryState,
  type OAuthTokens,
  StreamableHTTPClientTransport,
} from '@modelcontextprotocol/client';
import type { OAuthPlan } from './oauth-plan.ts';
import { authorizeAndCall, Keeper, noted } from './oauth-user.ts';

const plan = JSON.parse(process.argv[2] ?? '') as OAuthPlan;
const keeper = new Keeper<OAuthClientInformationFull, OAuthTokens, OAuthDiscoveryState>();
const requests: string[] = [];
const about = { name: 'oauth-v2', version: '1.0.0' };
const negotiation = { versionNegotiation: { mode: plan.modern ? 'auto' : 'legacy' } } as const;
const options = { authProvider: keeper, fetch: noted(requests) };
let client = new Client(about, negotiation);
let transport = new StreamableHTTPClientTransport(new URL(plan.url), options);
await authorizeAndCall(
  plan,
  {
    async connect() {
      client = new Client(about, negotiation);
      transport = new StreamableHTTPClientTransport(new URL(plan.url), options);
      await client.connect(transport);
    },
    finishAuth: ({ code, iss }) => transport.finishAuth(code, iss),
    listTools: () => client.listTools(),
    callTool: (call) => client.callTool({ ...call }),
    version: () => client.getNegotiatedProtocolVersion(),
    close: () => client.close(),
  },
  keeper,
  requests,
);
