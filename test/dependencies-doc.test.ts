import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';

const root = resolve(import.meta.dirname, '..');
const page = readFileSync(join(root, 'docs', 'dependencies.md'), 'utf8');

interface Manifest {
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
}

/** Every `package.json` of the repository: its own and those of folders that are installed apart. */
function manifests(): string[] {
  const folders = ['bench', 'examples', 'test'].flatMap((folder) =>
    readdirSync(join(root, folder)).map((name) => `${folder}/${name}/package.json`),
  );
  return ['package.json', ...folders].filter((file) => existsSync(join(root, file)));
}

function groupsOf(file: string): [heading: string, packages: string[]][] {
  const { dependencies, devDependencies } = JSON.parse(readFileSync(join(root, file), 'utf8')) as Manifest;
  if (devDependencies === undefined) return [[`\`${file}\``, Object.keys(dependencies ?? {})]];
  return [
    [`\`${file}\`: dependencies`, Object.keys(dependencies ?? {})],
    [`\`${file}\`: devDependencies`, Object.keys(devDependencies)],
  ];
}

/** The packages that stand in the first column below each heading. */
const written = new Map(
  page
    .split(/^## /m)
    .slice(1)
    .map((section) => [
      section.slice(0, section.indexOf('\n')),
      [...section.matchAll(/^\| `([^`]+)` \| \S/gm)].map(([, name]) => name ?? ''),
    ]),
);

describe('docs/dependencies.md', () => {
  const groups = manifests().flatMap(groupsOf);

  it('has a section for each manifest and no other', () => {
    expect([...written.keys()].sort()).toEqual(groups.map(([heading]) => heading).sort());
  });

  it.each(groups)('gives a reason for each package of %s', (heading, packages) => {
    expect(packages.length).toBeGreaterThan(0);
    expect(written.get(heading)?.toSorted()).toEqual(packages.toSorted());
  });

  it('speaks of pinned versions, and they are', () => {
    const ranges = manifests().flatMap((file) => {
      const { dependencies, devDependencies } = JSON.parse(readFileSync(join(root, file), 'utf8')) as Manifest;
      return Object.entries({ ...dependencies, ...devDependencies });
    });
    expect(ranges.filter(([, version]) => !/^\d+\.\d+\.\d+(-[\w.]+)?$/.test(version))).toEqual([]);
  });
});
