import type { Config } from '../config/load.ts';
import { MerlonError } from '../kernel/errors.ts';

/**
 * The configuration as a client over stdio is served with it: of the upstreams the one it gets, and no end for sessions,
 * which end with the process that serves nobody else.
 * @param name undefined for all upstreams
 * @throws MerlonError USAGE, which lists the upstreams
 */
export function stdioConfig(config: Config, name: string | undefined): Config {
  const never = Number.MAX_SAFE_INTEGER;
  const security = { ...config.security, session_idle_seconds: never, session_max_seconds: never };
  if (name === undefined) return { ...config, security };
  const entry = config.mcpServers[name];
  if (entry === undefined || entry.disabled) throw noUpstream(config, `There is no upstream ${JSON.stringify(name)}`);
  return { ...config, security, mcpServers: { [name]: entry } };
}

/** Says which upstreams there are. */
export function noUpstream({ mcpServers }: Config, what: string): MerlonError {
  const names = Object.entries(mcpServers).flatMap(([name, { disabled }]) => (disabled ? [] : [name]));
  const list = names.length === 0 ? 'none is configured' : `there is ${names.join(', ')}`;
  return new MerlonError('USAGE', `${what}; ${list}.`);
}
