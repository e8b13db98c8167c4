import { isMap, isScalar, LineCounter, parseDocument, visit, type YAMLMap } from 'yaml';
import type { CiFacts } from '../../facts/repository.ts';

/** Most steps that are listed as not pinned. */
const MAX_ACTIONS = 200;

/** Scanners by what a step that runs them holds, in lower case. */
const scanners: readonly (readonly [string, readonly string[]])[] = [
  ['merlon scan', ['merlon scan', 'merlon test']],
  ['codeql', ['github/codeql-action']],
  ['npm audit', ['npm audit', 'pnpm audit', 'yarn audit', 'yarn npm audit', 'bun audit']],
  ['pip-audit', ['pip-audit', 'safety scan', 'safety check']],
  ['govulncheck', ['govulncheck']],
  ['gosec', ['gosec']],
  ['cargo audit', ['cargo audit', 'cargo-audit', 'cargo deny', 'cargo-deny', 'rustsec/audit-check']],
  ['osv-scanner', ['osv-scanner']],
  ['dependency-review', ['dependency-review-action']],
  ['trivy', ['trivy']],
  ['grype', ['grype', 'anchore/scan-action']],
  ['snyk', ['snyk']],
  ['semgrep', ['semgrep', 'opengrep']],
  ['bandit', ['bandit']],
  ['sonar', ['sonarsource/', 'sonarqube', 'sonar-scanner']],
  ['gitleaks', ['gitleaks']],
  ['trufflehog', ['trufflehog']],
  ['secretlint', ['secretlint', 'detect-secrets']],
  ['scorecard', ['ossf/scorecard-action']],
  ['checkov', ['checkov']],
  ['zizmor', ['zizmor']],
  [
    'gitlab security templates',
    [
      'security/sast',
      'security/secret-detection',
      'security/dependency-scanning',
      'security/container-scanning',
      'jobs/sast',
      'jobs/secret-detection',
      'jobs/dependency-scanning',
      'jobs/container-scanning',
    ],
  ],
];

const sbomMakers = [
  'syft',
  'cyclonedx',
  'sbom-action',
  'npm sbom',
  'pnpm sbom',
  'sbom-generator',
  'cdxgen',
  'docker sbom',
  'sbom: true',
  '--sbom',
];
const signers = [
  'cosign sign',
  'sigstore',
  'attest-build-provenance',
  'actions/attest',
  '--provenance',
  'slsa-framework/',
  'gpg --detach-sign',
  'gpg --armor --detach-sign',
  'minisign -s',
  'signify -s',
  'gh-action-pypi-publish',
  'provenance: true',
];

/** What a CI file shows, besides its own facts. */
export interface CiReading {
  readonly facts: CiFacts;
  readonly makesSbom: boolean;
  readonly signs: boolean;
  readonly isMalformed: boolean;
}

const others =
  /^(\.circleci\/config\.ya?ml|azure-pipelines\.ya?ml|Jenkinsfile|\.travis\.ya?ml|bitbucket-pipelines\.ya?ml|\.drone\.ya?ml|\.woodpecker\.ya?ml|cloudbuild\.ya?ml|\.buildkite\/pipeline\.ya?ml)$/;

/** Which CI system reads a file; undefined for files that none does. */
export function ciSystemOf(path: string): CiFacts['system'] | undefined {
  if (/^\.github\/workflows\/[^/]+\.ya?ml$/.test(path)) return 'github';
  if (/^\.gitlab-ci\.ya?ml$/.test(path)) return 'gitlab';
  return others.test(path) ? 'other' : undefined;
}

/** Reads a CI file. Its text is attacker-controlled: aliases are not expanded, and what is no YAML is only searched for words. */
export function readCi(text: string, file: string, system: CiFacts['system']): CiReading {
  const workflow = system === 'github' ? readWorkflow(text) : none;
  // Comments say what somebody once ran.
  const lower = withoutComments(text).toLowerCase();
  const has = (words: readonly string[]): boolean => words.some((word) => lower.includes(word));
  return {
    facts: {
      file,
      system,
      scans: scanners.filter(([, words]) => has(words)).map(([name]) => name),
      unpinnedActions: workflow.unpinned,
      hasWriteAllPermissions: workflow.writesAll,
      declaresPermissions: workflow.declares,
    },
    makesSbom: has(sbomMakers),
    signs: has(signers),
    isMalformed: workflow.isMalformed,
  };
}

function withoutComments(text: string): string {
  return text
    .split('\n')
    .map((line) => (/^\s*(#|\/\/)/.test(line) ? '' : line))
    .join('\n');
}

interface Workflow {
  readonly unpinned: CiFacts['unpinnedActions'];
  readonly writesAll: boolean;
  readonly declares: boolean;
  readonly isMalformed: boolean;
}

const none: Workflow = { unpinned: [], writesAll: false, declares: false, isMalformed: false };

function readWorkflow(text: string): Workflow {
  const lines = new LineCounter();
  try {
    const document = parseDocument(text, {
      lineCounter: lines,
      uniqueKeys: false,
      prettyErrors: false,
      logLevel: 'silent',
    });
    const root = document.contents;
    if (document.errors.length > 0 || !isMap(root)) return { ...none, isMalformed: true };
    const unpinned: { name: string; line: number }[] = [];
    let writesAll = false;
    visit(document, {
      Pair(_key, { key, value }) {
        const name = isScalar(key) ? key.value : undefined;
        if (!isScalar(value) || typeof value.value !== 'string') return;
        if (name === 'permissions' && value.value === 'write-all') writesAll = true;
        if (name !== 'uses' || isPinned(value.value) || unpinned.length >= MAX_ACTIONS) return;
        unpinned.push({ name: value.value.slice(0, 200), line: lines.linePos(value.range?.[0] ?? 0).line });
      },
    });
    return { unpinned, writesAll, declares: declaresPermissions(root), isMalformed: false };
  } catch {
    // Nested deeper than the library's stack, or a fault of its own.
    return { ...none, isMalformed: true };
  }
}

/** An action of this repository, or one by commit or digest. */
function isPinned(uses: string): boolean {
  if (uses.startsWith('./') || uses.startsWith('../')) return true;
  return /@(sha256:)?[0-9a-f]{64}$|@[0-9a-f]{40}$/.test(uses);
}

function declaresPermissions(root: YAMLMap): boolean {
  if (root.has('permissions')) return true;
  const jobs = root.get('jobs');
  if (!isMap(jobs) || jobs.items.length === 0) return false;
  return jobs.items.every(({ value }) => isMap(value) && value.has('permissions'));
}
