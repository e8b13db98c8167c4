import type { Config } from './schema.ts';

/** A protection that the configuration turns off. */
export interface SwitchedOff {
  readonly key: string;
  /** What is missing because of it. */
  readonly sentence: string;
}

interface Protection extends SwitchedOff {
  readonly isOff: (config: Config) => boolean;
}

/** Every protection that has a switch. A new switch gets a line here; a test holds the table against the schema. */
export const protections: readonly Protection[] = [
  {
    key: 'server.secure',
    sentence: 'Calls and credentials travel unencrypted.',
    isOff: ({ server }) => !server.secure,
  },
  {
    key: 'server.tls_min_version',
    sentence: 'TLS 1.2 is accepted besides TLS 1.3.',
    isOff: ({ server }) => server.tls_min_version === 'TLSv1.2',
  },
  {
    key: 'server.verify_host',
    sentence: 'Requests for any host name are answered, so DNS rebinding is possible.',
    isOff: ({ server }) => !server.verify_host,
  },
  {
    key: 'server.verify_origin',
    sentence: 'Web pages of any origin may call the gateway.',
    isOff: ({ server }) => !server.verify_origin,
  },
  {
    key: 'server.redirect_http',
    sentence: 'Plain HTTP is not redirected to https.',
    isOff: ({ server }) => !server.redirect_http,
  },
  {
    key: 'server.hsts_max_age_seconds',
    sentence: 'Browsers are not told to use https only.',
    isOff: ({ server }) => server.hsts_max_age_seconds === 0,
  },
  {
    key: 'auth.required',
    sentence: 'Callers without a credential are let in, with the anonymous role.',
    isOff: ({ auth }) => !auth.required,
  },
  {
    key: 'security.audit_log_enabled',
    sentence: 'Nothing is recorded in the audit log.',
    isOff: ({ security }) => !security.audit_log_enabled,
  },
  {
    key: 'security.sandbox_enabled',
    sentence: 'Programs that the gateway starts are not confined.',
    isOff: ({ security }) => !security.sandbox_enabled,
  },
  {
    key: 'security.sandbox_type',
    sentence: 'Programs that the gateway starts are not confined.',
    isOff: ({ security }) => security.sandbox_type === 'none',
  },
  {
    key: 'security.rate_limiting',
    sentence: 'One caller can take all of the capacity.',
    isOff: ({ security }) => !security.rate_limiting,
  },
  {
    key: 'security.mask_secrets',
    sentence: 'Secrets in calls and replies are logged and recorded as they are.',
    isOff: ({ security }) => !security.mask_secrets,
  },
];

/** The protections that `config` turns off, in the order of the table. */
export function switchedOff(config: Config): SwitchedOff[] {
  return protections.filter(({ isOff }) => isOff(config)).map(({ key, sentence }) => ({ key, sentence }));
}
