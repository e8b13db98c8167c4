import { parse as parseToml } from 'smol-toml';
import type { Ecosystem, RepositoryFacts } from '../../facts/repository.ts';

type Dependency = RepositoryFacts['dependencies'][number];

/** What one manifest says. */
export interface Manifest {
  readonly ecosystem: Ecosystem;
  readonly dependencies: readonly Omit<Dependency, 'file'>[];
  /** Scripts that run when it is installed. */
  readonly installScripts: readonly string[];
  /** Names a tool that updates dependencies. */
  readonly updates: readonly string[];
  /** It holds its own exact versions, or its ecosystem does. */
  readonly needsLock: boolean;
}

/** Lock files by ecosystem; Docker has none. */
export const lockNames: Readonly<Record<Ecosystem, readonly string[]>> = {
  npm: [
    'package-lock.json',
    'npm-shrinkwrap.json',
    'pnpm-lock.yaml',
    'yarn.lock',
    'bun.lock',
    'bun.lockb',
    'deno.lock',
  ],
  python: ['uv.lock', 'poetry.lock', 'pdm.lock', 'Pipfile.lock', 'pylock.toml'],
  go: ['go.sum'],
  rust: ['Cargo.lock'],
  docker: [],
};

/** Which manifest a file is, by its name; undefined for other files. */
export function ecosystemOf(path: string): Ecosystem | undefined {
  const name = path.split('/').at(-1) ?? '';
  if (name === 'package.json') return 'npm';
  if (name === 'pyproject.toml' || /^requirements([._-][\w.-]{0,40})?\.txt$/.test(name)) return 'python';
  if (name === 'go.mod') return 'go';
  if (name === 'Cargo.toml') return 'rust';
  return /^(Dockerfile|Containerfile)(\.[\w-]{1,40})?$/.test(name) ? 'docker' : undefined;
}

/** Reads a manifest; undefined when it is malformed. Its text is attacker-controlled. */
export function readManifest(text: string, path: string): Manifest | undefined {
  const ecosystem = ecosystemOf(path);
  try {
    if (ecosystem === 'npm') return readPackageJson(text);
    if (ecosystem === 'go') return readGoMod(text);
    if (ecosystem === 'rust') return readCargo(text);
    if (ecosystem === 'docker') return readDockerfile(text);
    return path.endsWith('.toml') ? readPyproject(text) : readRequirements(text);
  } catch {
    // No JSON or TOML, or nested deeper than the parser's stack.
    return undefined;
  }
}

const nothing = { installScripts: [], updates: [] } as const;

function objectOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Readonly<Record<string, unknown>>)
    : {};
}

function textsOf(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((item) => typeof item === 'string') : [];
}

function readPackageJson(text: string): Manifest | undefined {
  const manifest: unknown = JSON.parse(text);
  if (typeof manifest !== 'object' || manifest === null || Array.isArray(manifest)) return undefined;
  const fields = objectOf(manifest);
  const dependencies = ['dependencies', 'devDependencies', 'optionalDependencies'].flatMap((field) =>
    Object.entries(objectOf(fields[field])).flatMap(([name, version]) =>
      typeof version === 'string' && !isLocal(version) ? [{ name, version, isPinned: isExactNpm(version) }] : [],
    ),
  );
  const scripts = objectOf(fields['scripts']);
  return {
    ecosystem: 'npm',
    dependencies,
    installScripts: ['preinstall', 'install', 'postinstall'].filter((name) => typeof scripts[name] === 'string'),
    updates: fields['renovate'] === undefined ? [] : ['renovate'],
    needsLock: dependencies.length > 0,
  };
}

function isLocal(version: string): boolean {
  return /^(file|link|workspace|portal|catalog):/.test(version);
}

function isExactNpm(version: string): boolean {
  const bare = version.replace(/^npm:(@?[^@]{1,214})@/, '');
  return /^=?v?\d+\.\d+\.\d+([+-][\w.+-]{1,100})?$/.test(bare) || /#[0-9a-f]{40}$/.test(bare);
}

function readPyproject(text: string): Manifest {
  const root = objectOf(parseToml(text));
  const project = objectOf(root['project']);
  const listed = [project['dependencies'], ...Object.values(objectOf(project['optional-dependencies']))].flatMap(
    textsOf,
  );
  const groups = Object.values(objectOf(root['dependency-groups'])).flatMap(textsOf);
  const poetry = objectOf(objectOf(root['tool'])['poetry']);
  const poetryGroups = Object.values(objectOf(poetry['group'])).map((group) => objectOf(group)['dependencies']);
  const tables = [poetry['dependencies'], poetry['dev-dependencies'], ...poetryGroups].flatMap((table) =>
    Object.entries(objectOf(table)).flatMap(([name, given]) => {
      const version = typeof given === 'string' ? given : objectOf(given)['version'];
      if (name === 'python' || typeof version !== 'string') return [];
      return [{ name, version, isPinned: /^(==)?\d+(\.\d+)+$/.test(version) }];
    }),
  );
  const dependencies = [...[...listed, ...groups].map(pythonRequirement), ...tables];
  return { ...nothing, ecosystem: 'python', dependencies, needsLock: dependencies.length > 0 };
}

function pythonRequirement(line: string): Omit<Dependency, 'file'> {
  const [bare = ''] = line.split(/[;#]/);
  const [, name = bare.trim(), version = ''] =
    /^([A-Za-z0-9][\w.-]{0,100})(?:\[[^\]]{0,100}\])?(.*)$/.exec(bare.trim()) ?? [];
  const isPinned =
    /^\s{0,4}={2,3}\s{0,4}[^*,\s]+\s{0,4}(\\|--hash.*)?$/.test(version) || /@[0-9a-f]{40}$/.test(version.trim());
  return { name, version: version.trim().slice(0, 100), isPinned };
}

function readRequirements(text: string): Manifest {
  const lines = text.split('\n').slice(0, 20_000);
  const asked = lines.filter((line) => /^[A-Za-z0-9]/.test(line));
  const dependencies = asked.map(pythonRequirement);
  return { ...nothing, ecosystem: 'python', dependencies, needsLock: dependencies.some(({ isPinned }) => !isPinned) };
}

function readGoMod(text: string): Manifest {
  const lines = text.split('\n').slice(0, 20_000);
  const dependencies = lines.flatMap((line) => {
    const [, name, version] =
      /^\s{0,8}(?:require\s{1,4})?([\w.~-]{1,100}\.[\w.~-]{1,50}\/\S{1,300}|\w[\w.-]{0,100}\.\w{2,20})\s{1,8}(v\d\S{0,100})/.exec(
        line,
      ) ?? [];
    // A module's version is exact by itself; go.sum holds its content.
    return name === undefined || version === undefined ? [] : [{ name, version, isPinned: true }];
  });
  return { ...nothing, ecosystem: 'go', dependencies, needsLock: dependencies.length > 0 };
}

function readCargo(text: string): Manifest {
  const root = objectOf(parseToml(text));
  const workspace = objectOf(root['workspace']);
  const tables = [
    root['dependencies'],
    root['dev-dependencies'],
    root['build-dependencies'],
    workspace['dependencies'],
  ];
  const dependencies = tables.flatMap((table) =>
    Object.entries(objectOf(table)).flatMap(([name, given]) => {
      const version = typeof given === 'string' ? given : objectOf(given)['version'];
      return typeof version === 'string' ? [{ name, version, isPinned: version.startsWith('=') }] : [];
    }),
  );
  return { ...nothing, ecosystem: 'rust', dependencies, needsLock: dependencies.length > 0 };
}

function readDockerfile(text: string): Manifest {
  const stages = new Set<string>();
  const dependencies: Omit<Dependency, 'file'>[] = [];
  for (const line of text.split('\n').slice(0, 20_000)) {
    const words = line.trim().split(/\s+/, 12);
    if (words[0]?.toUpperCase() !== 'FROM') continue;
    const [image = '', as, stage] = words.slice(1).filter((word) => !word.startsWith('--'));
    const isOther = image !== '' && image !== 'scratch' && !stages.has(image.toLowerCase()) && !image.includes('$');
    if (isOther) {
      const [name = '', digest] = image.split('@');
      dependencies.push({ name, version: digest ?? 'by tag', isPinned: /^sha256:[0-9a-f]{64}$/.test(digest ?? '') });
    }
    if (as?.toLowerCase() === 'as' && stage !== undefined) stages.add(stage.toLowerCase());
  }
  return { ...nothing, ecosystem: 'docker', dependencies, needsLock: false };
}
