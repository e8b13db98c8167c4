import { z } from '@hono/zod-openapi';
import { controlIds } from '../controls/control.ts';

/** The answers of the management API, in the shapes that the mission's validator and tester read. */
export const infoShape = z
  .object({
    name: z.literal('merlon'),
    version: z.string(),
    secure: z.boolean().describe('TLS is on.'),
    tls_version: z.enum(['TLSv1.2', 'TLSv1.3']).nullable().describe('Least version accepted; null without TLS.'),
    auth_required: z.boolean(),
    switched_off: z
      .array(z.object({ key: z.string(), sentence: z.string() }))
      .optional()
      .describe('Protections switched off; only for callers with read:config.'),
    not_enforced: z
      .array(z.string())
      .optional()
      .describe('What is configured and not done by this version; only for callers with read:config.'),
  })
  .openapi('Info');

export const rolesShape = z.array(z.object({ name: z.string(), permissions: z.array(z.string()) })).openapi('Roles');

export const toolsShape = z
  .array(
    z.object({
      name: z.string().describe('As on /mcp: UPSTREAM__tool.'),
      upstream: z.string(),
      title: z.string().optional(),
      description: z.string().optional(),
      security: z.object({
        sandbox_enabled: z.boolean().describe('What is achieved, not what is configured.'),
        permission_scopes: z.array(z.string()).describe('Permissions that allow calling it.'),
      }),
    }),
  )
  .openapi('Tools');

export const controlsShape = z
  .array(
    z.object({
      id: z.enum(controlIds).describe('One of the 20 controls, C01 to C20.'),
      enforced: z.enum(['yes', 'partly', 'no']).describe('By this version with this configuration.'),
      facts: z
        .record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()]))
        .describe('Switches and figures in force.'),
    }),
  )
  .openapi('Controls');

export const loggingShape = z.object({ level: z.string(), audit_enabled: z.boolean() }).openapi('Logging');
export const healthShape = z.object({ status: z.literal('ok') }).openapi('Health');
export const readyShape = z.object({ ready: z.boolean(), audit: z.boolean(), draining: z.boolean() }).openapi('Ready');
export const errorShape = z
  .object({
    error: z.object({
      code: z.string(),
      message: z.string(),
      todo: z.string(),
      id: z.string().optional().describe('Of an unexpected error: what to look for in the server log.'),
    }),
  })
  .openapi('Error');
