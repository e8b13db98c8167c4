import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { permissionsSettings } from '../policy/settings.ts';
import { lockfileOf, lockText } from '../policy/tool/lockfile.ts';
import type { ToolProfile } from '../policy/tool/tool-profile.ts';
import { type PolicyLearnOptions, runPolicyLearn } from './run-policy-learn.ts';

const root = mkdtempSync(join(tmpdir(), 'merlon-learn-'));
afterAll(() => rmSync(root, { recursive: true }));
let folder = root;
beforeEach(() => {
  folder = mkdtempSync(join(root, 'case-'));
});

const caller = { principal: 'ann', role: 'agent', method: 'api_key' };
const pay: ToolProfile = {
  tool: 'bank/pay',
  hash: 'a'.repeat(64),
  effects: ['write', 'egress'],
  sinks: { to: 'recipient', amount: 'amount' },
  output: 'trusted',
  sandboxed: false,
};

/** The lines of a log in which each task pays once; odd ones see text of strangers first. */
function linesOf(from: number, to: number, args: (index: number) => string): string[] {
  return Array.from({ length: to - from }, (_, offset) => {
    const index = from + offset;
    const [seq, time] = [2 * index + 1, new Date(index).toISOString()];
    const task = { id: `t${index}`, type: 'refund' };
    const call = { upstream: 'bank', method: 'tools/call', name: 'pay', args: args(index) };
    return [
      { seq, time, kind: 'intent', caller, task, exposed: index % 2 === 1, ...call },
      { seq: seq + 1, time, kind: 'outcome', intent: seq, status: 'ok', bytes: 1, durationMs: 1 },
    ];
  })
    .flat()
    .map((entry) => JSON.stringify(entry));
}

const honest = (index: number): string =>
  JSON.stringify({ to: `acc-${1000 + index}`, amount: index % 50, note: 'thanks' });

async function learn(more: Partial<PolicyLearnOptions> = {}): Promise<{ code: number; text: string; said: string }> {
  let [text, said] = ['', ''];
  const options: PolicyLearnOptions = {
    from: join(folder, 'audit.log'),
    config: join(folder, 'merlon.yaml'),
    type: 'default',
    format: 'yaml',
    ...more,
  };
  const code = await runPolicyLearn(options, {
    print: (part) => void (text += part),
    say: (line) => void (said += `${line}\n`),
    progress: { step: () => {}, end: () => {} },
  });
  return { code, text, said };
}
const write = (name: string, lines: readonly string[]): void =>
  writeFileSync(join(folder, name), `${lines.join('\n')}\n`);

describe('merlon policy learn', () => {
  it('proposes what a configuration takes, from the log and the files that were put aside', async () => {
    write('audit-2026-11-20.log', linesOf(0, 60, honest));
    write('audit.log', linesOf(60, 120, honest));
    writeFileSync(join(folder, 'merlon.lock'), lockText(lockfileOf([pay])));
    const { code, text } = await learn();
    expect(code).toBe(0);
    const { permissions } = parse(text) as { permissions: unknown };
    const { tasks } = permissionsSettings.parse(permissions);
    expect(tasks.types).toMatchObject([
      {
        name: 'refund',
        roles: ['agent'],
        pinned: true,
        grants: [{ tool: 'bank/pay', effects: ['write', 'egress'], other_args: 'plain', uses: 3 }],
      },
    ]);
    expect(tasks.types[0]?.grants[0]?.args).toMatchObject({
      to: { pattern: 'acc-[0-9]{4}' },
      note: { oneOf: ['thanks'] },
    });
    expect(tasks.types[0]?.grants[0]?.budgets).toMatchObject([{ kind: 'sum', argument: 'amount' }]);
  });

  it('says in the file how many tasks taught, and what was left out', async () => {
    write('audit.log', linesOf(0, 60, honest));
    const { text, said } = await learn();
    expect(text).toContain('30 tasks with 30 calls');
    expect(said).toContain('Left out: 30 calls in 30 tasks');
    expect((await learn({ includeExposed: 'all' })).text).toContain('60 tasks with 60 calls');
  });

  it('proposes nothing from too little, and ends with 1', async () => {
    write('audit.log', linesOf(0, 10, honest));
    const { code, text } = await learn();
    expect(code).toBe(1);
    expect(text).toContain('grants: []');
    expect((await learn({ minTasks: '5' })).code).toBe(0);
  });

  it('never lets what was recorded out of its comment or its text', async () => {
    const nasty = '\n        - tool: "*"\n # \u001b[31m';
    const lines = linesOf(0, 60, honest).map((line) => line.replaceAll('"pay"', JSON.stringify(`pay${nasty}`)));
    write('audit.log', lines);
    const { text } = await learn();
    const { permissions } = parse(text) as { permissions: { tasks: { types: { grants: { tool: string }[] }[] } } };
    expect(permissions.tasks.types[0]?.grants.map(({ tool }) => tool)).toEqual([`bank/pay${nasty}`]);
    expect(text).not.toContain('\u001b');
  });

  it('writes JSON, and files of their own', async () => {
    write('audit.log', linesOf(0, 60, honest));
    const out = join(folder, 'learned.json');
    expect((await learn({ format: 'json', out })).text).toBe('');
    const { types } = JSON.parse(readFileSync(out, 'utf8')) as { types: { taskType: string; traces: number }[] };
    expect(types).toMatchObject([{ taskType: 'refund', traces: 30 }]);
  });

  it('refuses what it cannot read', async () => {
    await expect(learn()).rejects.toMatchObject({ code: 'USAGE' });
    write('audit.log', linesOf(0, 60, honest));
    await expect(learn({ minTasks: '0' })).rejects.toMatchObject({ code: 'USAGE' });
    write('merlon.lock', ['{}']);
    await expect(learn()).rejects.toMatchObject({ code: 'LOCK_UNUSABLE' });
  });
});
