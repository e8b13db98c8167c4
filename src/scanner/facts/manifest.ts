import type { Where } from '../check.ts';

/** A registry's `server.json` or an MCPB `manifest.json`. */
export interface ManifestFacts {
  readonly file: string;
  readonly format: 'server.json' | 'mcpb';
  readonly name: string | undefined;
  readonly version: string | undefined;
  readonly repository: string | undefined;
  readonly packages: readonly ManifestPackage[];
  readonly remotes: readonly { readonly url: string; readonly where: Where }[];
  readonly inputs: readonly ManifestInput[];
  /** The command that an MCPB starts. */
  readonly command: { readonly command: string; readonly args: readonly string[]; readonly where: Where } | undefined;
  /** Further commands: those of single platforms. */
  readonly commands?: readonly { readonly command: string; readonly args: readonly string[]; readonly where: Where }[];
  readonly problems: readonly { readonly message: string; readonly where: Where }[];
}

export interface ManifestPackage {
  readonly registry: string;
  readonly name: string;
  readonly version: string | undefined;
  readonly sha256: string | undefined;
  readonly where: Where;
}

/** A variable, header or setting that the manifest asks a user for. */
export interface ManifestInput {
  readonly name: string;
  readonly isSecret: boolean;
  /** True where a value that looks like a credential stands in the manifest. */
  readonly hasLiteralSecret: boolean;
  /** Variables and headers that its value becomes. */
  readonly usedAs?: readonly string[];
  readonly where: Where;
}
