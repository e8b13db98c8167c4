import type { Where } from '../check.ts';

/** A value of a configuration and where it stands. */
export interface Setting {
  /** A scalar, a list of scalars, or, in place of what may be a secret, a {@link HeldSecret}. */
  readonly value: unknown;
  readonly where: Where;
  /** True where the file does not say it: Merlon's default. Its `where` then has no line. */
  readonly isDefault?: true;
}

/** What stands in a file in place of a secret. The value itself is never in the facts. */
export interface HeldSecret {
  /** `literal`: the secret stands in the file. `reference`: something like `${env:X}`. `placeholder`: `your-secret`, `changeme`. */
  readonly secret: 'literal' | 'reference' | 'placeholder';
  /** Length of what is written, bits; its entropy may be far less. Undefined for a reference. */
  readonly bits?: number;
  /** The file that a reference names, as written. */
  readonly file?: string;
  /** Scheme, host and port, where the secret is a part of an address. */
  readonly url?: string;
}

/** A server configuration of appendix B's shape, Merlon's own included. */
export interface ConfigFacts {
  readonly file: string;
  /**
   * Scalars and lists of scalars by dotted path (`server.tls_min_version`, `auth.providers.0.type`), with the place of
   * each; a dot within a key is written `\.`. Look paths up with `Object.hasOwn`: keys are anybody's.
   */
  readonly settings: Readonly<Record<string, Setting>>;
  /** True where the file is a configuration of Merlon's: its defaults are then known and filled in. */
  readonly isMerlon: boolean;
  /** What could not be understood; the checks then judge what is left. */
  readonly problems: readonly { readonly message: string; readonly where: Where }[];
}
