import { describe, expect, it } from 'vitest';
import { profileOf } from './profile-of.ts';
import { rows } from './real-tools.fixture.ts';

describe('tools of many trades', () => {
  it('are at least 120, each of another name', () => {
    expect(new Set(rows.map(({ tool }) => tool.name)).size).toBe(rows.length);
    expect(rows.length).toBeGreaterThanOrEqual(120);
  });

  it.each(rows.map((row) => [row.tool.name, row] as const))('%s', (_name, { tool, effects, sinks }) => {
    const profile = profileOf(tool, { upstream: 'x' });
    expect({ effects: profile?.effects.join(' '), sinks: { ...profile?.sinks } }).toEqual({ effects, sinks });
  });
});
