import { constants } from 'node:fs';
import { access, realpath, stat } from 'node:fs/promises';
import { join, relative, resolve } from 'node:path';
import type { RepositoryFacts } from '../../facts/repository.ts';
import { type Blind, blind, type Look, saw } from '../../look.ts';
import type { Collect, Target } from '../../target.ts';
import { ciSystemOf, type CiReading, readCi } from './ci.ts';
import { ecosystemOf, lockNames, type Manifest, readManifest } from './dependencies.ts';
import {
  hasCodeOwnersIn,
  hasTestsIn,
  incidentDocsIn,
  policyFileIn,
  readPolicy,
  sbomsIn,
  updatersIn,
} from './documents.ts';
import { readGit } from './git.ts';
import { ignoredBy } from './ignored.ts';
import { isSample } from './is-sample.ts';
import { readText } from './read-text.ts';
import { secretsIn } from './secrets.ts';
import { late, walk } from './walk.ts';

/** Most time for one repository, ms. */
const MAX_MS = 20_000;
/** Largest file that is searched for secrets, or read as a manifest, bytes. */
const MAX_FILE = 1024 * 1024;
/** Most bytes that are searched for secrets in all. */
const MAX_TOTAL = 128 * 1024 * 1024;
/** Most manifests and CI files that are read. */
const MAX_MANIFESTS = 500;
/** Most dependencies, and most secrets, that are kept. */
const MAX_KEPT = 5_000;

/**
 * Looks at a source repository by reading its files. Nothing in it is run, Git neither; no link is followed; everything
 * is bounded in number, size and time, and what a bound left out is said in `missed`.
 */
export const collectRepository: Collect<'repository'> = async ({ folder }, { project, now, signal, step }) => {
  const path = resolve(project, folder);
  const id = `repository:${relative(project, path).replaceAll('\\', '/') || '.'}`;
  step(id, 'reading its files');
  const until = now() + MAX_MS;
  const look = await lookAt(path, folder, () => !signal.aborted && now() < until);
  const target: Target = { id, kind: 'repository', name: folder, parts: { repository: look } };
  return [target];
};

async function lookAt(path: string, folder: string, mayGoOn: () => boolean): Promise<Look<RepositoryFacts>> {
  try {
    const root = await realpath(path);
    if (!(await stat(root)).isDirectory()) return blind('unreadable', 'It is not a folder.', '这不是目录。');
    return saw(await factsOf(root, folder, mayGoOn));
  } catch {
    return blind('unreadable', 'The folder does not exist or cannot be read.', '目录不存在或无法读取。');
  }
}

async function factsOf(root: string, folder: string, mayGoOn: () => boolean): Promise<RepositoryFacts> {
  const { files, missed: unlisted } = await walk(root, mayGoOn);
  const git = await readGit(root, mayGoOn);
  const manifests = await readManifests(root, files);
  const ci = await readCiFiles(root, files);
  const ignored = ignoredBy((await readText(join(root, '.gitignore'), MAX_FILE)) ?? '');
  const own =
    git.tracked === undefined ? files.filter((file) => !ignored(file)) : files.filter((file) => git.tracked?.has(file));
  const searched = await search(root, own, mayGoOn);
  const policy = await policyOf(root, files, unlisted);
  const lockFiles = files.filter((file) => allLocks.has(nameOf(file)) && !isSample(file));
  const packages = packagesOf(manifests.read, lockFiles);
  return {
    folder,
    files: files.length,
    missed: unlisted ?? searched.missed,
    malformed: [...manifests.malformed, ...ci.filter(({ isMalformed }) => isMalformed).map(({ facts }) => facts.file)],
    ecosystems: [...new Set(manifests.read.map(({ manifest }) => manifest.ecosystem))],
    lockFiles,
    packages,
    dependencies: manifests.read
      .flatMap(({ file, manifest }) => {
        const isHeld = packages.some((one) => one.manifest === file && one.lockFile !== undefined);
        return manifest.dependencies.map((one) => ({ ...one, file, isPinned: one.isPinned || isHeld }));
      })
      .slice(0, MAX_KEPT),
    sbom: [...sbomsIn(files), ...ci.filter(({ makesSbom }) => makesSbom).map(({ facts }) => facts.file)],
    ci: ci.map(({ facts }) => facts),
    securityPolicy: policy,
    secrets: searched.secrets,
    releases: releasesOf(git.tags, ci),
    installScripts: manifests.read.flatMap(({ file, manifest }) =>
      manifest.installScripts.map((script) => `${file}: ${script}`),
    ),
    hasCodeOwners: hasCodeOwnersIn(files),
    hasTests: hasTestsIn(files) || searched.hasRustTests,
    updates: [...new Set([...updatersIn(files), ...manifests.read.flatMap(({ manifest }) => manifest.updates)])],
    incidentDocs: incidentDocsIn(files),
  };
}

const allLocks: ReadonlySet<string> = new Set(Object.values(lockNames).flat());

function nameOf(file: string): string {
  return file.split('/').at(-1) ?? '';
}

function folderOf(file: string): string {
  return file.split('/').slice(0, -1).join('/');
}

interface ReadManifest {
  readonly file: string;
  readonly manifest: Manifest;
}

async function readManifests(root: string, files: readonly string[]) {
  const named = files.filter((file) => ecosystemOf(file) !== undefined && !isSample(file)).slice(0, MAX_MANIFESTS);
  const read: ReadManifest[] = [];
  const malformed: string[] = [];
  for (const file of named) {
    const text = await readText(join(root, file), MAX_FILE);
    const manifest = text === undefined ? undefined : readManifest(text, file);
    if (manifest === undefined) malformed.push(file);
    else read.push({ file, manifest });
  }
  return { read, malformed };
}

/** The lock file of a manifest stands beside it, or, for the members of a workspace, in a folder above. */
function packagesOf(read: readonly ReadManifest[], lockFiles: readonly string[]): RepositoryFacts['packages'] {
  return read
    .filter(({ manifest }) => manifest.needsLock)
    .map(({ file, manifest: { ecosystem } }) => {
      const folder = folderOf(file);
      const isAbove = (lock: string): boolean => folderOf(lock) === '' || `${folder}/`.startsWith(`${folderOf(lock)}/`);
      const lockFile = lockFiles.find((lock) => lockNames[ecosystem].includes(nameOf(lock)) && isAbove(lock));
      return { manifest: file, ecosystem, lockFile };
    });
}

async function readCiFiles(root: string, files: readonly string[]): Promise<CiReading[]> {
  const readings: CiReading[] = [];
  for (const file of files.filter((one) => ciSystemOf(one) !== undefined).slice(0, MAX_MANIFESTS)) {
    const system = ciSystemOf(file);
    const text = await readText(join(root, file), MAX_FILE / 4);
    // What cannot be read is malformed, like what cannot be understood.
    if (system !== undefined) readings.push(readCi(text ?? '', file, system));
  }
  return readings;
}

async function search(root: string, files: readonly string[], mayGoOn: () => boolean) {
  const secrets: RepositoryFacts['secrets'][number][] = [];
  let missed: Blind | undefined;
  let total = 0;
  let hasRustTests = false;
  for (const file of files) {
    if (!mayGoOn()) {
      missed = late;
      break;
    }
    if (total > MAX_TOTAL || secrets.length >= MAX_KEPT) {
      missed = blind('error', 'Not all files were searched: there are too many bytes.', '数据量过大，未搜索所有文件。');
      break;
    }
    // Lock files are long and hold hashes only.
    const text = allLocks.has(nameOf(file)) ? undefined : await readText(join(root, file), MAX_FILE);
    if (text === undefined) {
      if (!(await mayRead(join(root, file))))
        missed ??= blind('no-permission', 'A file could not be read.', '有文件无法读取。');
      continue;
    }
    total += text.length;
    secrets.push(...secretsIn(text, file));
    hasRustTests ||= file.endsWith('.rs') && text.includes('#[test]');
  }
  return { secrets, missed, hasRustTests };
}

async function mayRead(path: string): Promise<boolean> {
  return await access(path, constants.R_OK).then(
    () => true,
    () => false,
  );
}

async function policyOf(
  root: string,
  files: readonly string[],
  missed: Blind | undefined,
): Promise<RepositoryFacts['securityPolicy']> {
  const file = policyFileIn(files);
  if (file === undefined) {
    return missed ?? blind('not-offered', 'The repository has no security policy.', '仓库没有安全策略文件。');
  }
  const text = await readText(join(root, file), MAX_FILE);
  if (text === undefined) return blind('unreadable', 'The security policy cannot be read.', '无法读取安全策略文件。');
  return saw(readPolicy(text, file));
}

function releasesOf(
  tags: Awaited<ReturnType<typeof readGit>>['tags'],
  ci: readonly CiReading[],
): RepositoryFacts['releases'] {
  const signsArtifacts = ci.some(({ signs }) => signs);
  if ('saw' in tags) return saw({ ...tags.saw, signsArtifacts });
  return signsArtifacts ? saw({ tags: 0, inspected: 0, signedTags: 0, signsArtifacts }) : tags;
}
