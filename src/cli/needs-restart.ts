import type { Config } from '../config/load.ts';

/** Settings that a running gateway takes on when it reads its configuration again; all others need a restart. */
const LIVE: Readonly<Record<string, ReadonlySet<string>>> = {
  server: new Set([
    'public_url',
    'allowed_hosts',
    'allowed_origins',
    'verify_host',
    'verify_origin',
    'max_body_bytes',
    'max_streams_per_caller',
  ]),
  security: new Set([
    'rate_limiting',
    'max_requests_per_minute',
    'rate_limit_burst',
    'max_mcp_requests_per_minute',
    'mcp_rate_limit_burst',
    'session_idle_seconds',
    'session_max_seconds',
    'max_sessions',
    'max_sessions_per_caller',
    'sandbox_enabled',
    'sandbox_type',
  ]),
  logging: new Set(['level']),
};

/** Settings in which two configurations differ and which the running gateway cannot take on, as `section.key`. */
export function needsRestart(before: Config, after: Config): string[] {
  return (['server', 'security', 'logging'] as const).flatMap((section) => {
    const [old, fresh]: Readonly<Record<string, unknown>>[] = [before[section], after[section]];
    const keys = Object.keys({ ...old, ...fresh });
    const fixed = keys.filter((key) => LIVE[section]?.has(key) !== true);
    return fixed
      .filter((key) => JSON.stringify(old?.[key]) !== JSON.stringify(fresh?.[key]))
      .map((key) => `${section}.${key}`);
  });
}
