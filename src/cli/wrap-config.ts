import { basename, join, resolve } from 'node:path';
import { interpretConfig, type Loaded } from '../config/load.ts';
import { MerlonError } from '../kernel/errors.ts';
import { parsePermission } from '../policy/permission.ts';

/** The role of whoever starts `merlon wrap`. */
export const WRAP_ROLE = 'wrap';

/** One program to stand in front of, without a configuration file. */
export interface Wrapped {
  readonly command: string;
  readonly args: readonly string[];
  /** What the server is called in the record and in permissions. Default: after the program. */
  readonly name?: string | undefined;
  /** Names of variables that the program gets from the environment, besides the few that every one gets. */
  readonly env?: readonly string[] | undefined;
  /** What may be done. Default: everything that this server offers. */
  readonly permissions?: readonly string[] | undefined;
  /** Absolute. Default: in `stateFolder`. */
  readonly auditLog?: string | undefined;
  /** Absolute. */
  readonly cwd: string;
  /** Absolute. */
  readonly stateFolder: string;
}

/** The name and the whole configuration for a program. @throws MerlonError USAGE, CONFIG_INVALID */
export async function wrapConfig(
  wrapped: Wrapped,
  env: Readonly<Record<string, string | undefined>>,
): Promise<{ readonly name: string; readonly loaded: Loaded }> {
  const { command, args, cwd, permissions, env: envPassthrough = [] } = wrapped;
  const name = wrapped.name ?? nameOf(command, args);
  if (!NAME.test(name)) {
    throw new MerlonError('USAGE', `${JSON.stringify(name.slice(0, 80))} cannot be the name of a server.`, {
      todo: 'Use 1 to 32 letters, digits, - and single _, starting with a letter.',
    });
  }
  for (const variable of envPassthrough) checkVariable(variable);
  for (const permission of permissions ?? []) parsePermission(permission);
  const folder = join(wrapped.stateFolder, name);
  const value = {
    server: { state_dir: folder, max_body_bytes: 16 * 1_048_576 },
    permissions: { roles: [{ name: WRAP_ROLE, permissions: ['read:info', ...(permissions ?? [`*:*/${name}`])] }] },
    // One person's own client asks, and many calls at once are ordinary.
    security: {
      audit_log_path: wrapped.auditLog ?? join(folder, 'audit.log'),
      max_mcp_requests_per_minute: 6_000,
      mcp_rate_limit_burst: 600,
    },
    logging: { path: join(folder, 'server.log') },
    mcpServers: { [name]: { command: programAt(command, cwd), args, cwd, envPassthrough } },
  };
  const readSecret = () => Promise.resolve({ failure: 'is not read here.' });
  const surroundings = { env, readSecret, listens: false, references: false };
  return { name, loaded: await interpretConfig(JSON.stringify(value), join(folder, 'merlon wrap'), surroundings) };
}

/** In a configuration `./x` means its own folder, which is not the user's. */
function programAt(command: string, cwd: string): string {
  return /^\.{1,2}[/\\]/.test(command) ? resolve(cwd, command) : command;
}

const NAME = /^(?!.*__)[A-Za-z][A-Za-z0-9_-]{0,31}$/;

/** Programs that run another one, named by their first argument that is no option. */
const RUNNERS = new Set(['npx', 'bunx', 'uvx', 'pipx', 'node', 'bun', 'deno', 'python', 'python3', 'uv', 'sh', 'bash']);

/** A name after the program: `@scope/server-filesystem@1.2` run by npx becomes `server-filesystem`. */
export function nameOf(command: string, args: readonly string[]): string {
  const own = stem(command);
  const [run] = RUNNERS.has(own) ? args.filter((arg) => !arg.startsWith('-') && arg !== 'run') : [];
  const name = stem(run ?? command)
    .replaceAll(/[^A-Za-z0-9_-]/g, '-')
    .replaceAll(/_{2,}/g, '_')
    .replace(/^[^A-Za-z]+/, '')
    .slice(0, 32);
  return name === '' ? 'server' : name;
}

/** The last part of a path or package name, without version and extension. */
function stem(text: string): string {
  return basename(text.replaceAll('\\', '/'))
    .replace(/(.)@.*$/, '$1')
    .replace(/\.(exe|cmd|m?js|ts|py|sh)$/i, '');
}

function checkVariable(variable: string): void {
  if (/^[^\0=\s]+$/.test(variable)) return;
  throw new MerlonError('USAGE', '--env takes names of variables.', {
    todo: 'Set the variable where Merlon is started, and name it: --env GITHUB_TOKEN.',
  });
}
