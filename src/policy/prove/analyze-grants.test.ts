import { describe, expect, it } from 'vitest';
import type { TaskGrant } from '../grant/task-grant.ts';
import type { ToolProfile } from '../tool/tool-profile.ts';
import { analysisLines } from './analysis-lines.ts';
import { analyzeGrants } from './analyze-grants.ts';
import { analyzeType } from './analyze-types.ts';

const read: ToolProfile = {
  tool: 'web/fetch',
  hash: 'a',
  effects: ['read'],
  sinks: {},
  output: 'untrusted',
  sandboxed: false,
};
const send: ToolProfile = {
  ...read,
  tool: 'mail/send',
  effects: ['write', 'egress'],
  sinks: { 'to[]': 'recipient', amount: 'amount' },
  output: 'trusted',
};
const profiles = [read, send];
const fetching: TaskGrant = { id: 'r', tool: 'web/fetch', effects: ['read'], expiresAt: 1 };
const sending: TaskGrant = { id: 's', tool: 'mail/send', effects: ['write', 'egress'] };

const analyze = (...grants: TaskGrant[]) => analyzeGrants({ grants, profiles });

describe('analyzeGrants', () => {
  it('finds the way by which what is read can leave', () => {
    expect(analyze(fetching, sending).paths).toEqual([
      { reads: 'web/fetch', sends: 'mail/send', path: 'to[]', steered: true },
    ]);
    expect(analyze(sending).paths).toEqual([]);
    expect(analyze(fetching).paths).toEqual([]);
  });

  it('knows when the way is closed', () => {
    const closed = (more: Partial<TaskGrant>) => analyze(fetching, { ...sending, ...more }).paths;
    expect(closed({ args: { to: { each: { emailDomain: ['example.com'] } } } })).toEqual([]);
    expect(closed({ integrity: { to: ['user', 'trusted'] } })).toEqual([]);
    expect(closed({ alwaysAsk: true })).toEqual([]);
    expect(closed({ otherArgs: 'none' })).toEqual([]);
    expect(closed({ definition: 'another' })).toEqual([]);
    expect(closed({ args: { to: { maxLength: 3 } } })).toHaveLength(1);
    expect(closed({ integrity: { to: ['user', 'untrusted'] } })).toHaveLength(1);
  });

  it('ranks what can be reached, the widest first', () => {
    const { sinks } = analyze({ ...sending, integrity: { to: ['user'] }, args: { amount: {} } });
    expect(sinks.map(({ path, bound }) => [path, bound])).toEqual([
      ['amount', 'anything'],
      ['to[]', 'origin'],
    ]);
  });

  it('says what was never used, only where somebody knows what was', () => {
    expect(analyze(fetching, sending).unused).toEqual([]);
    const used = [{ tool: 'web/fetch' }];
    expect(analyzeGrants({ grants: [fetching, sending], profiles, used }).unused).toEqual([
      { grant: 's', tool: 'mail/send', effects: ['write', 'egress'] },
    ]);
  });

  it('finds grants that another one covers, and one of two that are the same', () => {
    const bound: TaskGrant = { ...sending, id: 's2', uses: 3 };
    expect(analyze(bound, sending).redundant).toEqual([{ grant: 's2', coveredBy: 's' }]);
    expect(analyze(sending, { ...sending, id: 's3' }).redundant).toEqual([{ grant: 's3', coveredBy: 's' }]);
    // Three uses more are three uses more.
    expect(analyze(bound, { ...bound, id: 's4' }).redundant).toEqual([]);
  });

  it('finds grants without an end and without a number', () => {
    const found = analyze(fetching, sending, { ...sending, id: 'few', uses: 1 });
    expect(found.endless).toEqual(['s', 'few']);
    expect(found.unlimited).toEqual(['s']);
  });

  it('says of which tools it knows nothing', () => {
    expect(analyze({ ...sending, tool: 'x/y' }).unknown).toEqual(['x/y']);
  });

  it('has nothing to say of what is bounded', () => {
    expect(analysisLines(analyze(fetching))).toEqual([]);
    expect(analysisLines(analyze(fetching, sending)).length).toBeGreaterThan(4);
  });
});

describe('analyzeType', () => {
  it('makes out wildcards for the tools that are known, and takes pinned values for bounded', () => {
    const type = {
      name: 'a',
      roles: [],
      seconds: 1,
      resources: [],
      scopes: { read: [], write: [], execute: [] },
      grants: [{ tool: '*' }, { tool: 'x/y' }],
      onDeny: 'deny',
    } as const;
    expect(analyzeType({ ...type, pinned: false }, profiles).paths).toHaveLength(1);
    expect(analyzeType({ ...type, pinned: true }, profiles).paths).toEqual([]);
    expect(analyzeType({ ...type, pinned: true }, profiles).unknown).toEqual(['x/y']);
  });
});
