import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Side, unifiedDiff } from './unified-diff.ts';

function side(label: string, lines: readonly string[]): Side {
  return { label, lines, shown: lines };
}

function diff(before: readonly string[], after: readonly string[]): string[] {
  return unifiedDiff(side('a', before), side('b', after));
}

describe('the difference of two texts', () => {
  it('is nothing when they are the same', () => {
    expect(diff(['a', 'b'], ['a', 'b'])).toEqual([]);
  });

  it('shows three lines around each change', () => {
    const before = ['1', '2', '3', '4', '5', '6', '7'];
    expect(diff(before, ['1', '2', '3', '4', 'x', '6', '7'])).toEqual([
      '--- a',
      '+++ b',
      '@@ -2,6 +2,6 @@',
      ' 2',
      ' 3',
      ' 4',
      '-5',
      '+x',
      ' 6',
      ' 7',
    ]);
  });

  it('compares the lines as they are and shows them as they may be shown', () => {
    const before: Side = { label: 'a', lines: ['key=1'], shown: ['key=•'] };
    const after: Side = { label: 'b', lines: ['key=2'], shown: ['key=•'] };
    expect(unifiedDiff(before, after).slice(2)).toEqual(['@@ -1,1 +1,1 @@', '-key=•', '+key=•']);
  });

  it('of a text that did not exist starts from nothing', () => {
    expect(diff([], ['a'])).toEqual(['--- a', '+++ b', '@@ -0,0 +1,1 @@', '+a']);
  });

  it('is found for long texts too, if less well', () => {
    const lines = (tag: string) => Array.from({ length: 5_000 }, (_, index) => `${tag}${index}`);
    expect(diff(lines('a'), lines('b'))).toHaveLength(10_003);
  });

  const line = fc.constantFrom('a', 'b', 'c', 'd', '');
  const text = fc.array(line, { maxLength: 30 });

  /** Does what `patch` does, and as strictly. */
  function patched(before: readonly string[], patch: readonly string[]): string[] {
    const result: string[] = [];
    let at = 0;
    for (const row of patch.slice(2)) {
      const header = /^@@ -(\d+),(\d+) \+(\d+),(\d+) @@$/.exec(row);
      if (header !== null) {
        const start = Number(header[1]) - (header[2] === '0' ? 0 : 1);
        result.push(...before.slice(at, start));
        at = start;
        expect(result.length).toBe(Number(header[3]) - (header[4] === '0' ? 0 : 1));
        continue;
      }
      if (!row.startsWith('+')) expect(before[at++]).toBe(row.slice(1));
      if (!row.startsWith('-')) result.push(row.slice(1));
    }
    return [...result, ...before.slice(at)];
  }

  it('turns the one into the other', () => {
    fc.assert(
      fc.property(text, text, (before, after) => {
        expect(patched(before, diff(before, after))).toEqual(after);
      }),
    );
  });
});
