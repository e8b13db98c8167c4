import type { Blind, Look } from '../look.ts';

/** How a package is built and where it comes from. */
export type Ecosystem = 'npm' | 'python' | 'go' | 'rust' | 'docker';

/** A source repository as its files show it; nothing of it is run. Paths are below the folder, with `/`. */
export interface RepositoryFacts {
  readonly folder: string;
  /** Files that were looked at. */
  readonly files: number;
  /** Why not everything was seen, such as a bound; then what was not found may still be there. */
  readonly missed: Blind | undefined;
  /** Manifests and workflows that could not be understood. */
  readonly malformed: readonly string[];
  readonly ecosystems: readonly Ecosystem[];
  readonly lockFiles: readonly string[];
  /** Manifests that name dependencies of others, outside of tests and examples, with the lock file that holds them. */
  readonly packages: readonly {
    readonly manifest: string;
    readonly ecosystem: Ecosystem;
    readonly lockFile: string | undefined;
  }[];
  /** Direct dependencies, of containers the base images. Pinned: by an exact version, a digest, or a lock file. */
  readonly dependencies: readonly {
    readonly file: string;
    readonly name: string;
    readonly version: string;
    readonly isPinned: boolean;
  }[];
  /** SBOM files, and CI files with a step that makes one. */
  readonly sbom: readonly string[];
  readonly ci: readonly CiFacts[];
  readonly securityPolicy: Look<{ readonly file: string; readonly hasContact: boolean; readonly hasDeadline: boolean }>;
  /** Files with a private key or a credential in them: tracked ones where Git's index can be read, else those not ignored. */
  readonly secrets: readonly SecretFacts[];
  /** Tags and whether they are signed; blind where it is no Git repository. */
  readonly releases: Look<ReleaseFacts>;
  /** `FILE: SCRIPT` of everything that runs when the package is installed. */
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
  readonly system: 'github' | 'gitlab' | 'other';
  /** Scanners that a step runs: `codeql`, `npm audit`, `merlon scan` …. */
  readonly scans: readonly string[];
  /** Steps of others that are not pinned to a commit or a digest. */
  readonly unpinnedActions: readonly { readonly name: string; readonly line: number }[];
  /** `permissions: write-all`, for the workflow or for a job. */
  readonly hasWriteAllPermissions: boolean;
  /** The workflow, or each of its jobs, says what its token may do. */
  readonly declaresPermissions: boolean;
}

export interface SecretFacts {
  readonly file: string;
  /** What it looks like, such as `private-key`; never the secret. */
  readonly kind: string;
  readonly line: number;
  /** In a folder of tests, fixtures, examples or documentation. */
  readonly isSample: boolean;
}

export interface ReleaseFacts {
  readonly tags: number;
  /** Tags whose objects were read: the newest by their names. */
  readonly inspected: number;
  readonly signedTags: number;
  /** A CI step signs or attests what is released. */
  readonly signsArtifacts: boolean;
}
