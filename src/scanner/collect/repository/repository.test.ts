import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import type { RepositoryFacts } from '../../facts/repository.ts';
import type { Look } from '../../look.ts';
import type { Surroundings } from '../../target.ts';
import { collectRepository } from './repository.ts';

const made: string[] = [];

afterEach(() => {
  for (const folder of made.splice(0)) rmSync(folder, { recursive: true, force: true });
});

/** A folder with these files, removed after the test. */
function folderOf(files: Readonly<Record<string, string | Buffer>>): string {
  const root = mkdtempSync(join(tmpdir(), 'merlon-repository-'));
  made.push(root);
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(join(root, dirname(path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
  return root;
}

async function look(folder: string, more: Partial<Surroundings> = {}): Promise<Look<RepositoryFacts>> {
  const surroundings: Surroundings = {
    env: {},
    home: '/home',
    project: folder,
    platform: 'linux',
    now: () => 0,
    signal: new AbortController().signal,
    step: () => undefined,
    ...more,
  };
  const [target] = await collectRepository({ kind: 'repository', folder }, surroundings);
  if (target?.parts.repository === undefined) throw new Error('There is no such part.');
  return target.parts.repository;
}

async function factsOf(files: Readonly<Record<string, string | Buffer>>): Promise<RepositoryFacts> {
  return seen(await look(folderOf(files)));
}

function seen(facts: Look<RepositoryFacts>): RepositoryFacts {
  if (!('saw' in facts)) throw new Error(`It was not seen: ${facts.blind}.`);
  return facts.saw;
}

// Random, so that no scanner of this repository finds one.
const letters = (length: number): string =>
  randomBytes(length * 2)
    .toString('base64')
    .replaceAll(/[^A-Za-z0-9]/g, '')
    .slice(0, length);
const token = (): string => `ghp_${letters(36)}`;
const privateKey = (): string =>
  `-----BEGIN PRIVATE KEY-----\n${randomBytes(96).toString('base64')}\n-----END PRIVATE KEY-----\n`;

describe('the target', () => {
  it('has an id that does not depend on where the project lies', async () => {
    const folder = folderOf({ 'a/package.json': '{}' });
    const [target] = await collectRepository(
      { kind: 'repository', folder: join(folder, 'a') },
      {
        env: {},
        home: '/',
        project: folder,
        platform: 'linux',
        now: () => 0,
        signal: new AbortController().signal,
        step: () => undefined,
      },
    );
    expect(target).toMatchObject({ id: 'repository:a', kind: 'repository' });
  });

  it('is blind to a folder that does not exist and to a file', async () => {
    const folder = folderOf({ 'a.txt': '' });
    expect(await look(join(folder, 'none'))).toMatchObject({ blind: 'unreadable' });
    expect(await look(join(folder, 'a.txt'))).toMatchObject({ blind: 'unreadable' });
  });
});

describe('packages', () => {
  it('are held by a lock file beside them or above them', async () => {
    const facts = await factsOf({
      'package.json': '{"dependencies":{"a":"^1.0.0"},"workspaces":["packages/*"]}',
      'package-lock.json': '{}',
      'packages/b/package.json': '{"devDependencies":{"c":"latest"}}',
      'py/pyproject.toml': '[project]\ndependencies = ["httpx>=0.28", "mcp==1.2.3"]\n',
      'rs/Cargo.toml': '[dependencies]\nserde = "1"\n',
      'rs/Cargo.lock': '',
      'go.mod': 'module x\n\nrequire (\n\tgithub.com/a/b v1.2.3\n)\n',
    });
    expect(facts.packages).toEqual([
      { manifest: 'go.mod', ecosystem: 'go', lockFile: undefined },
      { manifest: 'package.json', ecosystem: 'npm', lockFile: 'package-lock.json' },
      { manifest: 'py/pyproject.toml', ecosystem: 'python', lockFile: undefined },
      { manifest: 'rs/Cargo.toml', ecosystem: 'rust', lockFile: 'rs/Cargo.lock' },
      { manifest: 'packages/b/package.json', ecosystem: 'npm', lockFile: 'package-lock.json' },
    ]);
    expect(facts.dependencies.filter(({ isPinned }) => !isPinned).map(({ name }) => name)).toEqual(['httpx']);
    expect(facts.ecosystems.toSorted()).toEqual(['go', 'npm', 'python', 'rust']);
  });

  it('name images by digest or not', async () => {
    const digest = `sha256:${'a1'.repeat(32)}`;
    const text = `FROM --platform=linux/amd64 node:24 AS build\nFROM build\nFROM scratch\nFROM \${BASE}\nFROM alpine@${digest}\n`;
    const { dependencies } = await factsOf({ Dockerfile: text });
    expect(dependencies.map(({ name, isPinned }) => [name, isPinned])).toEqual([
      ['node:24', false],
      ['alpine', true],
    ]);
  });

  it('of tests and examples do not count', async () => {
    const facts = await factsOf({
      'examples/a/package.json': '{"dependencies":{"x":"*"},"scripts":{"postinstall":"x"}}',
    });
    expect(facts).toMatchObject({ packages: [], dependencies: [], installScripts: [], ecosystems: [] });
  });

  it('say what runs when they are installed', async () => {
    const facts = await factsOf({
      'package.json': '{"scripts":{"postinstall":"node x","prepare":"y","toString":"z"}}',
    });
    expect(facts.installScripts).toEqual(['package.json: postinstall']);
  });
});

describe('workflows', () => {
  it('show scans, permissions and what is not pinned, with lines', async () => {
    const { ci, sbom } = await factsOf({
      '.github/workflows/ci.yml': [
        'permissions: { contents: read }',
        'jobs:',
        '  a:',
        '    steps:',
        `      - uses: actions/checkout@${'a'.repeat(40)} # v5`,
        '      - uses: someone/thing@v1',
        '      - uses: ./local',
        '      - run: npm audit',
        '      # - run: trivy',
        '      - run: npm sbom --sbom-format cyclonedx',
      ].join('\n'),
      '.github/workflows/open.yml': 'jobs:\n  a:\n    permissions: write-all\n    steps: []\n',
      '.gitlab-ci.yml': 'include:\n  - template: Security/SAST.gitlab-ci.yml\n',
    });
    expect(ci).toEqual([
      {
        file: '.gitlab-ci.yml',
        system: 'gitlab',
        scans: ['gitlab security templates'],
        unpinnedActions: [],
        hasWriteAllPermissions: false,
        declaresPermissions: false,
      },
      {
        file: '.github/workflows/ci.yml',
        system: 'github',
        scans: ['npm audit'],
        unpinnedActions: [{ name: 'someone/thing@v1', line: 6 }],
        hasWriteAllPermissions: false,
        declaresPermissions: true,
      },
      {
        file: '.github/workflows/open.yml',
        system: 'github',
        scans: [],
        unpinnedActions: [],
        hasWriteAllPermissions: true,
        declaresPermissions: true,
      },
    ]);
    expect(sbom).toEqual(['.github/workflows/ci.yml']);
  });
});

describe('secrets', () => {
  it('are found by kind and line, and never kept', async () => {
    const secret = token();
    const facts = await factsOf({ 'src/a.js': `// one\n\nconst t = "${secret}";\n`, 'tls/server.key': privateKey() });
    expect(facts.secrets).toEqual([
      { file: 'src/a.js', kind: 'github-token', line: 3, isSample: false },
      { file: 'tls/server.key', kind: 'private-key', line: 1, isSample: false },
    ]);
    expect(JSON.stringify(facts)).not.toContain(secret.slice(4));
  });

  it('are marked where they are samples', async () => {
    const { secrets } = await factsOf({ 'test/fixtures/key.pem': privateKey(), 'docs/a.md': token() });
    expect(secrets.map(({ file, isSample }) => [file, isSample])).toEqual([
      ['docs/a.md', true],
      ['test/fixtures/key.pem', true],
    ]);
  });

  it('are not what reads like one', async () => {
    const { secrets } = await factsOf({
      'README.md': 'AKIAIOSFODNN7EXAMPLE ghp_xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx sk-ant-your-api-key-goes-here-1234',
      'src/blob.js': `const wasm = "AGFzb+ACCAJ7Q2KD9XW4LM1PZ5T8RB+AKIAJ7Q2KD9XW4LM1PZ5a";`,
      'src/pem.ts': '`-----BEGIN PRIVATE KEY-----\\n${body}\\n-----END PRIVATE KEY-----`',
      'src/b.ts':
        'const password = "correct horse battery";\nfetch(url, { headers: { Authorization: `Bearer ${token}` } });',
      '.env.example': 'API_KEY=f3b1c09d7e6a4b2f8c1d\n',
      '.env':
        'LOG_LEVEL=debug\nTOKEN_FILE=/run/secrets/a1b2c3d4e5f6a7b8c9d0\nSESSION_SECRET=changeme-please-changeme\n',
    });
    expect(secrets).toEqual([]);
  });

  it('are found in an environment file that nobody ignores', async () => {
    const line = `DB_TOKEN=${letters(20)}2468\n`;
    expect((await factsOf({ '.env': line })).secrets).toMatchObject([{ file: '.env', kind: 'environment', line: 1 }]);
    expect((await factsOf({ '.env': line, '.gitignore': '/.env\n' })).secrets).toEqual([]);
  });
});

describe('documents', () => {
  it('are found by their names', async () => {
    const facts = await factsOf({
      'SECURITY.md': 'Write to security@example.com. You get an answer within 3 working days.',
      'docs/incident-response.md': '',
      'src/incidents/a.ts': '',
      'x/api-incidents/README.md': '',
      '.github/dependabot.yml': '',
      CODEOWNERS: '',
      'src/a.test.ts': '',
      'release/app.cdx.json': '{}',
    });
    expect(facts).toMatchObject({
      securityPolicy: { saw: { file: 'SECURITY.md', hasContact: true, hasDeadline: true } },
      incidentDocs: ['docs/incident-response.md'],
      updates: ['dependabot'],
      hasCodeOwners: true,
      hasTests: true,
      sbom: ['release/app.cdx.json'],
    });
  });

  it('are not there in an empty folder', async () => {
    expect(await factsOf({})).toMatchObject({
      files: 0,
      missed: undefined,
      securityPolicy: { blind: 'not-offered' },
      releases: { blind: 'not-offered' },
      hasTests: false,
      secrets: [],
    });
  });
});

describe('Git', () => {
  const git = (folder: string, args: readonly string[], input?: string): string =>
    execFileSync('git', ['-c', 'user.name=a', '-c', 'user.email=a@example.com', '-c', 'gc.auto=0', ...args], {
      cwd: folder,
      encoding: 'utf8',
      ...(input === undefined ? {} : { input }),
      env: {
        PATH: process.env['PATH'] ?? '',
        GIT_CONFIG_GLOBAL: '/dev/null',
        GIT_CONFIG_SYSTEM: '/dev/null',
        HOME: folder,
      },
      stdio: ['pipe', 'pipe', 'ignore'],
    }).trim();

  function repositoryWithTags(): string {
    const folder = folderOf({ 'a.txt': 'a', '.env': `DB_TOKEN=${letters(20)}2468\n` });
    git(folder, ['init', '-q']);
    git(folder, ['add', 'a.txt']);
    git(folder, ['commit', '-q', '-m', 'a']);
    git(folder, ['tag', 'v1']);
    git(folder, ['tag', '-m', 'two', 'v2']);
    const signed = git(folder, ['cat-file', 'tag', 'v2']).replace('tag v2', 'tag v3');
    const text = `${signed}\n-----BEGIN PGP SIGNATURE-----\n\nx\n-----END PGP SIGNATURE-----\n`;
    git(folder, ['update-ref', 'refs/tags/v3', git(folder, ['hash-object', '-t', 'tag', '-w', '--stdin'], text)]);
    return folder;
  }

  it('tells signed tags from others, loose and packed alike', async () => {
    const folder = repositoryWithTags();
    const expected = { saw: { tags: 3, inspected: 3, signedTags: 1, signsArtifacts: false } };
    expect(seen(await look(folder)).releases).toEqual(expected);
    git(folder, ['gc', '-q']);
    expect(seen(await look(folder)).releases).toEqual(expected);
  });

  it('says which files are tracked; others hold no secret of the repository', async () => {
    const folder = repositoryWithTags();
    expect(seen(await look(folder)).secrets).toEqual([]);
    git(folder, ['add', '.env']);
    expect(seen(await look(folder)).secrets).toMatchObject([{ file: '.env' }]);
  });

  it('is not followed out of the folder', async () => {
    const elsewhere = repositoryWithTags();
    const folder = folderOf({ '.git': `gitdir: ${elsewhere}/.git\n` });
    expect(seen(await look(folder)).releases).toMatchObject({ blind: 'unreadable' });
    const linked = folderOf({});
    symlinkSync(join(elsewhere, '.git'), join(linked, '.git'));
    expect(seen(await look(linked)).releases).toMatchObject({ blind: 'unreadable' });
  });

  it('may be damaged in any way', async () => {
    const id = 'a1'.repeat(20);
    const facts = await factsOf({
      '.git/packed-refs': `${id} refs/tags/v1\nnonsense\n${id} refs/tags/../../x\n`,
      '.git/index': Buffer.concat([
        Buffer.from('DIRC'),
        Buffer.from([0, 0, 0, 2, 0xff, 0xff, 0xff, 0xff]),
        randomBytes(200),
      ]),
      '.git/refs/tags/v2': 'ref: refs/heads/main',
      [`.git/objects/a1/${'a1'.repeat(19)}`]: randomBytes(100),
      [`.git/objects/pack/pack-${id}.idx`]: Buffer.concat([Buffer.from('ff744f6300000002', 'hex'), randomBytes(1500)]),
      [`.git/objects/pack/pack-${id}.pack`]: randomBytes(100),
    });
    expect(facts.releases).toMatchObject({ blind: 'unreadable' });
  });
});

describe('a hostile folder', () => {
  it('does not lead out of itself by links, nor in circles', async () => {
    const outside = folderOf({ 'id_rsa.txt': privateKey(), 'SECURITY.md': 'a@example.com' });
    const folder = folderOf({ 'src/a.txt': 'a' });
    symlinkSync(outside, join(folder, 'out'));
    symlinkSync(join(outside, 'id_rsa.txt'), join(folder, 'key.txt'));
    symlinkSync(join(outside, 'SECURITY.md'), join(folder, 'SECURITY.md'));
    symlinkSync('..', join(folder, 'src', 'loop'));
    symlinkSync('self', join(folder, 'self'));
    expect(seen(await look(folder))).toMatchObject({ files: 1, secrets: [], securityPolicy: { blind: 'not-offered' } });
  });

  it('does not wait for a pipe', async () => {
    const folder = folderOf({ 'a.txt': '' });
    execFileSync('mkfifo', [join(folder, 'package.json')]);
    expect(seen(await look(folder))).toMatchObject({ files: 1, packages: [] });
  });

  it('has manifests and workflows that are none, and says so', async () => {
    const facts = await factsOf({
      'package.json': '{"dependencies":',
      'a/package.json': '[]',
      'pyproject.toml': `a = ${'['.repeat(50_000)}`,
      'Cargo.toml': '[[[',
      'b/package.json': `{"dependencies":${'{"a":'.repeat(100_000)}1${'}'.repeat(100_000)}}`,
      '.github/workflows/a.yml': 'jobs: [',
      '.github/workflows/b.yml': '['.repeat(100_000),
      '.github/workflows/c.yml': `a: &a [x,x,x]\n${Array.from({ length: 40 }, (_, i) => `b${i}: &b${i} [${`*${i === 0 ? 'a' : `b${i - 1}`},`.repeat(9)}]`).join('\n')}\n`,
      '.github/workflows/d.yml': Buffer.from([0, 1, 2]),
    });
    expect(facts.malformed).toEqual(
      expect.arrayContaining(['package.json', 'a/package.json', 'pyproject.toml', 'Cargo.toml']),
    );
    expect(facts.malformed).toEqual(expect.arrayContaining(['.github/workflows/a.yml', '.github/workflows/b.yml']));
    expect(facts.packages).toEqual([]);
  });

  it('has names that a terminal would obey, and prototypes', async () => {
    const facts = await factsOf({
      'a\u001b[2J\n.txt': token(),
      '__proto__/package.json': '{"dependencies":{"__proto__":"1","toString":"*"}}',
      'constructor/toString': '',
    });
    expect(facts.secrets).toMatchObject([{ kind: 'github-token', line: 1 }]);
    expect(facts.dependencies.map(({ name }) => name)).toContain('toString');
  });

  it('is deep', async () => {
    const deep = 'd/'.repeat(60);
    const facts = await factsOf({ [`${deep}a.txt`]: token(), 'b.txt': '' });
    expect(facts).toMatchObject({ files: 1, missed: { blind: 'error' }, secrets: [] });
    expect(facts.securityPolicy).toMatchObject({ blind: 'error' });
  });

  it('is large: what was not read is said', async () => {
    const folder = folderOf(Object.fromEntries(Array.from({ length: 50 }, (_, i) => [`f${i}.txt`, 'x'])));
    let calls = 0;
    const facts = await look(folder, { now: () => (calls++ < 10 ? 0 : 60_000) });
    expect(seen(facts)).toMatchObject({ missed: { blind: 'timeout' } });
    const huge = await factsOf({
      'big.txt': `${'a b\n'.repeat(300_000)}${token()}`,
      'package.json': ' '.repeat(2_000_000),
    });
    expect(huge).toMatchObject({ secrets: [], malformed: ['package.json'] });
  });

  it('ends when the scan is ended', async () => {
    const folder = folderOf({ 'a/b.txt': 'x' });
    expect(seen(await look(folder, { signal: AbortSignal.abort() }))).toMatchObject({ missed: { blind: 'timeout' } });
  });
});

describe('this repository', () => {
  it('is read as it is', async () => {
    const facts = seen(await look(resolve(import.meta.dirname, '../../../..')));
    expect(facts).toMatchObject({
      missed: undefined,
      ecosystems: ['npm'],
      lockFiles: ['package-lock.json'],
      packages: [{ manifest: 'package.json', ecosystem: 'npm', lockFile: 'package-lock.json' }],
      securityPolicy: { saw: { file: 'SECURITY.md', hasContact: true } },
      installScripts: [],
      hasTests: true,
    });
    expect(facts.files).toBeGreaterThan(500);
    expect(facts.dependencies.map(({ name }) => name)).toContain('zod');
    expect(facts.secrets.filter(({ isSample }) => !isSample)).toEqual([]);
  });
});
