import { dirname, join, resolve } from 'node:path';
import type { ConfigFacts, HeldSecret } from '../../facts/config.ts';
import type { HostFile } from '../../target.ts';

/** The files on this machine that a server's configuration names, itself among them; relative paths are from its folder. */
export function hostFilesOf(facts: ConfigFacts): readonly HostFile[] {
  const folder = dirname(resolve(facts.file));
  const at = (path: string): string => resolve(folder, path);
  const state = textOf(facts, 'server.state_dir');
  const audit =
    textOf(facts, 'security.audit_log_path') ?? (state === undefined ? undefined : join(state, 'audit.log'));
  const named: readonly (readonly [string | undefined, HostFile['role']])[] = [
    [facts.file === '' ? undefined : resolve(facts.file), 'config'],
    [textOf(facts, 'server.tls_key'), 'private-key'],
    [audit, 'audit-log'],
    [textOf(facts, 'logging.path'), 'server-log'],
    [state, 'state'],
    ...keysOf(facts, state).map((path) => [path, 'keys'] as const),
    ...secretFilesOf(facts).map((path) => [path, 'secret'] as const),
  ];
  const files = new Map<string, HostFile>();
  for (const [path, role] of named) {
    if (path !== undefined && !path.includes('${') && !path.includes('\0')) {
      const absolute = at(path);
      if (!files.has(absolute)) files.set(absolute, { path: absolute, role });
    }
  }
  return [...files.values()];
}

/** The ports that a configuration means to have open. */
export function portsOf(facts: ConfigFacts): readonly number[] {
  const port = settingOf(facts, 'server.port');
  return typeof port === 'number' && Number.isInteger(port) && port > 0 && port < 65_536 ? [port] : [];
}

/** The file of the API keys, and the secret that they are hashed with beside it. */
function keysOf(facts: ConfigFacts, state: string | undefined): string[] {
  const providers = Object.entries(facts.settings).flatMap(([path, { value }]) => {
    const provider = /^(auth\.providers\.\d+)\.type$/.exec(path)?.[1];
    return provider !== undefined && value === 'api_key' ? [provider] : [];
  });
  return providers.flatMap((provider) => {
    const file = textOf(facts, `${provider}.file`) ?? (state === undefined ? undefined : join(state, 'keys.json'));
    return file === undefined ? [] : [file, `${file}.pepper`];
  });
}

/** The files that references such as `${file:jwt.key}` lead to. */
function secretFilesOf({ settings }: ConfigFacts): string[] {
  const values = Object.values(settings).flatMap(({ value }): unknown[] => (Array.isArray(value) ? value : [value]));
  return values.flatMap((value) => (isHeldSecret(value) && value.file !== undefined ? [value.file] : []));
}

function isHeldSecret(value: unknown): value is HeldSecret {
  return typeof value === 'object' && value !== null && 'secret' in value;
}

function textOf(facts: ConfigFacts, path: string): string | undefined {
  const value = settingOf(facts, path);
  return typeof value === 'string' && value !== '' ? value : undefined;
}

function settingOf({ settings }: ConfigFacts, path: string): unknown {
  return Object.hasOwn(settings, path) ? settings[path]?.value : undefined;
}
