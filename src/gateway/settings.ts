import { z } from 'zod';
import type { DeepReadonly } from '../kernel/readonly.ts';

export {
  type McpServerSettings,
  mcpServersSettings,
  type McpServersSettings,
  PORT_PLACEHOLDER,
} from './upstream-settings.ts';

const path = z.string().min(1);

/** A whole number with its bounds and default. */
function whole(min: number, max: number, byDefault: number) {
  return z.int().min(min).max(max).default(byDefault);
}

/** The `server` section. */
export const serverSettings = z.strictObject({
  host: z
    .string()
    .regex(/^[A-Za-z0-9.:-]+$/, 'a host name or an IP address')
    .default('127.0.0.1')
    .describe('The address to listen on. One beyond this machine needs `secure` and `auth.required`.'),
  port: whole(0, 65_535, 8443).describe('The TCP port to listen on; 0 lets the system choose.'),
  secure: z.boolean().default(true).describe('Speaks TLS. Needs `tls_cert` and `tls_key`.'),
  tls_cert: path
    .optional()
    .describe('PEM file of the certificate, followed by its chain. Default: none; `secure` needs it.'),
  tls_key: path
    .optional()
    .describe('PEM file of the private key that belongs to `tls_cert`. Default: none; `secure` needs it.'),
  tls_min_version: z
    .enum(['TLSv1.3', 'TLSv1.2'])
    .default('TLSv1.3')
    .describe('The oldest TLS version that is accepted.'),
  public_url: z
    .string()
    .refine(isPublicUrl, 'must be an https:// URL without user name, query and fragment')
    .optional()
    .describe(
      'The https address that callers use, when it is not the one listened on (a proxy, a host name). Default: none.',
    ),
  allowed_hosts: z
    .array(
      z
        .string()
        .regex(
          /^(\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?)(:\d{1,5})?$/,
          'a host name, with or without a port',
        )
        .toLowerCase(),
    )
    .default([])
    .describe('More names that the `Host` header may carry, beyond the address listened on and `public_url`.'),
  allowed_origins: z
    .array(z.string().refine(isOrigin, 'must be an origin such as https://app.example.com').transform(canonicalOrigin))
    .prefault([])
    .describe(
      'Web origins whose pages may call the gateway and read its answers (CORS), such as `https://app.example.com`.',
    ),
  verify_host: z.boolean().default(true).describe('Refuses requests for another host (DNS rebinding).'),
  verify_origin: z.boolean().default(true).describe('Refuses requests from pages of another origin.'),
  redirect_http: z.boolean().default(true).describe('Answers plain HTTP on the same port with a redirect to https.'),
  hsts_max_age_seconds: whole(0, 315_360_000, 31_536_000).describe(
    'Seconds for which browsers remember to use https only (HSTS); 0 sends no such header.',
  ),
  max_body_bytes: whole(1024, 1_073_741_824, 4_194_304).describe('Largest request body, in bytes.'),
  max_header_bytes: whole(1024, 1_048_576, 16_384).describe('Largest request head, in bytes.'),
  header_timeout_seconds: whole(1, 300, 10).describe('Seconds that a client may take to send the request head.'),
  body_timeout_seconds: whole(1, 3600, 30).describe('Seconds that a client may take to send the request body.'),
  idle_timeout_seconds: whole(1, 86_400, 60).describe('Seconds after which an idle connection is closed.'),
  max_connections: whole(1, 1_000_000, 10_000).describe('Open connections in all.'),
  max_connections_per_ip: whole(1, 1_000_000, 1024).describe('Open connections from one address.'),
  max_streams_per_caller: whole(1, 100_000, 64).describe('Open event streams of one caller.'),
  drain_seconds: whole(0, 3600, 10).describe('Seconds that running calls get to finish when the gateway stops.'),
  state_dir: path.default('./state').describe('Folder for everything that outlives a restart.'),
});

/** Where and how the gateway listens. */
export type ServerSettings = DeepReadonly<z.output<typeof serverSettings>>;

/** The gateway's part of the `security` section. */
export const gatewaySecuritySettings = z.strictObject({
  sandbox_enabled: z.boolean().default(true).describe('Confines the programs that the gateway starts.'),
  sandbox_type: z
    .enum(['bubblewrap', 'docker', 'podman', 'sandbox-exec', 'none', 'auto'])
    .default('auto')
    .describe('What confines them; `auto` takes the best that this machine has, `none` nothing.'),
  rate_limiting: z.boolean().default(true).describe('Bounds the requests of each caller.'),
  max_requests_per_minute: whole(1, 1_000_000, 100).describe('Requests a minute that a caller may sustain.'),
  rate_limit_burst: whole(1, 1_000_000, 10).describe(
    'Requests that a caller may make at once before being slowed down.',
  ),
  max_mcp_requests_per_minute: z
    .int()
    .min(1)
    .max(1_000_000)
    .optional()
    .describe('The same for the MCP endpoints alone, counted apart. Default: `max_requests_per_minute`.'),
  mcp_rate_limit_burst: z
    .int()
    .min(1)
    .max(1_000_000)
    .optional()
    .describe('The burst for the MCP endpoints alone. Default: `rate_limit_burst`.'),
  session_idle_seconds: whole(1, 86_400, 900).describe('Seconds after which an unused session ends.'),
  session_max_seconds: whole(1, 2_592_000, 28_800).describe('Seconds after which any session ends.'),
  max_sessions: whole(1, 1_000_000, 10_000).describe('Open sessions in all.'),
  max_sessions_per_caller: whole(1, 1_000_000, 256).describe('Open sessions of one caller.'),
  max_children: whole(1, 100_000, 256).describe('Programs running at once.'),
  mask_secrets: z.boolean().default(true).describe('Masks secrets in what is logged and recorded.'),
});

/** The bounds and protections around calls. */
export type GatewaySecuritySettings = DeepReadonly<z.output<typeof gatewaySecuritySettings>>;

function isPublicUrl(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, username, password, search, hash } = new URL(text);
  return protocol === 'https:' && [username, password, search, hash].every((part) => part === '');
}

function isOrigin(text: string): boolean {
  return /^[a-z][a-z0-9+.-]*:\/\/[^\s/?#@*]+$/i.test(text) && URL.canParse(text);
}

// Browsers leave a default port out and write the host in lower case; other schemes have no origin in WHATWG URL.
function canonicalOrigin(text: string): string {
  const { origin } = new URL(text);
  return origin === 'null' ? text : origin;
}
