import { makeDeployment } from '../deployment.ts';

/** The upstream's name in the gateway's configuration. */
const UPSTREAM = 'fixture';
const ROLE = 'conformance';
/** All of this one server and nothing else. */
const permissions = [
  'read:info',
  `execute:tool/${UPSTREAM}`,
  `read:prompt/${UPSTREAM}`,
  `read:resource/${UPSTREAM}`,
  `execute:method/${UPSTREAM}`,
];

/** A gateway with every protection on, in front of one server. */
export interface Through {
  /** `https://127.0.0.1:PORT`, and below it the endpoint of the server. */
  readonly url: string;
  readonly path: string;
  /** The certificate authority to trust, as PEM. */
  readonly ca: string;
  /** An API key of a role that may use this one server. */
  readonly key: string;
  readonly stop: () => Promise<void>;
}

/** Starts `merlon serve` in front of the server at `upstream`; `origins` are the web origins that may call. */
export async function startThrough(upstream: string, origins: readonly string[] = []): Promise<Through> {
  const deployment = await makeDeployment({
    server: { secure: true, verify_host: true, verify_origin: true, allowed_origins: origins },
    auth: { required: true, providers: [{ type: 'api_key' }] },
    permissions: { model: 'rbac', roles: [{ name: ROLE, permissions }] },
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
    const key = deployment.key(ROLE);
    const { url } = await deployment.start();
    return { url, path: `/mcp/${UPSTREAM}`, ca: deployment.ca, key, stop: () => deployment.remove() };
  } catch (error) {
    await deployment.remove();
    throw error;
  }
}
