import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve, sep } from 'node:path';
import { describe, expect, it } from 'vitest';

// docs/architecture.md shows this picture; a folder imports itself and lower floors only.
const floors: Readonly<Record<string, number>> = {
  kernel: 0,
  policy: 1,
  identity: 1,
  detect: 1,
  audit: 1,
  logging: 1,
  clients: 1,
  controls: 1,
  gateway: 2,
  scanner: 2,
  config: 3,
  api: 3,
  cli: 4,
};

const src = resolve(import.meta.dirname, '../src');
const files = readdirSync(src, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.ts'));

interface Import {
  readonly from: string;
  readonly to: string;
}

function importsOf(file: string): Import[] {
  const text = readFileSync(join(src, file), 'utf8');
  const found = text.matchAll(/(?:from|import)\s*\(?\s*'(\.{1,2}\/[^']+)'/g);
  return [...found].map(([, path]) => ({ from: file, to: relative(src, resolve(src, dirname(file), path ?? '')) }));
}

function folderOf(file: string): string {
  return file.split(sep)[0] ?? '';
}

/** What is wrong with an import, if anything. */
function fault({ from, to }: Import): string | undefined {
  const [here, there] = [folderOf(from), folderOf(to)];
  if (here === there || to.startsWith('..')) return undefined;
  const [low, high] = [floors[there], floors[here]];
  if (low === undefined || high === undefined) return `${from}: ${there} has no floor`;
  return low < high ? undefined : `${from} (floor ${high}) imports ${to} (floor ${low})`;
}

describe('the floors', () => {
  it('hold every folder of src', () => {
    const folders = new Set(files.map(folderOf));
    expect([...folders].filter((folder) => floors[folder] === undefined)).toEqual([]);
  });

  it('are never imported upwards or sideways', () => {
    const imports = files.flatMap(importsOf);
    expect(imports.length).toBeGreaterThan(50);
    expect(imports.map(fault).filter((one) => one !== undefined)).toEqual([]);
  });

  it('would notice a sideways and an upward import', () => {
    expect(fault({ from: 'policy/a.ts', to: 'identity/b.ts' })).toBeDefined();
    expect(fault({ from: 'kernel/a.ts', to: 'policy/b.ts' })).toBeDefined();
    expect(fault({ from: 'gateway/a.ts', to: 'policy/b.ts' })).toBeUndefined();
  });
});
