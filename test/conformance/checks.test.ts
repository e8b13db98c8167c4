import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Check, differences, losses, passes, readResults } from './checks.ts';

const yes: Check = { id: 'one', status: 'SUCCESS' };
const no: Check = { id: 'one', status: 'FAILURE' };
const remark: Check = { id: 'one', status: 'INFO' };
const other: Check = { id: 'other', status: 'SUCCESS' };

describe('differences', () => {
  it('are none where every check has the same verdict, in whatever order', () => {
    expect(differences([yes, other], [other, yes])).toEqual([]);
  });

  it('count each time that an id occurs', () => {
    expect(differences([yes, yes], [yes])).toEqual(['one']);
    expect(differences([yes, no], [no, no])).toEqual(['one']);
  });

  it('leave remarks out', () => {
    expect(differences([yes, remark, remark], [yes])).toEqual([]);
  });

  it('name a check that one side did not make at all', () => {
    expect(differences([yes], [yes, other])).toEqual(['other']);
  });
});

describe('losses', () => {
  it('are checks that succeed less often', () => {
    expect(losses([yes, yes, other], [yes, no, other])).toEqual(['one']);
  });

  it('hold a remark in the place of a success for a loss', () => {
    expect(losses([yes], [remark])).toEqual(['one']);
  });

  it('are none where more succeeds than before', () => {
    expect(losses([no], [yes, other])).toEqual([]);
  });
});

describe('passes', () => {
  it('needs a success, and no failure', () => {
    expect([passes([yes]), passes([yes, no]), passes([remark]), passes([])]).toEqual([true, false, false, false]);
  });
});

describe('readResults', () => {
  let folder: string;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'merlon-conformance-test-'));
  });

  afterEach(async () => {
    await rm(folder, { recursive: true });
  });

  it('reads the scenarios of one prefix, without what the suite adds to their names', async () => {
    await leave('server-tools-list-2026-07-28T01-02-03-004Z', [{ ...yes, details: { more: true } }]);
    await leave('tools_call-2026-07-28T01-02-03-004Z', [no]);
    expect(await readResults(folder, 'server-')).toEqual(new Map([['tools-list', [yes]]]));
  });

  it('counts a scenario that broke off as one that failed', async () => {
    await mkdir(join(folder, 'server-ping-2026-07-28T01-02-03-004Z'));
    expect(await readResults(folder, 'server-')).toEqual(new Map([['ping', [{ id: 'ping', status: 'FAILURE' }]]]));
  });

  async function leave(name: string, checks: readonly unknown[]): Promise<void> {
    await mkdir(join(folder, name));
    await writeFile(join(folder, name, 'checks.json'), JSON.stringify(checks));
  }
});
