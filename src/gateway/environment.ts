/** Environment variables by name, as `process.env` has them. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** What a child may know of the gateway's own environment: where programs are, who runs it, language and time zone. */
export const INHERITED_NAMES = ['PATH', 'HOME', 'USER', 'LOGNAME', 'LANG', 'LC_ALL', 'TZ', 'TMPDIR'] as const;

/** `PATH` of a child where the gateway has none. */
export const DEFAULT_PATH = '/usr/local/bin:/usr/bin:/bin';

/**
 * The whole environment of a child: {@link INHERITED_NAMES} and the names in `passthrough` from the gateway's own, and
 * over them what is configured. An allow-list, because the gateway's environment holds keys, tokens, and variables
 * such as `LD_PRELOAD` and `NODE_OPTIONS` that would change what the child does.
 */
export function childEnvironment(
  own: Environment,
  configured: Readonly<Record<string, string>>,
  passthrough: readonly string[] = [],
): Record<string, string> {
  const environment: Record<string, string> = { PATH: DEFAULT_PATH };
  for (const name of [...INHERITED_NAMES, ...passthrough]) {
    const value = own[name];
    if (value !== undefined) environment[name] = value;
  }
  return Object.assign(environment, configured);
}
