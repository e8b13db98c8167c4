import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type ErrorCode, errorTable } from '../src/kernel/errors.ts';

const page = readFileSync(resolve(import.meta.dirname, '../docs/errors.md'), 'utf8');

interface Facts {
  readonly todo: string;
  readonly http?: number;
  readonly rpc?: number;
  readonly exit?: number;
}

describe('docs/errors.md', () => {
  const rows = [...page.matchAll(/^\| `([A-Z_]+)` \| ([^|]*) \| ([^|]*) \| ([^|]*) \|/gm)].map((row) =>
    row.slice(1, 5).map((cell) => cell.trim()),
  );

  it('lists every code once, with its numbers', () => {
    const expected = Object.keys(errorTable).map((code) => {
      const facts: Facts = errorTable[code as ErrorCode];
      return [code, String(facts.http ?? '–'), String(facts.rpc ?? '–'), String(facts.exit ?? '–')];
    });
    expect(rows.sort()).toEqual(expected.sort());
  });
});
