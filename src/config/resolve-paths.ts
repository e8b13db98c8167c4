import { dirname, join, resolve } from 'node:path';
import { deepFreeze } from '../kernel/readonly.ts';
import type { Config, ParsedConfig } from './schema.ts';

type Absolute = (path: string) => string;

/** The configuration with every path absolute, taken relative to the folder of the configuration file, and frozen. */
export function resolvePaths(parsed: ParsedConfig, file: string): Config {
  const folder = dirname(resolve(file));
  const absolute: Absolute = (path) => resolve(folder, path);
  const { server, auth, permissions, security, logging, mcpServers } = parsed;
  const stateDir = absolute(server.state_dir);
  return deepFreeze({
    server: { ...server, ...absolutes(server, ['tls_cert', 'tls_key'], absolute), state_dir: stateDir },
    auth: {
      ...auth,
      providers: auth.providers.map((each) => Object.assign({}, each, absolutes(each, ['file'], absolute))),
    },
    permissions: guarded(permissions, absolute),
    security: { ...security, audit_log_path: absolute(security.audit_log_path ?? join(stateDir, 'audit.log')) },
    logging: { ...logging, ...absolutes(logging, ['path'], absolute) },
    mcpServers: upstreams(mcpServers, absolute),
  });
}

function guarded(permissions: ParsedConfig['permissions'], absolute: Absolute): ParsedConfig['permissions'] {
  const { guardrails } = permissions;
  if (guardrails === undefined) return permissions;
  return { ...permissions, guardrails: { ...guardrails, ...absolutes(guardrails, ['policies', 'schema'], absolute) } };
}

function absolutes(section: object, keys: readonly string[], absolute: Absolute): Record<string, string> {
  const paths = Object.entries(section).filter(([key, value]) => keys.includes(key) && typeof value === 'string');
  return Object.fromEntries(paths.map(([key, value]) => [key, absolute(String(value))]));
}

// Without a prototype, because callers name an upstream in the address: `mcpServers['constructor']` must find nothing.
function upstreams(servers: ParsedConfig['mcpServers'], absolute: Absolute): ParsedConfig['mcpServers'] {
  const resolved = Object.create(null) as ParsedConfig['mcpServers'];
  for (const [name, server] of Object.entries(servers)) {
    resolved[name] = { ...server, ...program(server.command, absolute), cwd: absolute(server.cwd ?? '.') };
  }
  return resolved;
}

// A bare name is looked up on PATH; only ./x and ../x mean a file.
function program(command: string | undefined, absolute: Absolute): { command?: string } {
  return command !== undefined && /^\.{1,2}[/\\]/.test(command) ? { command: absolute(command) } : {};
}
