import { describe, expect, it } from 'vitest';
import type { Check } from './checks.ts';
import { type Measured, regressions, withMeasured } from './report.ts';

const yes: Check = { id: 'check', status: 'SUCCESS' };
const no: Check = { id: 'check', status: 'FAILURE' };
const document =
  '# Title\n\nWords.\n\n<!-- measured: written by npm run conformance -->\nold\n<!-- end -->\n\nMore words.\n';

function measured(direct: readonly Check[], through: readonly Check[]): Measured {
  return {
    title: 'Servers, 2026-07-28',
    isBridged: false,
    requirements: [{ scenario: 'ping' }, { scenario: 'tasks', notScored: 'extension' }],
    direct: new Map([
      ['ping', direct],
      ['tasks', direct],
    ]),
    through: new Map([
      ['ping', through],
      ['tasks', direct],
    ]),
  };
}

describe('withMeasured', () => {
  it('replaces what stands between the two lines and nothing else', () => {
    const written = withMeasured(document, [measured([yes], [yes])]);
    expect(written.startsWith('# Title\n\nWords.\n\n<!-- measured')).toBe(true);
    expect(written.endsWith('<!-- end -->\n\nMore words.\n')).toBe(true);
    expect(written).not.toContain('old');
  });

  it('writes the same for the same, so that a check can compare', () => {
    const once = withMeasured(document, [measured([yes], [no])]);
    expect(withMeasured(once, [measured([yes], [no])])).toBe(once);
  });

  it('names the checks that differ, in a row of their scenario', () => {
    const rows = withMeasured(document, [measured([yes], [no])]).split('\n');
    expect(rows).toContain('| `ping` | yes | 1 passed | 0 passed, 1 failed | **no**: `check` |');
    expect(rows).toContain('| `tasks` | extension | 1 passed | 1 passed | yes |');
  });

  it('counts apart what a revision requires', () => {
    const rows = withMeasured(document, [measured([yes], [no])]).split('\n');
    expect(rows).toContain('- Through Merlon: 0 of 1 scenarios that count pass, 1 of 2 in all.');
  });

  it('refuses a document without the two lines', () => {
    expect(() => withMeasured('# Title\n', [])).toThrow(Error);
  });
});

describe('regressions', () => {
  it('are what succeeds without the gateway alone', () => {
    expect(regressions([measured([yes], [no])])).toHaveLength(1);
    expect(regressions([measured([no], [yes]), measured([yes], [yes])])).toEqual([]);
  });

  it('leave out what was translated between the eras', () => {
    expect(regressions([{ ...measured([yes], [no]), isBridged: true }])).toEqual([]);
  });

  it('hold a scenario that did not run for one that lost everything', () => {
    expect(regressions([{ ...measured([yes], [yes]), through: new Map() }])).toHaveLength(2);
  });
});
