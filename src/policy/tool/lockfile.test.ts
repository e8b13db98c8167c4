import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { lockChanges, lockfileOf, lockText, parseLockfile } from './lockfile.ts';
import { profileOf } from './profile-of.ts';
import { rows } from './real-tools.fixture.ts';

const profiles = rows.flatMap(({ tool }) => profileOf(tool, { upstream: 'x' }) ?? []);

describe('a lockfile', () => {
  it('reads as it was written, in whatever order the tools came', () => {
    const text = lockText(lockfileOf(profiles));
    expect(lockText(lockfileOf(profiles.toReversed()))).toBe(text);
    expect(lockText(parseLockfile(text))).toBe(text);
    expect(lockChanges(parseLockfile(text), lockfileOf(profiles))).toEqual([]);
  });

  it('shows another hash, effect, sink and output as a change', () => {
    const [one] = lockfileOf(profiles).tools;
    if (one === undefined) throw new Error('there is no tool');
    const others = [
      { hash: '0'.repeat(64) },
      { effects: ['execute'] as const },
      { sinks: { z: 'path' } as const },
      { output: 'trusted' } as const,
    ];
    for (const other of others) {
      const changes = lockChanges({ version: 1, tools: [one] }, { version: 1, tools: [{ ...one, ...other }] });
      expect(changes.map(({ kind }) => kind)).toEqual(['changed']);
    }
  });

  it('is nothing else that is read', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json()), (text) => {
        expect(() => parseLockfile(text)).toThrowError(expect.objectContaining({ code: 'LOCK_UNUSABLE' }));
      }),
    );
  });

  it('with a sink called like a prototype never passes for one without', () => {
    const [one] = lockfileOf(profiles).tools;
    const text = `{"version":1,"tools":[${JSON.stringify({ ...one, sinks: {} }).replace('"sinks":{}', '"sinks":{"__proto__":"url"}')}]}`;
    const now = JSON.parse(text);
    expect(lockChanges({ version: 1, tools: [{ ...now.tools[0], sinks: {} }] }, now)).toHaveLength(1);
  });
});
