import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type FakeClock, fakeClock } from '../../kernel/clock.ts';
import { MerlonError } from '../../kernel/errors.ts';
import { systemFs } from '../../kernel/files.ts';
import type { Objection, ToolCall } from '../../policy/grant/call-decision.ts';
import { argsHash, endorsableValues } from '../../policy/grant/endorsement.ts';
import type { Task } from '../../policy/task/task.ts';
import { type ApprovalEvent, type ApprovalsOptions, openApprovals } from './approvals.ts';
import type { Approval, Approvals } from './tasks.ts';

let folder: string;
let path: string;
let clock: FakeClock;
let events: ApprovalEvent[];
let recordFails: boolean;
let diskFails: boolean;
let opened: Approvals[];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'merlon-approvals-'));
  path = join(folder, 'approvals.journal');
  clock = fakeClock();
  events = [];
  opened = [];
  recordFails = false;
  diskFails = false;
});
afterEach(async () => {
  await Promise.all(opened.map((approvals) => approvals.stop()));
  rmSync(folder, { recursive: true });
});

async function open(given: Partial<ApprovalsOptions> = {}): Promise<Approvals> {
  const approvals = await openApprovals({
    path,
    clock,
    fs: {
      ...systemFs,
      stat: async (file) => {
        if (diskFails) throw new Error('the disk fails');
        return systemFs.stat(file);
      },
    },
    record: async (event) => {
      await Promise.resolve();
      if (recordFails) throw new MerlonError('AUDIT_UNAVAILABLE', 'The audit log cannot be written.');
      events.push(event);
    },
    mask: (value) => JSON.parse(JSON.stringify(value).replaceAll('planted', '[masked]')) as unknown,
    ...given,
  });
  opened.push(approvals);
  return approvals;
}

async function restarted(approvals: Approvals, given: Partial<ApprovalsOptions> = {}): Promise<Approvals> {
  await approvals.stop();
  return open(given);
}

function taskOf(id: string): Task {
  return {
    id,
    type: 'work',
    principal: 'key:alice',
    role: 'user',
    openedAt: clock.now(),
    expiresAt: clock.now() + 3_600_000,
    epoch: 1,
    status: 'open',
    grants: [],
  };
}

const pay: ToolCall = { tool: 'bank/pay', args: { to: 'bob', amount: 10 } };
const because: Objection[] = [{ code: 'integrity', path: 'to', source: 'unknown', must: ['user'] }];
const by = { by: 'key:boss', through: 'api', why: 'it is right', at: 0 } as const;
const code = (expected: string): object => ({ code: expected });

function ask(approvals: Approvals, task: Task, call = pay, secondFactor = false, why = because): Promise<Approval> {
  return approvals.ask(task, { kind: 'call', tool: call.tool, args: '', because: why }, { secondFactor, call });
}
function isEndorsed(approvals: Approvals, task: Task, { tool, args }: ToolCall): boolean {
  return approvals.endorsed(task).call(tool, argsHash(args));
}
async function approved(approvals: Approvals, task: Task, call = pay): Promise<string> {
  const { id } = await ask(approvals, task, call);
  await approvals.answer(id, 'approved', by);
  return id;
}

describe('an approval', () => {
  it('is good for the very same call, once', async () => {
    const approvals = await open();
    const task = taskOf('a');
    expect(isEndorsed(approvals, task, pay)).toBe(false);
    const id = await approved(approvals, task);
    expect(isEndorsed(approvals, task, pay)).toBe(true);
    expect(await approvals.use(task, pay)).toBe(true);
    expect(isEndorsed(approvals, task, pay)).toBe(false);
    expect(await approvals.use(task, pay)).toBe(false);
    expect(approvals.find(id)?.state).toBe('used');
    expect(events.map(({ event }) => event)).toEqual(['asked', 'approved', 'used']);
    expect(events[1]?.approval.answer).toMatchObject({ by: 'key:boss', through: 'api', why: 'it is right' });
  });

  it.each<[string, ToolCall]>([
    ['with another value', { tool: 'bank/pay', args: { to: 'eve', amount: 10 } }],
    ['with another amount', { tool: 'bank/pay', args: { to: 'bob', amount: 11 } }],
    ['with another type', { tool: 'bank/pay', args: { to: 'bob', amount: '10' } }],
    ['with an argument more', { tool: 'bank/pay', args: { to: 'bob', amount: 10, cc: 'eve' } }],
    ['with one less', { tool: 'bank/pay', args: { to: 'bob' } }],
    ['of another tool', { tool: 'bank/gift', args: { to: 'bob', amount: 10 } }],
  ])('is worth nothing for a call %s', async (_, other) => {
    const approvals = await open();
    const task = taskOf('a');
    await approved(approvals, task);
    expect(isEndorsed(approvals, task, other)).toBe(false);
    expect(await approvals.use(task, other)).toBe(false);
    expect(isEndorsed(approvals, task, pay)).toBe(true);
  });

  it('is worth nothing to another task', async () => {
    const approvals = await open();
    await approved(approvals, taskOf('a'));
    expect(isEndorsed(approvals, taskOf('b'), pay)).toBe(false);
    expect(await approvals.use(taskOf('b'), pay)).toBe(false);
    expect(isEndorsed(approvals, taskOf('__proto__'), pay)).toBe(false);
  });

  it('is used by one of many calls that come at the same time', async () => {
    const approvals = await open();
    const task = taskOf('a');
    await approved(approvals, task);
    const used = await Promise.all(Array.from({ length: 5 }, () => approvals.use(task, pay)));
    expect(used.filter(Boolean)).toHaveLength(1);
  });

  it('stays used where that can be neither recorded nor written, also over a restart', async () => {
    const approvals = await open();
    const task = taskOf('a');
    await approved(approvals, task);
    recordFails = true;
    diskFails = true;
    await expect(approvals.use(task, pay)).rejects.toBeInstanceOf(MerlonError);
    expect(await approvals.use(task, pay)).toBe(false);
    recordFails = false;
    diskFails = false;
    clock.advance(1_000);
    expect(await (await restarted(approvals)).use(task, pay)).toBe(false);
  });

  it('counts only as long as an answer may take', async () => {
    const approvals = await open({ seconds: () => 60 });
    const task = taskOf('a');
    await approved(approvals, task);
    clock.advance(60_000);
    expect(isEndorsed(approvals, task, pay)).toBe(false);
    expect(await approvals.use(task, pay)).toBe(false);
  });

  it('can be bound to the values that are in question, and then to these alone', async () => {
    const approvals = await open({ endorsable: endorsableValues });
    const task = taskOf('a');
    await approved(approvals, task);
    const hashOf = (value: string): string =>
      endorsableValues({ ...pay, args: { to: value } }, because)[0]?.valueHash ?? '';
    const endorsed = approvals.endorsed(task);
    expect(endorsed.value('bank/pay', 'to', hashOf('bob'))).toBe(true);
    expect(endorsed.value('bank/pay', 'to', hashOf('eve'))).toBe(false);
    expect(endorsed.value('bank/pay', 'cc', hashOf('bob'))).toBe(false);
    expect(endorsed.value('bank/gift', 'to', hashOf('bob'))).toBe(false);
    expect(isEndorsed(approvals, task, pay)).toBe(false);
    expect(await approvals.use(task, { tool: 'bank/pay', args: { to: 'eve', amount: 10 } })).toBe(false);
    expect(await approvals.use(task, { tool: 'bank/pay', args: { to: 'bob', amount: 9 } })).toBe(true);
    expect(await approvals.use(task, pay)).toBe(false);
  });
});

describe('asking', () => {
  it('twice for the same call asks once, also at the same time', async () => {
    const approvals = await open();
    const task = taskOf('a');
    const [one, same] = await Promise.all([ask(approvals, task), ask(approvals, task)]);
    expect(same.id).toBe(one.id);
    expect((await ask(approvals, task, { tool: 'bank/pay', args: { amount: 10, to: 'bob' } })).id).toBe(one.id);
    expect((await ask(approvals, taskOf('b'))).id).not.toBe(one.id);
    expect(approvals.list('open')).toHaveLength(2);
  });

  it('again after a no gets the same no for a while', async () => {
    const approvals = await open({ seconds: () => 60 });
    const task = taskOf('a');
    const { id } = await ask(approvals, task);
    await approvals.answer(id, 'denied', by);
    clock.advance(59_000);
    expect(await ask(approvals, task)).toMatchObject({ id, state: 'denied' });
    clock.advance(1_000);
    expect((await ask(approvals, task)).id).not.toBe(id);
  });

  it('is not made new by what is left of a budget', async () => {
    const approvals = await open();
    const task = taskOf('a');
    const left = (n: number): Objection[] => [{ code: 'budget', budget: { kind: 'count', max: 3 }, left: n }];
    const one = await ask(approvals, task, pay, false, left(0));
    expect((await ask(approvals, task, pay, false, left(1))).id).toBe(one.id);
  });

  it('is bounded for a task and in all, also at the same time', async () => {
    const approvals = await open({ limits: { maxOpenPerTask: 2, maxOpen: 3 } });
    const callOf = (n: number): ToolCall => ({ tool: 'bank/pay', args: { n } });
    const asked = await Promise.allSettled([1, 2, 3].map((n) => ask(approvals, taskOf('a'), callOf(n))));
    expect(asked.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled', 'rejected']);
    await ask(approvals, taskOf('b'));
    await expect(ask(approvals, taskOf('c'))).rejects.toMatchObject(code('TOO_MANY_APPROVALS'));
  });

  it('shows no secret and not more than a person can read, neither to people nor on disk', async () => {
    const approvals = await open();
    const args = { key: 'planted', text: 'x'.repeat(10_000) };
    const { what } = await ask(approvals, taskOf('a'), { tool: 'bank/pay', args });
    expect(what.kind === 'call' ? what.args.length : 0).toBeLessThan(5_000);
    expect(JSON.stringify(events)).not.toContain('planted');
    expect(readFileSync(path, 'utf8')).not.toContain('planted');
    if (process.platform !== 'win32') expect(statSync(path).mode & 0o777).toBe(0o600);
  });

  it('does not happen when it cannot be recorded or written', async () => {
    const approvals = await open();
    recordFails = true;
    await expect(ask(approvals, taskOf('a'))).rejects.toMatchObject(code('AUDIT_UNAVAILABLE'));
    recordFails = false;
    diskFails = true;
    await expect(ask(approvals, taskOf('a'))).rejects.toMatchObject(code('STATE_UNAVAILABLE'));
    diskFails = false;
    expect(approvals.list()).toEqual([]);
  });
});

describe('an answer', () => {
  it('counts once, whoever is second', async () => {
    const approvals = await open();
    const { id } = await ask(approvals, taskOf('a'));
    const answers = await Promise.allSettled([
      approvals.answer(id, 'denied', by),
      approvals.answer(id, 'approved', by),
    ]);
    expect(answers).toMatchObject([{ status: 'fulfilled' }, { reason: code('APPROVAL_OVER') }]);
    await expect(approvals.answer(id, 'approved', by)).rejects.toMatchObject(code('APPROVAL_OVER'));
    await expect(approvals.answer('toString', 'approved', by)).rejects.toMatchObject(code('APPROVAL_UNKNOWN'));
    expect(approvals.find(id)?.state).toBe('denied');
  });

  it('that does not come in time is a no, at once and for whoever waits', async () => {
    const approvals = await open({ seconds: () => 60 });
    const task = taskOf('a');
    const { id } = await ask(approvals, task);
    const settled = approvals.settled(id);
    clock.advance(61_000);
    expect((await settled).state).toBe('expired');
    await expect(approvals.answer(id, 'approved', by)).rejects.toMatchObject(code('APPROVAL_OVER'));
    expect(isEndorsed(approvals, task, pay)).toBe(false);
    expect(events.map(({ event }) => event)).toEqual(['asked', 'expired']);
  });

  it('is told to whoever waits, and to whoever asks later', async () => {
    const approvals = await open();
    const { id } = await ask(approvals, taskOf('a'));
    const settled = approvals.settled(id);
    await approvals.answer(id, 'approved', by);
    expect((await settled).state).toBe('approved');
    expect((await approvals.settled(id)).state).toBe('approved');
    await expect(approvals.settled('none')).rejects.toMatchObject(code('APPROVAL_UNKNOWN'));
  });

  it('that cannot be recorded or written does not count, and can be given again', async () => {
    const approvals = await open();
    const task = taskOf('a');
    const { id } = await ask(approvals, task);
    recordFails = true;
    await expect(approvals.answer(id, 'approved', by)).rejects.toMatchObject(code('AUDIT_UNAVAILABLE'));
    recordFails = false;
    diskFails = true;
    await expect(approvals.answer(id, 'approved', by)).rejects.toMatchObject(code('STATE_UNAVAILABLE'));
    diskFails = false;
    expect(isEndorsed(approvals, task, pay)).toBe(false);
    await approvals.answer(id, 'approved', by);
    expect(isEndorsed(approvals, task, pay)).toBe(true);
  });

  it('after a clock was set back is still too late', async () => {
    let offset = 0;
    const own = { ...clock, now: () => clock.now() + offset };
    const approvals = await open({ clock: own, seconds: () => 60 });
    const { id } = await ask(approvals, taskOf('a'));
    offset = 60_000;
    expect(approvals.find(id)?.state).toBe('expired');
    offset = -60_000;
    await expect(approvals.answer(id, 'approved', by)).rejects.toMatchObject(code('APPROVAL_OVER'));
  });

  it('is void when the task has ended', async () => {
    const approvals = await open();
    const task = taskOf('a');
    const { id } = await ask(approvals, task);
    const other: ToolCall = { tool: 'bank/pay', args: {} };
    await approved(approvals, task, other);
    await approvals.drop(['a', 'b']);
    await expect(approvals.answer(id, 'approved', by)).rejects.toMatchObject(code('APPROVAL_OVER'));
    expect(isEndorsed(approvals, task, other)).toBe(false);
  });
});

describe('a second factor', () => {
  it('that nobody can check lets nothing through', async () => {
    const approvals = await open();
    const { id } = await ask(approvals, taskOf('a'), pay, true);
    await expect(approvals.answer(id, 'approved', by, '123456')).rejects.toMatchObject(code('SECOND_FACTOR_REQUIRED'));
    expect((await approvals.answer(id, 'denied', by)).state).toBe('denied');
  });

  it('is asked of the one who approves, for this approval', async () => {
    const asked: unknown[] = [];
    const secondFactor = (who: string, proof: string | undefined, { id }: Approval): Promise<boolean> => {
      asked.push([who, proof, id]);
      return Promise.resolve(proof === '123456');
    };
    const approvals = await open({ secondFactor });
    const { id } = await ask(approvals, taskOf('a'), pay, true);
    await expect(approvals.answer(id, 'approved', by)).rejects.toMatchObject(code('SECOND_FACTOR_REQUIRED'));
    await expect(approvals.answer(id, 'approved', by, '000000')).rejects.toMatchObject(code('SECOND_FACTOR_REQUIRED'));
    expect((await approvals.answer(id, 'approved', by, '123456')).state).toBe('approved');
    expect(asked.at(-1)).toEqual(['key:boss', '123456', id]);
    expect(readFileSync(path, 'utf8')).not.toContain('123456');
  });
});

describe('a restart', () => {
  it('keeps what is open, approved, used and denied', async () => {
    const approvals = await open();
    const task = taskOf('a');
    const calls = ['open', 'approved', 'used', 'denied'].map((to): ToolCall => ({ tool: 'bank/pay', args: { to } }));
    const [first, second, third, fourth] = calls as [ToolCall, ToolCall, ToolCall, ToolCall];
    const waiting = await ask(approvals, task, first);
    await approved(approvals, task, second);
    await approved(approvals, task, third);
    await approvals.use(task, third);
    const denied = await ask(approvals, task, fourth);
    await approvals.answer(denied.id, 'denied', by);
    const again = await restarted(approvals);
    expect(calls.map((call) => isEndorsed(again, task, call))).toEqual([false, true, false, false]);
    expect((await ask(again, task, first)).id).toBe(waiting.id);
    expect(await ask(again, task, fourth)).toMatchObject({ id: denied.id, state: 'denied' });
    await again.answer(waiting.id, 'approved', by);
    expect(await again.use(task, first)).toBe(true);
    expect(await again.use(task, second)).toBe(true);
    expect(await again.use(task, third)).toBe(false);
  });

  it('does not make an old approval young again', async () => {
    const approvals = await open({ seconds: () => 60 });
    const task = taskOf('a');
    const { id } = await ask(approvals, task);
    await approvals.stop();
    clock.advance(60_000);
    const again = await open({ seconds: () => 60 });
    await expect(again.answer(id, 'approved', by)).rejects.toMatchObject(code('APPROVAL_OVER'));
  });

  it('of two gateways over the same file is refused', async () => {
    await open();
    await expect(open()).rejects.toMatchObject(code('STATE_IN_USE'));
  });
});

describe('approvals of wider grants', () => {
  const wider = { kind: 'widen', grants: [], cause: { by: 'key:alice', why: 'more' }, epoch: 1 } as const;

  it('are asked once for the same grants of the same epoch, and are good for no call', async () => {
    const approvals = await open();
    const task = taskOf('a');
    const one = await approvals.ask(task, wider, { secondFactor: false });
    expect((await approvals.ask(task, wider, { secondFactor: false })).id).toBe(one.id);
    expect((await approvals.ask(task, { ...wider, epoch: 2 }, { secondFactor: false })).id).not.toBe(one.id);
    await approvals.answer(one.id, 'approved', by);
    expect(await approvals.use(task, pay)).toBe(false);
    expect(approvals.find(one.id)?.what).toEqual(wider);
  });
});

describe('approved grants', () => {
  const cause = { by: 'key:alice', why: 'needs more' };
  const what = { kind: 'widen', grants: [], cause, epoch: 1 } as const;
  const withoutFactor = { secondFactor: false };
  const lost = (): Promise<never> => Promise.reject(new MerlonError('TASK_REFUSED', 'The task has changed.'));

  it('are put in force after a restart when the process ended before they were, and once', async () => {
    const first = await open();
    const { id } = await first.ask(taskOf('a'), what, withoutFactor);
    await first.answer(id, 'approved', by);
    const widened: string[] = [];
    const widen = async (approval: Approval): Promise<void> => void widened.push(approval.id);
    const again = await restarted(first, { widen });
    await again.carryOut();
    expect(again.find(id)?.state).toBe('used');
    await (await restarted(again, { widen })).carryOut();
    expect(widened).toEqual([id]);
  });

  it('are void where the task has changed, now or at the next start', async () => {
    const approvals = await open({ widen: lost });
    const { id } = await approvals.ask(taskOf('a'), what, withoutFactor);
    await expect(approvals.answer(id, 'approved', by)).rejects.toMatchObject(code('TASK_REFUSED'));
    expect(approvals.find(id)?.state).toBe('expired');
    const again = await restarted(approvals);
    const other = await again.ask(taskOf('b'), what, withoutFactor);
    await again.answer(other.id, 'approved', by);
    const last = await restarted(again, { widen: lost });
    await last.carryOut();
    expect(last.find(other.id)?.state).toBe('expired');
  });
});
