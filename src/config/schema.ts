import { z } from 'zod';
import { auditSettings } from '../audit/settings.ts';
import { gatewaySecuritySettings, mcpServersSettings, serverSettings } from '../gateway/settings.ts';
import { authSettings } from '../identity/settings.ts';
import type { DeepReadonly } from '../kernel/readonly.ts';
import { loggingSettings } from '../logging/settings.ts';
import { permissionsSettings } from '../policy/settings.ts';

const securitySettings = z.strictObject({ ...auditSettings.shape, ...gatewaySecuritySettings.shape });

/** The whole configuration file; what spans sections is checked in `cross-checks.ts`. */
export const configSchema = z.strictObject({
  $schema: z
    .string()
    .optional()
    .describe('Address of the JSON Schema, for editors. Not read by Merlon. Default: none.'),
  server: serverSettings.prefault({}).describe('Where and how the gateway listens, and what it takes from a client.'),
  auth: authSettings.prefault({}).describe('How callers prove who they are.'),
  permissions: permissionsSettings.prefault({}).describe('Who may do what.'),
  security: securitySettings.prefault({}).describe('Audit log, sandbox, rate limits and sessions.'),
  logging: loggingSettings.prefault({}).describe('The server log. It never holds secrets; the audit log is another.'),
  mcpServers: mcpServersSettings
    .prefault({})
    .describe('The MCP servers behind the gateway: name to server, in the very shape that MCP clients use.'),
});

/** The configuration as parsed: paths as written, audit log path possibly absent. */
export type ParsedConfig = z.output<typeof configSchema>;

/** The configuration in force: every key has a value or its default, every path is absolute, nothing can be changed. */
export type Config = DeepReadonly<
  Omit<ParsedConfig, '$schema' | 'security'> & { security: ParsedConfig['security'] & { audit_log_path: string } }
>;
