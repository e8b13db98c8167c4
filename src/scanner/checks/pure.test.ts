import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';

const here = import.meta.dirname;
const src = resolve(here, '../..');

/** Of Node's modules only what computes: addresses as text, hashes. */
const COMPUTES = new Set(['node:net', 'node:crypto']);
/** What a check reaches for when it looks for itself, instead of being told. */
const LOOKS = /\b(?:Date\.now|Math\.random|randomUUID|randomBytes|performance\.now|new Date\(\)|process\.|fetch\()/;

/** The files that make up the checks: no tests, no fixtures. */
const checkFiles = readdirSync(here, { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.ts') && !/\.test\.ts$|fixture/.test(name))
  .map((name) => join(here, name));

/** Comments and texts in quotes say nothing of what a file does. */
function codeOf(file: string): string {
  return readFileSync(file, 'utf8').replaceAll(/\/\*.*?\*\/|\/\/[^\n]*|'(?:[^'\\\n]|\\.)*'|`(?:[^`\\]|\\.)*`/gs, "''");
}

/** What a file loads when it runs; types are gone by then. */
function importsOf(file: string): string[] {
  const text = readFileSync(file, 'utf8').replaceAll(/^import type .*?;$/gms, '');
  return [...text.matchAll(/\bfrom '([^']+)'/g)].map(([, path = '']) => path);
}

/** Everything that is loaded with some files, by its path; modules that are not ours by their name. */
function loadedWith(files: readonly string[]): ReadonlySet<string> {
  const loaded = new Set<string>();
  const left = [...files];
  for (let file = left.pop(); file !== undefined; file = left.pop()) {
    if (loaded.has(file)) continue;
    loaded.add(file);
    if (!file.startsWith('/')) continue;
    for (const path of importsOf(file)) left.push(path.startsWith('.') ? resolve(dirname(file), path) : path);
  }
  return loaded;
}

describe('checks are pure', () => {
  const loaded = [...loadedWith(checkFiles)];

  it('load nothing that reads, listens, starts or sends', () => {
    expect(loaded.length).toBeGreaterThan(checkFiles.length);
    expect(loaded.filter((file) => !file.startsWith('/') && !COMPUTES.has(file))).toEqual([]);
  });

  it('load nothing of the layers around them', () => {
    const own = loaded.filter((file) => file.startsWith('/')).map((file) => relative(src, file));
    expect(own.filter((file) => /^scanner\/(collect|probe|report|test-run|fix|attest|baseline)\//.test(file))).toEqual(
      [],
    );
  });

  it('take neither time nor chance nor surroundings by themselves', () => {
    expect(checkFiles.filter((file) => LOOKS.test(codeOf(file))).map((file) => relative(here, file))).toEqual([]);
  });
});
