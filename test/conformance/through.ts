import { type GatewayProcess, startGateway } from '../gateway-process.ts';

/** The upstream's name in the gateway's configuration. */
const UPSTREAM = 'fixture';
const ROLE = 'conformance';

/** A gateway with every protection on, in front of one server. */
export interface Through {
  readonly gateway: GatewayProcess;
  /** `https://127.0.0.1:PORT`, and below it the endpoint of the server. */
  readonly url: string;
  readonly path: string;
  /** An API key of a role that may use this one server. */
  readonly key: string;
}

/** Starts `merlon serve` in front of the server at `upstream`; `origins` are the web origins that may call. */
export async function startThrough(upstream: string, origins: readonly string[] = []): Promise<Through> {
  const gateway = await startGateway({
    server: { secure: true, verify_host: true, verify_origin: true, allowed_origins: origins },
    auth: { required: true, providers: [{ type: 'api_key' }] },
    permissions: {
      model: 'rbac',
      roles: [
        {
          name: ROLE,
          permissions: [
            'read:info',
            `execute:tool/${UPSTREAM}`,
            `read:prompt/${UPSTREAM}`,
            `read:resource/${UPSTREAM}`,
            `execute:method/${UPSTREAM}`,
          ],
        },
      ],
    },
    security: {
      audit_log_path: 'audit.log',
      rate_limiting: true,
      // The suite asks faster than people do, and is not meant to be slowed down.
      max_mcp_requests_per_minute: 60_000,
      mcp_rate_limit_burst: 10_000,
      mask_secrets: true,
    },
    mcpServers: { [UPSTREAM]: { url: upstream } },
  });
  try {
    return { gateway, url: gateway.url, path: `/mcp/${UPSTREAM}`, key: await gateway.key(ROLE) };
  } catch (error) {
    await gateway.stop();
    throw error;
  }
}
