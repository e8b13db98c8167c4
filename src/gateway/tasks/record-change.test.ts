import { describe, expect, it } from 'vitest';
import { encodeEntry } from '../../audit/entry.ts';
import type { AuditEntry } from '../../audit/log.ts';
import type { TaskGrant } from '../../policy/grant/task-grant.ts';
import { changeEntries } from './record-change.ts';
import type { TaskChange } from './tasks.ts';

const grant = (id: string, given: Partial<TaskGrant> = {}): TaskGrant => ({
  id,
  tool: `files/${id}`,
  effects: ['read'],
  ...given,
});
const mask = {
  text: (text: string): string => text.replaceAll('planted', '[masked]'),
  value: (value: unknown): unknown => JSON.parse(JSON.stringify(value).replaceAll('planted', '[masked]')) as unknown,
};
function change(before: readonly TaskGrant[], after: readonly TaskGrant[]): TaskChange {
  const who = { task: 't', type: 'work', principal: 'key:a', role: 'user', epoch: 2 };
  return { event: 'narrowed', ...who, before, after, cause: { by: 'key:b', why: 'planted' } };
}
type Change = Extract<AuditEntry, { kind: 'permission_change' }>;
const entriesOf = (before: readonly TaskGrant[], after: readonly TaskGrant[]): readonly Change[] =>
  changeEntries(change(before, after), mask).filter((entry) => entry.kind === 'permission_change');

describe('the entry of a change of permissions', () => {
  it('lists what differs on either side, counts what does not, and hashes all', () => {
    const [same, old, fresh] = [grant('same'), grant('one', { uses: 3 }), grant('one', { uses: 2 })];
    const [entry, ...more] = entriesOf([same, old], [same, fresh]);
    expect(more).toEqual([]);
    expect(entry).toMatchObject({ before: [old], after: [fresh], unchanged: 1, by: 'key:b', why: '[masked]' });
    expect(entry?.beforeHash).not.toBe(entry?.afterHash);
    expect(entriesOf([same], [same])[0]).toMatchObject({ before: [], after: [], unchanged: 1 });
  });

  it('tells grants in the words of the configuration', () => {
    const [entry] = entriesOf([], [grant('one', { onDeny: 'ask', expiresAt: 5, args: { toAll: { maxLength: 3 } } })]);
    expect(entry?.after).toMatchObject([{ on_deny: 'ask', expires_at: 5, args: { toAll: { max_length: 3 } } }]);
  });

  it('shows no secret', () => {
    const secret = grant('one', { args: { key: { oneOf: ['planted'] } } });
    expect(JSON.stringify(entriesOf([], [secret]))).not.toContain('planted');
  });

  it('takes several entries for many grants, none of which is cut, and leaves no grant out', () => {
    const many = Array.from({ length: 2_000 }, (_, n) =>
      grant(`g${n}`, { args: { path: { subpath: [`/srv/${n}`] } } }),
    );
    const entries = entriesOf([], many);
    expect(entries.length).toBeGreaterThan(2);
    expect(entries.flatMap(({ after }) => after)).toEqual(many);
    expect(entries.map(({ part }) => part)).toEqual(entries.map((_, index) => [index + 1, entries.length]));
    for (const entry of entries) expect(encodeEntry(entry)).toBe(JSON.stringify(entry));
  });
});
