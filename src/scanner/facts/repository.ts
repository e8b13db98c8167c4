import type { Look } from '../look.ts';

/** A source repository as its files show it; nothing of it is run. */
export interface RepositoryFacts {
  readonly folder: string;
  readonly ecosystems: readonly ('npm' | 'python' | 'go' | 'rust' | 'docker')[];
  readonly lockFiles: readonly string[];
  /** Direct dependencies that name no exact version, where no lock file holds them. */
  readonly dependencies: readonly {
    readonly file: string;
    readonly name: string;
    readonly version: string;
    readonly isPinned: boolean;
  }[];
  /** SBOM files, and CI steps that make one. */
  readonly sbom: readonly string[];
  readonly ci: readonly CiFacts[];
  readonly securityPolicy: Look<{ readonly file: string; readonly hasContact: boolean; readonly hasDeadline: boolean }>;
  /** Files with a private key or a credential in them, tracked or not ignored. */
  readonly secrets: readonly { readonly file: string; readonly kind: string; readonly line: number }[];
  /** Tags and whether they are signed; blind where it is no Git repository. */
  readonly releases: Look<{ readonly tags: number; readonly signedTags: number; readonly signsArtifacts: boolean }>;
  readonly installScripts: readonly string[];
  readonly hasCodeOwners: boolean;
  readonly hasTests: boolean;
  /** Tools that update dependencies, such as Dependabot or Renovate. */
  readonly updates: readonly string[];
  /** Files that describe how incidents are handled. */
  readonly incidentDocs: readonly string[];
}

export interface CiFacts {
  readonly file: string;
  /** Scanners that a step runs: `codeql`, `npm audit`, `merlon scan` …. */
  readonly scans: readonly string[];
  /** Steps of others that are not pinned to a commit. */
  readonly unpinnedActions: readonly { readonly name: string; readonly line: number }[];
  readonly hasWriteAllPermissions: boolean;
}
