import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { controlIds } from '../../controls/control.ts';
import type { About, AnyCheck, Answer } from '../check.ts';
import { outcomes, severities } from '../check.ts';
import { defaultThresholds } from '../thresholds.ts';
import { fixtureReaders } from './fixture-readers.ts';
import { checks } from './index.ts';

const here = import.meta.dirname;
const NOW = Date.UTC(2026, 10, 22);
const HAN = /\p{Script=Han}/u;

function foldersOf(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((one) => (one.isDirectory() ? [one.name] : []));
}

const KIND_OF = { transport: 'server', door: 'server', api: 'server', tools: 'tools' } as const;

function aboutOf(check: AnyCheck, more: Partial<About> | undefined): About {
  const { part } = check;
  const kind =
    part === 'config' ? 'server-config' : part === 'client' ? 'client-config' : part in KIND_OF ? 'server' : part;
  return { now: NOW, kind: kind as About['kind'], thresholds: defaultThresholds, ...more };
}

/** A check is asked as the scanner asks it: with facts of its own part, which the types cannot say of a list. */
async function answersTo(check: AnyCheck, path: string): Promise<readonly Answer[]> {
  if (path.endsWith('.ts')) {
    const fixture = (await import(path)) as { default: never; about?: Partial<About> };
    return [check.ask(fixture.default, aboutOf(check, fixture.about))].flat();
  }
  const read = fixtureReaders[check.part];
  if (read === undefined) throw new Error(`${path}: part ${check.part} has no reader of files`);
  return [check.ask(read(readFileSync(path, 'utf8'), path) as never, aboutOf(check, undefined))].flat();
}

function fixturesOf(check: AnyCheck, kind: string): string[] {
  const folder = join(here, check.part, check.id, 'fixtures');
  if (!existsSync(folder)) return [];
  const named = readdirSync(folder).filter(
    (name) => name === kind || name.startsWith(`${kind}.`) || name.startsWith(`${kind}-`),
  );
  return named.map((name) => join(folder, name));
}

describe('the list of checks', () => {
  it('has every folder, and a folder for every entry', () => {
    const listed = checks.map(({ part, id }) => `${part}/${id}`);
    const there = foldersOf(here).flatMap((part) => foldersOf(join(here, part)).map((id) => `${part}/${id}`));
    expect(listed.toSorted()).toEqual(there.toSorted());
  });

  it('has no id twice', () => {
    expect(new Set(checks.map(({ id }) => id)).size).toBe(checks.length);
  });
});

describe.each(checks.map((check) => ({ name: `${check.control} ${check.id}`, check })))('$name', ({ check }) => {
  it('says what it is, in both languages', () => {
    expect(check.id).toMatch(/^[a-z0-9]+(-[a-z0-9]+)+$/);
    expect(controlIds).toContain(check.control);
    expect(severities).toContain(check.severity);
    for (const { en, zh } of [check.title, check.remedy]) {
      expect(en).toMatch(/^[A-Z`/].*\.$/s);
      expect(zh).toMatch(HAN);
    }
  });

  it('has a page', () => {
    const page = readFileSync(join(here, check.part, check.id, 'README.md'), 'utf8');
    expect(page.startsWith(`# ${check.id}\n`)).toBe(true);
    expect(page).toMatch(/^## Why$/m);
    expect(page).toMatch(/^## What it looks at$/m);
    expect(page).toMatch(/^## How to fix$/m);
  });

  it.each(['ok', 'bad', 'near-miss'] as const)('judges its %s fixtures', async (kind) => {
    const paths = fixturesOf(check, kind);
    expect(paths).not.toEqual([]);
    for (const path of paths) {
      const answers = await answersTo(check, path);
      const found = answers.map(({ outcome }) => outcome);
      expect(found, path).not.toEqual([]);
      if (kind === 'bad')
        expect(
          found.some((one) => one === 'fail' || one === 'warn' || one === 'manual'),
          path,
        ).toBe(true);
      else
        expect(
          found.filter((one) => one !== 'pass' && one !== 'not-applicable'),
          path,
        ).toEqual([]);
      if (kind === 'ok') expect(found, path).toContain('pass');
      for (const { outcome, evidence } of answers) {
        expect(outcomes).toContain(outcome);
        expect(evidence.length, path).toBeGreaterThan(0);
        for (const { seen } of evidence) expect(seen.en.length * seen.zh.length, path).toBeGreaterThan(0);
      }
    }
  });
});
