import type { Where } from '../check.ts';

/** A value of a configuration and where it stands. */
export interface Setting {
  readonly value: unknown;
  readonly where: Where;
}

/** A server configuration of appendix B's shape, Merlon's own included. */
export interface ConfigFacts {
  readonly file: string;
  /** Scalars and lists of scalars by dotted path (`server.tls_min_version`, `auth.providers.0.type`), with the place of each. */
  readonly settings: Readonly<Record<string, Setting>>;
  /** True where the file is a configuration of Merlon's: its defaults are then known and filled in. */
  readonly isMerlon: boolean;
  /** What could not be understood; the checks then judge what is left. */
  readonly problems: readonly { readonly message: string; readonly where: Where }[];
}
