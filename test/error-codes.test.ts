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

describe('the JSON-RPC error codes', () => {
  /** Defined by JSON-RPC 2.0 itself, and by MCP 2026-07-28 for what they are used for here. */
  const defined = new Set([-32700, -32600, -32601, -32602, -32603, -32020, -32021, -32022]);
  const facts = Object.entries(errorTable).map(([code, row]: [string, Facts]) => ({ code, ...row }));

  it('of our own are -31000 minus the HTTP status, outside all reserved ranges (BASE-07, BASE-09, BASE-12)', () => {
    const own = facts.filter(({ rpc }) => rpc !== undefined && !defined.has(rpc));
    expect(own.length).toBeGreaterThan(10);
    const strange = own.filter(({ rpc, http }) => rpc !== -31_000 - (http ?? 0));
    // Known by its number to clients of the versions with sessions, and said to nobody else.
    expect(strange.map(({ code, rpc }) => [code, rpc])).toEqual([['SESSION_UNKNOWN', -32001]]);
  });
});
