import { describe, expect, it } from 'vitest';
import type { TaskType } from '../task/task-type.ts';
import type { TaskTypes } from '../task/task-types.ts';
import { compareTypes } from './compare-types.ts';

const mailing: TaskType = {
  name: 'mailing',
  roles: ['user'],
  seconds: 600,
  resources: [],
  scopes: { read: [], write: [], execute: [] },
  grants: [{ tool: 'mail/send', args: { to: { emailDomain: ['example.com'] } }, uses: 3 }],
  pinned: true,
  onDeny: 'deny',
};

function types(
  type: Partial<TaskType> = {},
  {
    isDefault = true,
    ceiling = ['read', 'egress'] as const,
  }: { isDefault?: boolean; ceiling?: readonly ('read' | 'egress' | 'write')[] } = {},
): TaskTypes {
  const made = { ...mailing, ...type };
  return {
    types: new Map([[made.name, made]]),
    defaults: new Map(isDefault ? [['user', made.name]] : []),
    ceilings: new Map([['user', ceiling]]),
  };
}

const outcome = (before: TaskTypes, after: TaskTypes) => {
  const found = new Set(compareTypes(before, after).map(({ result }) => result.narrower));
  return found.has(false) ? false : found.has('unknown') ? 'unknown' : true;
};
const [grant] = mailing.grants;
const withGrant = (more: object) => types({ grants: [{ tool: 'mail/send', ...grant, ...more }] });

describe('compareTypes', () => {
  it('proves what is narrower in every way', () => {
    expect(outcome(types(), types())).toBe(true);
    expect(outcome(types(), types({ seconds: 60, grants: [] }))).toBe(true);
    expect(outcome(types(), withGrant({ uses: 2, alwaysAsk: true }))).toBe(true);
    expect(outcome(types({ pinned: false }), types())).toBe(true);
  });

  it('finds what is wider as a whole', () => {
    expect(outcome(types(), types({ seconds: 601 }))).toBe(false);
    expect(outcome(types(), types({ pinned: false }))).toBe(false);
    expect(outcome(types(), types({ onDeny: 'ask' }))).toBe(false);
    expect(outcome(types(), types({ roles: ['user', 'guest'] }))).toBe(false);
    expect(outcome(types(), types({ resources: ['network_access'] }))).toBe(false);
    const reads = (folder: string) => types({ scopes: { ...mailing.scopes, read: [`files:${folder}`] } });
    expect(outcome(reads('/tmp/'), reads('/tmp/a/'))).toBe(true);
    expect(outcome(reads('/tmp/'), reads('/tmp2/'))).toBe(false);
    expect(outcome(types(), types({ name: 'other' }))).toBe(false);
  });

  it('finds wider grants', () => {
    expect(outcome(types(), withGrant({ uses: 4 }))).toBe(false);
    expect(outcome(types(), withGrant({ args: { to: { emailDomain: ['example.com', 'example.net'] } } }))).toBe(false);
    expect(outcome(types(), types({ grants: [...mailing.grants, { tool: '*' }] }))).toBe(false);
    expect(outcome(types(), withGrant({ tool: 'mail/*' }))).toBe(false);
  });

  it('takes a wildcard for every tool that it means', () => {
    const all = types({ grants: [{ tool: 'mail/*' }], pinned: false });
    expect(outcome(all, types({ grants: [{ tool: 'mail/send' }], pinned: false }))).toBe(true);
    expect(outcome(all, types({ grants: [{ tool: 'mail2/send' }], pinned: false }))).toBe(false);
    expect(outcome(types({ grants: [{ tool: '*' }], pinned: false }), all)).toBe(true);
    expect(outcome(all, types({ grants: [{ tool: '*' }], pinned: false }))).toBe(false);
  });

  it('does not compare pinned grants that state other things of where values come from', () => {
    // What a grant states takes the place of what pinning would say, so a bound more can be a bound less.
    expect(outcome(types(), withGrant({ integrity: { to: ['user', 'untrusted'] } }))).toBe('unknown');
    expect(
      outcome(
        types({ pinned: false }),
        types({ pinned: false, grants: [{ tool: 'mail/send', ...grant, integrity: { to: ['user'] } }] }),
      ),
    ).toBe(true);
  });

  it('knows that a role without a default task has all that the role has', () => {
    expect(outcome(types(), types({}, { isDefault: false }))).toBe(false);
    expect(outcome(types({}, { isDefault: false }), types())).toBe(true);
    expect(outcome(types(), types({}, { ceiling: ['read', 'egress', 'write'] }))).toBe(false);
    expect(outcome(types(), types({}, { ceiling: ['read'] }))).toBe(true);
  });
});
