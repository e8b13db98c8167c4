import type { RepositoryFacts } from '../../facts/repository.ts';
import { saw } from '../../look.ts';

/** A repository in which everything is in order, apart from what is said. */
export function repository(other: Partial<RepositoryFacts> = {}): RepositoryFacts {
  return {
    folder: '.',
    files: 120,
    missed: undefined,
    malformed: [],
    ecosystems: ['npm'],
    lockFiles: ['package-lock.json'],
    packages: [{ manifest: 'package.json', ecosystem: 'npm', lockFile: 'package-lock.json' }],
    dependencies: [{ file: 'package.json', name: 'zod', version: '^4.6.7', isPinned: true }],
    sbom: ['sbom.cdx.json'],
    ci: [workflow({ scans: ['codeql'], declaresPermissions: true })],
    securityPolicy: saw({ file: 'SECURITY.md', hasContact: true, hasDeadline: true }),
    secrets: [],
    releases: saw({ tags: 3, inspected: 3, signedTags: 3, signsArtifacts: false }),
    installScripts: [],
    hasCodeOwners: true,
    hasTests: true,
    updates: ['dependabot'],
    incidentDocs: ['docs/incident-response.md'],
    ...other,
  };
}

type Workflow = RepositoryFacts['ci'][number];

/** What a CI file says that scans nothing, pins everything and declares nothing, apart from what is said. */
export function workflow(other: Partial<Workflow> = {}): Workflow {
  return {
    file: other.system === 'gitlab' ? '.gitlab-ci.yml' : '.github/workflows/ci.yml',
    system: 'github',
    scans: [],
    unpinnedActions: [],
    hasWriteAllPermissions: false,
    declaresPermissions: false,
    ...other,
  };
}
