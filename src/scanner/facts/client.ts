import type { Where } from '../check.ts';
import type { Look } from '../look.ts';

/** A client's file. */
export interface ClientFacts {
  readonly file: string;
  /** Id of the client in `clients/catalog.ts`; undefined where only the shape is known. */
  readonly client: string | undefined;
  readonly servers: readonly ServerEntryFacts[];
  /** Settings beside the servers that matter, such as `enableAllProjectMcpServers`. */
  readonly settings: readonly { readonly path: readonly string[]; readonly value: unknown; readonly where: Where }[];
  readonly problems: readonly { readonly message: string; readonly where: Where }[];
  /** Who may open the file; absent where only its text was read. */
  readonly access?: Look<FileAccess>;
}

export interface FileAccess {
  /** Permission bits, such as 0o600. */
  readonly mode: number;
  /** True where it belongs to the user who scans. */
  readonly isOwn: boolean;
}

export interface ServerEntryFacts {
  readonly name: string;
  readonly where: Where;
  readonly transport: 'stdio' | 'http' | 'sse' | undefined;
  readonly disabled: boolean;
  readonly command: string | undefined;
  /** With `[hidden]` in place of what may be a credential. */
  readonly args: readonly string[];
  /** Without credentials: names of query parameters stay, their values do not. */
  readonly url: string | undefined;
  /** Values are kept out: what matters of each is said. */
  readonly values: readonly ValueFacts[];
  /** Approval settings of the entry as they stand: `autoApprove`, `alwaysAllow`, `trust` …. */
  readonly approvals: readonly { readonly key: string; readonly value: unknown; readonly where: Where }[];
  /** What the command starts, where it is a package runner or an interpreter. */
  readonly package: PackageFacts | undefined;
  /** True where the command is Merlon, or the address is a gateway's of the same scan. */
  readonly behindMerlon: boolean;
  /** Variables, arguments and settings that switch the verification of certificates off, as they stand. */
  readonly tlsOff?: readonly { readonly what: string; readonly where: Where }[];
}

/** A variable, header, argument or address part that may hold a secret. Never the value itself. */
export interface ValueFacts {
  readonly kind: 'env' | 'header' | 'arg' | 'url' | 'field';
  /** Name of the variable, header, option or query parameter; `user` and `path` for other parts of an address. */
  readonly name: string;
  /** `literal`: a credential stands in the file. `reference`: something like `${env:X}`. `placeholder`: `YOUR_KEY`. `plain`: no secret. */
  readonly holds: 'literal' | 'reference' | 'placeholder' | 'plain';
  readonly where: Where;
}

export interface PackageFacts {
  readonly runner: 'npx' | 'bunx' | 'pnpm-dlx' | 'yarn-dlx' | 'uvx' | 'pipx' | 'docker' | 'deno' | 'other';
  readonly name: string;
  /** What stands behind the name: `1.2.3`, `^1`, `latest`, a digest; undefined where nothing does. */
  readonly version: string | undefined;
  /** True where it names one artefact only: an exact version or a digest. */
  readonly isPinned: boolean;
}
