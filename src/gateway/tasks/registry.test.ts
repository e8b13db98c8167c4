import { appendFileSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { callerOf, enginePartsOf, toolOf, typeOf, typesOf } from '../../../test/tasks/made-up.ts';
import type { Caller } from '../../identity/caller.ts';
import { type FakeClock, fakeClock } from '../../kernel/clock.ts';
import { MerlonError } from '../../kernel/errors.ts';
import { systemFs } from '../../kernel/files.ts';
import type { CallDecision, ToolCall } from '../../policy/grant/call-decision.ts';
import type { TaskGrant } from '../../policy/grant/task-grant.ts';
import type { Task } from '../../policy/task/task.ts';
import type { TaskType } from '../../policy/task/task-type.ts';
import type { ToolProfile } from '../../policy/tool/tool-profile.ts';
import { createTaskEngine } from './engine.ts';
import { openTasks } from './registry.ts';
import type { TasksOptions } from './tasks-options.ts';
import type { TaskChange, Tasks } from './tasks.ts';

let folder: string;
let path: string;
let clock: FakeClock;
let types: readonly TaskType[];
let byDefault: boolean;
let profiles: readonly ToolProfile[];
let recorded: TaskChange[];
let ended: string[];
let changed: string[];
let asked: TaskGrant[][];
let problems: unknown[];
let opened: Tasks[];
/** What the audit log does; failing while this is set. */
let recordFails: boolean;
let recordWaits: Promise<void>;
let diskFails: boolean;

const read = toolOf('files/read');
const send = toolOf('mail/send', { effects: ['egress'], sinks: { to: 'recipient' }, output: 'trusted' });
const alice = callerOf('alice');
const eve = callerOf('eve');
const operator = { by: 'key:operator', why: 'asked to' };

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'merlon-tasks-'));
  path = join(folder, 'tasks.journal');
  clock = fakeClock();
  types = [typeOf('work', { grants: [{ tool: 'files/read', uses: 3 }, { tool: 'mail/send' }] })];
  byDefault = false;
  profiles = [read, send];
  recorded = [];
  ended = [];
  changed = [];
  asked = [];
  problems = [];
  opened = [];
  recordFails = false;
  recordWaits = Promise.resolve();
  diskFails = false;
});
afterEach(async () => {
  await Promise.all(opened.map((tasks) => tasks.stop()));
  rmSync(folder, { recursive: true });
});

async function open(given: Partial<TasksOptions> = {}): Promise<Tasks> {
  const tasks = await openTasks({
    path,
    clock,
    types: () => typesOf(types, byDefault),
    profiles: () => profiles,
    mayUse: (_role, tool) => !tool.startsWith('admin/'),
    engine: createTaskEngine(enginePartsOf(() => profiles)),
    fs: {
      ...systemFs,
      stat: async (file) => {
        if (diskFails) throw new Error('the disk fails');
        return systemFs.stat(file);
      },
    },
    events: {
      record: async (change) => {
        await recordWaits;
        if (recordFails) throw new MerlonError('AUDIT_UNAVAILABLE', 'The audit log cannot be written.');
        recorded.push(change);
      },
      ended: (ids) => ended.push(...ids),
      changed: (id) => changed.push(id),
    },
    ask: async (_task, grants) => `approval ${asked.push([...grants])}`,
    onProblem: (problem) => problems.push(problem),
    ...given,
  });
  opened.push(tasks);
  return tasks;
}

/** The same tasks after a restart. */
async function restarted(tasks: Tasks, given: Partial<TasksOptions> = {}): Promise<Tasks> {
  await tasks.stop();
  return open(given);
}

/** The caller of a credential, which has to count. */
function callerBy(tasks: Tasks, credential: string): Caller {
  const verdict = tasks.verify(credential, clock.now());
  if ('refused' in verdict) throw new Error(verdict.refused);
  return verdict;
}

function refusalOf(tasks: Tasks, credential: string): string {
  const verdict = tasks.verify(credential, clock.now());
  return 'refused' in verdict ? verdict.refused : 'accepted';
}

const call = (tool: string, args: ToolCall['args'] = {}): ToolCall => ({ tool, args });
function decide(tasks: Tasks, task: Task, { tool, args }: ToolCall): CallDecision {
  return tasks.decide(
    task,
    { tool, args },
    profiles.find((one) => one.tool === tool),
    undefined,
  );
}
/** Decides and charges, as a call does. */
async function use(tasks: Tasks, task: Task, what = call('files/read')): Promise<string> {
  const decision = decide(tasks, task, what);
  if (decision.outcome !== 'allow') return decision.outcome;
  await tasks.charge(task, decision.charges);
  return 'allow';
}

const code = (expected: string): object => ({ code: expected });

describe('opening a task', () => {
  it('gives grants and a credential whose caller is the opener, under that task', async () => {
    const tasks = await open();
    const { task, credential } = await tasks.open(alice, { type: 'work', request: 'read it' });
    expect(task).toMatchObject({ type: 'work', principal: 'key:alice', role: 'user', epoch: 1, status: 'open' });
    expect(task.grants.map(({ tool }) => tool)).toEqual(['files/read', 'mail/send']);
    expect(callerBy(tasks, credential)).toEqual({
      principal: 'key:alice',
      role: 'user',
      method: 'task',
      credential: task.id,
      expiresAt: task.expiresAt,
      task: task.id,
    });
    expect(recorded).toMatchObject([{ event: 'opened', task: task.id, before: [], after: task.grants }]);
    expect(await tasks.of(callerBy(tasks, credential))).toBe(tasks.find(task.id));
  });

  it.each<[string, Partial<Caller>, object]>([
    ['a type that does not exist', {}, { type: 'play' }],
    ['a type of another role', { role: 'guest' }, { type: 'work' }],
    ['no role', { role: undefined }, { type: 'work' }],
    ['no type and no default', {}, {}],
    ["somebody else's parent", {}, { type: 'work', parent: 'aaaaaaaaaaaaaaaa' }],
    ['a prototype key as type', {}, { type: '__proto__' }],
    ['a credential that has ended', { expiresAt: 1 }, { type: 'work' }],
  ])('is refused for %s', async (_, who, context) => {
    const tasks = await open();
    await expect(tasks.open({ ...alice, ...who }, context)).rejects.toMatchObject(code('TASK_REFUSED'));
    expect(tasks.list()).toEqual([]);
    expect(recorded).toEqual([]);
  });

  it.each([
    { seconds: 0 },
    { seconds: Number.NaN },
    { request: 'x'.repeat(16_385) },
    { agent: '\ud800' },
    { tools: [1] },
  ])('is refused for the context %j', async (context) => {
    const tasks = await open();
    const given = { type: 'work', ...context } as object;
    await expect(tasks.open(alice, given)).rejects.toMatchObject(code('PARAMS_INVALID'));
  });

  it('takes no tool that the role may not use, whatever the type says', async () => {
    types = [typeOf('work', { grants: [{ tool: '*' }] })];
    profiles = [read, toolOf('admin/erase')];
    const tasks = await open();
    const { task } = await tasks.open(alice, { type: 'work' });
    expect(task.grants.map(({ tool }) => tool)).toEqual(['files/read']);
  });

  it('ends no later than its type, its own wish, its parent, and the credential it was opened with', async () => {
    const tasks = await open();
    const life = async (who: Caller, context: object): Promise<number> =>
      (await tasks.open(who, { type: 'work', ...context })).task.expiresAt - clock.now();
    expect(await life(alice, { seconds: 9_999 })).toBe(600_000);
    expect(await life(alice, { seconds: 60 })).toBe(60_000);
    expect(await life({ ...alice, expiresAt: clock.now() + 5_000 }, {})).toBe(5_000);
    const { task } = await tasks.open(alice, { type: 'work', seconds: 30 });
    expect(await life(alice, { parent: task.id })).toBe(30_000);
  });

  it('is bounded for each caller and in all, also while they are being opened', async () => {
    const tasks = await open({ limits: { maxTasksPerCaller: 2, maxTasks: 3 } });
    const results = await Promise.allSettled([1, 2, 3].map(() => tasks.open(alice, { type: 'work' })));
    expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled', 'rejected']);
    await tasks.open(eve, { type: 'work' });
    await expect(tasks.open(eve, { type: 'work' })).rejects.toMatchObject(code('TASK_REFUSED'));
    await tasks.close(tasks.list('key:alice')[0]?.id ?? '', 'closed', operator);
    await tasks.open(eve, { type: 'work' });
  });

  it('does not happen when it cannot be recorded, or not be written', async () => {
    const tasks = await open();
    recordFails = true;
    await expect(tasks.open(alice, { type: 'work' })).rejects.toMatchObject(code('AUDIT_UNAVAILABLE'));
    recordFails = false;
    diskFails = true;
    await expect(tasks.open(alice, { type: 'work' })).rejects.toMatchObject(code('STATE_UNAVAILABLE'));
    diskFails = false;
    expect(tasks.list()).toEqual([]);
    // What the audit log was told before it was written, it is told to be void.
    expect(recorded.map(({ event }) => event)).toEqual(['opened', 'revoked']);
    expect((await restarted(tasks)).list()).toEqual([]);
  });
});

describe('a task credential', () => {
  it('is kept only as a keyed hash, in files for their owner alone', async () => {
    const tasks = await open();
    const { credential } = await tasks.open(alice, { type: 'work' });
    await tasks.stop();
    const secret = credential.slice(22, 65);
    for (const file of [path, `${path}.pepper`]) {
      expect(readFileSync(file, 'utf8')).not.toContain(secret);
      if (process.platform !== 'win32') expect(statSync(file).mode & 0o777).toBe(0o600);
    }
  });

  it('of another task, changed, or made up is refused', async () => {
    const tasks = await open();
    const one = await tasks.open(alice, { type: 'work' });
    const other = await tasks.open(eve, { type: 'work' });
    expect(refusalOf(tasks, one.credential.replace(one.task.id, other.task.id))).toBe('malformed');
    expect(refusalOf(tasks, `${one.credential}x`)).toBe('malformed');
    expect(refusalOf(tasks, '')).toBe('malformed');
    const elsewhere = await open({ path: join(folder, 'other.journal') });
    const { credential } = await elsewhere.open(alice, { type: 'work' });
    expect(refusalOf(tasks, credential)).toBe('unknown');
  });

  it('survives a restart, and counts no more after the end of the task, also after a restart', async () => {
    const tasks = await open();
    const [one, other] = [await tasks.open(alice, { type: 'work' }), await tasks.open(alice, { type: 'work' })];
    await tasks.close(other.task.id, 'closed', operator);
    expect(refusalOf(tasks, other.credential)).toBe('revoked');
    const again = await restarted(tasks);
    expect(callerBy(again, one.credential).task).toBe(one.task.id);
    expect(refusalOf(again, other.credential)).toBe('revoked');
    clock.advance(600_000);
    expect(refusalOf(again, one.credential)).toBe('expired');
  });

  it('is worth nothing with another pepper', async () => {
    const tasks = await open();
    const { credential } = await tasks.open(alice, { type: 'work' });
    await tasks.stop();
    rmSync(`${path}.pepper`);
    expect(refusalOf(await open(), credential)).toBe('unknown');
  });

  it('is for no more of the gateway than the credential that opened it, and ends with it', async () => {
    let counts = true;
    const openerCounts = ({ credential }: { credential: string }): boolean => counts || credential !== 'alice';
    const tasks = await open({ openerCounts });
    const { credential } = await tasks.open({ ...alice, parts: ['/mcp/files'] }, { type: 'work' });
    const child = await tasks.open(callerBy(tasks, credential), { type: 'work' });
    expect(callerBy(tasks, child.credential).parts).toEqual(['/mcp/files']);
    counts = false;
    expect(refusalOf(tasks, credential)).toBe('opener');
    expect(refusalOf(tasks, child.credential)).toBe('opener');
    expect(refusalOf(await restarted(tasks, { openerCounts }), credential)).toBe('opener');
  });
});

describe('a part of a task', () => {
  it('is all that a task credential can open', async () => {
    const tasks = await open();
    const one = await tasks.open(alice, { type: 'work' });
    const other = await tasks.open(alice, { type: 'work' });
    const caller = callerBy(tasks, one.credential);
    expect((await tasks.open(caller, { type: 'work' })).task.parent).toBe(one.task.id);
    await expect(tasks.open(caller, { type: 'work', parent: other.task.id })).rejects.toMatchObject(
      code('TASK_REFUSED'),
    );
    await expect(tasks.open(eve, { type: 'work', parent: one.task.id })).rejects.toMatchObject(code('TASK_REFUSED'));
    const promoted = { ...alice, role: 'guest' };
    await expect(tasks.open(promoted, { type: 'work', parent: one.task.id })).rejects.toMatchObject(
      code('TASK_REFUSED'),
    );
  });

  it('is decided by the whole chain, and charges all of it', async () => {
    types = [
      typeOf('work', { grants: [{ tool: 'files/read', uses: 3 }] }),
      typeOf('wide', { grants: [{ tool: '*' }] }),
    ];
    const tasks = await open();
    const parent = await tasks.open(alice, { type: 'work' });
    const child = await tasks.open(callerBy(tasks, parent.credential), { type: 'wide' });
    expect(decide(tasks, child.task, call('mail/send')).outcome).toBe('deny');
    for (const expected of ['allow', 'allow', 'allow', 'deny']) expect(await use(tasks, child.task)).toBe(expected);
    expect(await use(tasks, parent.task)).toBe('deny');
  });

  it('cannot call its own words the request of the user', async () => {
    const integrity = { to: ['user'] } as const;
    types = [typeOf('work', { grants: [{ tool: 'mail/send', integrity, args: { to: {} } }] })];
    const tasks = await open();
    const parent = await tasks.open(alice, { type: 'work', request: 'write to bob' });
    const child = await tasks.open(callerBy(tasks, parent.credential), { type: 'work', request: 'to mallory and bob' });
    expect(decide(tasks, child.task, call('mail/send', { to: 'mallory' })).outcome).toBe('deny');
    expect(decide(tasks, child.task, call('mail/send', { to: 'bob' })).outcome).toBe('allow');
  });

  it('ends with the task above, however deep, and in a restart too', async () => {
    const tasks = await open();
    const top = await tasks.open(alice, { type: 'work' });
    const middle = await tasks.open(callerBy(tasks, top.credential), { type: 'work' });
    const low = await tasks.open(callerBy(tasks, middle.credential), { type: 'work' });
    const ids = [top, middle, low].map(({ task }) => task.id);
    expect(await tasks.close(top.task.id, 'revoked', operator)).toEqual(ids);
    expect(ended).toEqual(ids);
    expect(recorded.filter(({ event }) => event === 'revoked').map(({ task, cause }) => [task, cause.by])).toEqual([
      [ids[0], 'key:operator'],
      [ids[1], 'gateway'],
      [ids[2], 'gateway'],
    ]);
    const again = await restarted(tasks);
    for (const { credential } of [top, middle, low]) expect(refusalOf(again, credential)).toBe('revoked');
  });

  it('is not opened when the task above ends meanwhile', async () => {
    const tasks = await open();
    const top = await tasks.open(alice, { type: 'work' });
    const caller = callerBy(tasks, top.credential);
    const gate = Promise.withResolvers<void>();
    recordWaits = gate.promise;
    const opening = tasks.open(caller, { type: 'work' });
    const closing = tasks.close(top.task.id, 'closed', operator);
    gate.resolve();
    await expect(opening).rejects.toMatchObject(code('TASK_REFUSED'));
    await closing;
    expect(tasks.list().filter(({ status }) => status === 'open')).toEqual([]);
  });

  it('goes no deeper than the bound', async () => {
    const tasks = await open({ limits: { maxDepth: 3 } });
    let { credential } = await tasks.open(alice, { type: 'work' });
    for (let depth = 2; depth <= 3; depth += 1) {
      ({ credential } = await tasks.open(callerBy(tasks, credential), { type: 'work' }));
    }
    const deepest = callerBy(tasks, credential);
    await expect(tasks.open(deepest, { type: 'work' })).rejects.toMatchObject(code('TASK_REFUSED'));
  });
});

describe('budgets', () => {
  it('are shared by all calls of a task, and survive a restart and a compaction', async () => {
    const tasks = await open();
    const { task } = await tasks.open(alice, { type: 'work' });
    expect(await use(tasks, task)).toBe('allow');
    const again = await restarted(tasks);
    expect(await use(again, task)).toBe('allow');
    // An ended task makes the file be written anew when the gateway stops.
    const other = await again.open(alice, { type: 'work' });
    await again.close(other.task.id, 'closed', operator);
    const third = await restarted(again);
    expect(await use(third, task)).toBe('allow');
    expect(await use(third, task)).toBe('deny');
  });

  it('are not overdrawn by calls that were decided at the same time', async () => {
    const tasks = await open();
    const { task } = await tasks.open(alice, { type: 'work' });
    const decisions = Array.from({ length: 5 }, () => decide(tasks, task, call('files/read')));
    const charged = await Promise.allSettled(
      decisions.map((decision) => tasks.charge(task, decision.outcome === 'allow' ? decision.charges : [])),
    );
    expect(charged.filter(({ status }) => status === 'fulfilled')).toHaveLength(3);
    expect(charged.find(({ status }) => status === 'rejected')).toMatchObject({ reason: code('CALL_DENIED') });
  });

  it('stay charged where that cannot be written, and the call is refused', async () => {
    const tasks = await open();
    const { task } = await tasks.open(alice, { type: 'work' });
    diskFails = true;
    for (let n = 0; n < 3; n += 1) await expect(use(tasks, task)).rejects.toMatchObject(code('STATE_UNAVAILABLE'));
    diskFails = false;
    expect(await use(tasks, task)).toBe('deny');
  });

  it('of a task that ended between decision and call are not charged', async () => {
    const tasks = await open();
    const { task } = await tasks.open(alice, { type: 'work' });
    const decision = decide(tasks, task, call('files/read'));
    await tasks.close(task.id, 'closed', operator);
    const charges = decision.outcome === 'allow' ? decision.charges : [];
    await expect(tasks.charge(task, charges)).rejects.toMatchObject(code('TASK_OVER'));
  });
});

describe('changing a task', () => {
  const fewer = (task: Task): TaskGrant[] => task.grants.filter(({ tool }) => tool === 'files/read');

  it('puts narrower grants in force at once, with before and after as separate values', async () => {
    const tasks = await open();
    const { task } = await tasks.open(alice, { type: 'work' });
    const changing = tasks.change(task.id, fewer(task), operator);
    expect(decide(tasks, task, call('mail/send')).outcome).toBe('deny');
    expect(await changing).toMatchObject({ outcome: 'narrowed', task: { epoch: 2 } });
    const [, entry] = recorded;
    expect(entry).toMatchObject({
      event: 'narrowed',
      epoch: 2,
      cause: operator,
      before: task.grants,
      after: fewer(task),
    });
    expect(changed).toEqual([task.id]);
    const again = await restarted(tasks);
    expect(again.find(task.id)).toMatchObject({ epoch: 2, grants: fewer(task) });
  });

  it('asks for wider grants, and for what is not known to be narrower', async () => {
    const tasks = await open();
    const { task } = await tasks.open(alice, { type: 'work' });
    const renamed = task.grants.map((grant) => ({ ...grant, id: `${grant.id}-new` }));
    const wider = task.grants.map(({ uses: _uses, ...grant }) => grant);
    for (const grants of [renamed, wider]) {
      expect(await tasks.change(task.id, grants, operator)).toMatchObject({ outcome: 'asks' });
    }
    expect(asked).toEqual([renamed, wider]);
    expect(tasks.find(task.id)?.epoch).toBe(1);
    const nonsense = [{ id: 'x', tool: 'nothing', effects: ['fly'] }] as unknown as TaskGrant[];
    await expect(tasks.change(task.id, nonsense, operator)).rejects.toMatchObject(code('PARAMS_INVALID'));
  });

  it('narrows even when that can be neither recorded nor written, says so, and writes it later', async () => {
    const tasks = await open();
    const { task } = await tasks.open(alice, { type: 'work' });
    recordFails = true;
    diskFails = true;
    await expect(tasks.change(task.id, fewer(task), operator)).rejects.toBeInstanceOf(MerlonError);
    expect(decide(tasks, task, call('mail/send')).outcome).toBe('deny');
    diskFails = false;
    recordFails = false;
    clock.advance(1_000);
    const again = await restarted(tasks);
    expect(again.find(task.id)?.grants).toEqual(fewer(task));
  });

  it('widens only after it is recorded, and not when the task changed since it was asked for', async () => {
    const tasks = await open();
    const { task } = await tasks.open(alice, { type: 'work' });
    await tasks.change(task.id, fewer(task), operator);
    await expect(tasks.widen(task.id, task.grants, operator, 1)).rejects.toMatchObject(code('TASK_REFUSED'));
    recordFails = true;
    await expect(tasks.widen(task.id, task.grants, operator, 2)).rejects.toMatchObject(code('AUDIT_UNAVAILABLE'));
    expect(decide(tasks, task, call('mail/send')).outcome).toBe('deny');
    recordFails = false;
    expect(await tasks.widen(task.id, task.grants, operator, 2)).toMatchObject({ epoch: 3, grants: task.grants });
    expect(decide(tasks, task, call('mail/send')).outcome).toBe('allow');
    expect((await restarted(tasks)).find(task.id)).toMatchObject({ epoch: 3, grants: task.grants });
  });

  it('does not widen over a narrowing that came while it was being recorded', async () => {
    const tasks = await open();
    const { task } = await tasks.open(alice, { type: 'work' });
    const gate = Promise.withResolvers<void>();
    recordWaits = gate.promise;
    const widening = tasks.widen(task.id, [...task.grants, { ...(task.grants[0] as TaskGrant), id: 'more' }], operator);
    const narrowing = tasks.change(task.id, fewer(task), operator);
    gate.resolve();
    await expect(widening).rejects.toMatchObject(code('TASK_REFUSED'));
    await narrowing;
    expect(tasks.find(task.id)?.grants).toEqual(fewer(task));
  });

  it('is over with the task', async () => {
    const tasks = await open();
    const { task } = await tasks.open(alice, { type: 'work' });
    await tasks.close(task.id, 'closed', operator);
    await expect(tasks.change(task.id, [], operator)).rejects.toMatchObject(code('TASK_OVER'));
    await expect(tasks.widen(task.id, [], operator)).rejects.toMatchObject(code('TASK_OVER'));
    await expect(tasks.change('nobody', [], operator)).rejects.toMatchObject(code('TASK_UNKNOWN'));
  });
});

describe('the end of a task', () => {
  it('is in force before anything is written, and stays so when nothing can be', async () => {
    const tasks = await open();
    const { task, credential } = await tasks.open(alice, { type: 'work' });
    recordFails = true;
    diskFails = true;
    const closing = tasks.close(task.id, 'revoked', operator);
    expect(ended).toEqual([task.id]);
    expect(refusalOf(tasks, credential)).toBe('revoked');
    expect(decide(tasks, task, call('files/read')).outcome).toBe('deny');
    await expect(closing).rejects.toBeInstanceOf(MerlonError);
    expect(refusalOf(tasks, credential)).toBe('revoked');
    diskFails = false;
    clock.advance(1_000);
    expect(refusalOf(await restarted(tasks), credential)).toBe('revoked');
  });

  it('comes by itself when its time is over, and is recorded once', async () => {
    const tasks = await open();
    const { task } = await tasks.open(alice, { type: 'work' });
    clock.advance(601_000);
    await tasks.stop();
    expect(ended).toEqual([task.id]);
    expect(recorded.map(({ event, cause }) => [event, cause.by])).toEqual([
      ['opened', 'key:alice'],
      ['expired', 'gateway'],
    ]);
  });

  it('is noticed at use, before any timer', async () => {
    const tasks = await open({ clock: { ...clock, every: () => () => undefined } });
    const { task, credential } = await tasks.open(alice, { type: 'work' });
    clock.advance(600_000);
    expect(refusalOf(tasks, credential)).toBe('expired');
    expect(decide(tasks, task, call('files/read')).outcome).toBe('deny');
    await expect(tasks.charge(task, [])).rejects.toMatchObject(code('TASK_OVER'));
    expect(tasks.shows(task, 'files/read', read)).toBe(false);
  });

  it('takes the request of the user out of the file', async () => {
    const tasks = await open();
    const { task } = await tasks.open(alice, { type: 'work', request: 'my private matter' });
    expect(readFileSync(path, 'utf8')).toContain('my private matter');
    await tasks.close(task.id, 'closed', operator);
    await tasks.stop();
    expect(readFileSync(path, 'utf8')).not.toContain('my private matter');
  });

  it('is remembered for a day, then forgotten', async () => {
    const tasks = await open();
    const { task, credential } = await tasks.open(alice, { type: 'work' });
    expect(await tasks.close(task.id, 'closed', operator)).toEqual([task.id]);
    expect(await tasks.close(task.id, 'closed', operator)).toEqual([]);
    expect(tasks.find(task.id)?.status).toBe('closed');
    clock.advance(86_400_000 + 1_000);
    expect(tasks.find(task.id)).toBeUndefined();
    expect(refusalOf(tasks, credential)).toBe('unknown');
    await expect(tasks.close(task.id, 'closed', operator)).rejects.toMatchObject(code('TASK_UNKNOWN'));
  });

  it('is forgotten sooner when there are too many, the oldest first', async () => {
    const tasks = await open({ limits: { maxEnded: 2 } });
    const parent = await tasks.open(alice, { type: 'work' });
    const ids: string[] = [];
    for (let n = 0; n < 4; n += 1) {
      const { task } = await tasks.open(callerBy(tasks, parent.credential), { type: 'work' });
      await tasks.close(task.id, 'closed', operator);
      ids.push(task.id);
    }
    clock.advance(1_000);
    expect(ids.map((id) => tasks.find(id)?.status)).toEqual([undefined, undefined, 'closed', 'closed']);
    expect(tasks.find(parent.task.id)?.status).toBe('open');
  });
});

describe('a clock that is set', () => {
  it('back does not lengthen a life, neither while running nor over a restart', async () => {
    let offset = 0;
    const own = { ...clock, now: () => clock.now() + offset };
    const tasks = await open({ clock: own });
    const { task, credential } = await tasks.open(alice, { type: 'work' });
    offset = -3_600_000;
    clock.advance(601_000);
    expect(refusalOf(tasks, credential)).toBe('expired');
    expect(tasks.find(task.id)?.status).toBe('expired');
    const again = await restarted(tasks, { clock: own });
    expect(again.find(task.id)?.status).toBe('expired');
  });

  it('forward ends tasks, and back again does not bring them back', async () => {
    let offset = 0;
    const own = { ...clock, now: () => clock.now() + offset };
    const tasks = await open({ clock: own });
    const { credential } = await tasks.open(alice, { type: 'work' });
    offset = 3_600_000;
    expect(refusalOf(tasks, credential)).toBe('expired');
    offset = 0;
    expect(refusalOf(tasks, credential)).toBe('expired');
  });

  it('far ahead for a while leaves no task that lives for years', async () => {
    let offset = 100 * 86_400_000;
    const own = { ...clock, now: () => clock.now() + offset };
    const tasks = await open({ clock: own });
    const { credential } = await tasks.open(alice, { type: 'work' });
    await tasks.stop();
    offset = 0;
    const again = await open({ clock: own });
    expect(refusalOf(again, credential)).toBe('expired');
    const fresh = await again.open({ ...alice, expiresAt: own.now() + 60_000 }, { type: 'work' });
    expect(fresh.task.expiresAt).toBe(own.now() + 60_000);
  });
});

describe("a role's default task", () => {
  beforeEach(() => {
    byDefault = true;
  });

  async function standing(tasks: Tasks, who = alice): Promise<Task> {
    const task = await tasks.of(who);
    if (task === undefined) throw new Error('there is no task');
    return task;
  }

  it('is one for each principal, opened on first use, however many ask at once and over a restart', async () => {
    const tasks = await open();
    const [one, same] = await Promise.all([standing(tasks), standing(tasks)]);
    expect(same.id).toBe(one.id);
    expect((await standing(tasks, eve)).id).not.toBe(one.id);
    expect(recorded.filter(({ event }) => event === 'opened')).toHaveLength(2);
    const again = await restarted(tasks);
    expect((await standing(again)).id).toBe(one.id);
  });

  it('does not get its budgets back by a restart, or by being closed', async () => {
    const tasks = await open();
    const task = await standing(tasks);
    for (let n = 0; n < 3; n += 1) await use(tasks, task);
    const again = await restarted(tasks);
    expect(await use(again, await standing(again))).toBe('deny');
    await again.close(task.id, 'closed', operator);
    await expect(again.of(alice)).rejects.toMatchObject(code('TASK_OVER'));
    const third = await restarted(again);
    await expect(third.of(alice)).rejects.toMatchObject(code('TASK_OVER'));
  });

  it('is renewed when its time is over: what was used within a span counts on, the rest begins anew', async () => {
    const rate = { kind: 'count', max: 2, perSeconds: 86_400 * 3 } as const;
    types = [
      typeOf('work', {
        grants: [
          { tool: 'files/read', uses: 3 },
          { tool: 'mail/send', budgets: [rate] },
        ],
      }),
    ];
    const tasks = await open();
    const task = await standing(tasks);
    for (const tool of ['files/read', 'files/read', 'files/read', 'mail/send', 'mail/send']) {
      expect(await use(tasks, task, call(tool))).toBe('allow');
    }
    // Longer than an ended task is remembered.
    clock.advance(2 * 86_400_000);
    const again = await restarted(tasks);
    const next = await standing(again);
    expect(next.id).not.toBe(task.id);
    expect(await use(again, next)).toBe('allow');
    expect(await use(again, next, call('mail/send'))).toBe('deny');
    clock.advance(86_400_000);
    expect(await use(again, await standing(again), call('mail/send'))).toBe('allow');
  });

  it('is none for a role without one, and never what a task credential is under', async () => {
    types = [typeOf('work', { roles: ['other'] })];
    const tasks = await open();
    expect(await tasks.of(alice)).toBeUndefined();
    expect(await tasks.of({ ...alice, role: undefined })).toBeUndefined();
    await expect(tasks.of({ ...alice, method: 'task', task: 'gone' })).rejects.toMatchObject(code('TASK_UNKNOWN'));
  });

  it('gets tools that become known, and none for a tool that is defined anew', async () => {
    types = [typeOf('work', { grants: [{ tool: '*' }] })];
    profiles = [read];
    const tasks = await open();
    const task = await standing(tasks);
    profiles = [{ ...read, hash: 'another', effects: ['read', 'egress'] }, send];
    await tasks.refresh();
    const now = await standing(tasks);
    expect(now.id).toBe(task.id);
    expect(now.grants.map(({ tool, effects }) => [tool, effects])).toEqual([
      ['files/read', ['read']],
      ['mail/send', ['egress']],
    ]);
    expect(recorded.at(-1)).toMatchObject({ event: 'widened', cause: { by: 'gateway' }, epoch: 2 });
  });

  it('follows the configuration with its budgets, also over a restart', async () => {
    const tasks = await open();
    for (let n = 0; n < 3; n += 1) await use(tasks, await standing(tasks));
    types = [typeOf('work', { grants: [{ tool: 'files/read', uses: 3 }] })];
    const again = await restarted(tasks);
    const task = await standing(again);
    expect(task.grants.map(({ tool }) => tool)).toEqual(['files/read']);
    expect(await use(again, task)).toBe('deny');
  });

  it('is brought up to date once, however often that is asked for at the same time', async () => {
    types = [typeOf('work', { grants: [{ tool: '*' }] })];
    profiles = [read];
    const tasks = await open();
    await standing(tasks);
    profiles = [read, send];
    await Promise.all([tasks.refresh(), tasks.refresh(), tasks.refresh()]);
    expect((await standing(tasks)).epoch).toBe(2);
    expect(recorded.map(({ event }) => event)).toEqual(['opened', 'widened']);
  });

  it('follows a new configuration also when somebody narrows it at that moment', async () => {
    const tasks = await open();
    const task = await standing(tasks);
    const gate = Promise.withResolvers<void>();
    recordWaits = gate.promise;
    types = [typeOf('work', { grants: [{ tool: 'mail/send' }] })];
    const refreshing = tasks.refresh();
    await Promise.resolve();
    const narrowing = tasks.change(task.id, [], operator);
    gate.resolve();
    await Promise.all([refreshing, narrowing]);
    expect(tasks.find(task.id)).toMatchObject({ status: 'revoked', grants: [] });
  });

  it('that was closed stays closed for its time, however many tasks have ended since', async () => {
    const tasks = await open({ limits: { maxEnded: 0 } });
    const task = await standing(tasks);
    await tasks.close(task.id, 'revoked', operator);
    clock.advance(10_000);
    await expect(tasks.of(alice)).rejects.toMatchObject(code('TASK_OVER'));
    clock.advance(600_000);
    expect((await standing(tasks)).id).not.toBe(task.id);
  });

  it('that somebody narrowed stays narrow', async () => {
    const tasks = await open();
    const task = await standing(tasks);
    await tasks.change(task.id, [], operator);
    await tasks.refresh();
    expect((await standing(tasks)).grants).toEqual([]);
    expect((await standing(await restarted(tasks))).grants).toEqual([]);
  });

  it('is refused, not unbounded, when there are too many', async () => {
    const tasks = await open({ limits: { maxTasks: 2 } });
    await standing(tasks);
    await standing(tasks, eve);
    await expect(tasks.of(callerOf('anonymous@::1'))).rejects.toMatchObject(code('TASK_REFUSED'));
  });
});

describe('a configuration that changes', () => {
  it.each<[string, () => readonly TaskType[]]>([
    ['is gone', () => []],
    ['is not for the role any more', () => [typeOf('work', { roles: ['other'] })]],
    ['gives something else', () => [typeOf('work')]],
  ])('revokes the tasks of a type that %s', async (_, next) => {
    const tasks = await open();
    const { credential } = await tasks.open(alice, { type: 'work' });
    types = next();
    await tasks.refresh();
    expect(refusalOf(tasks, credential)).toBe('revoked');
  });

  it('revokes them also when it changed while the gateway was stopped', async () => {
    const tasks = await open();
    const { credential } = await tasks.open(alice, { type: 'work' });
    types = [typeOf('work')];
    expect(refusalOf(await restarted(tasks), credential)).toBe('revoked');
  });
});

describe('what a task has seen', () => {
  const integrity = { to: ['user', 'trusted', 'unknown'] } as const;
  const mail = (to: string): ToolCall => call('mail/send', { to });
  beforeEach(() => {
    const grants = [{ tool: 'files/read' }, { tool: 'mail/send', integrity, args: { to: {} } }];
    types = [typeOf('work', { grants })];
  });

  it('counts for the whole chain, and what the task above has seen counts for its parts', async () => {
    const tasks = await open();
    const top = await tasks.open(alice, { type: 'work', request: 'to bob' });
    const child = await tasks.open(callerBy(tasks, top.credential), { type: 'work', request: 'to bob' });
    await tasks.learn(child.task, read, {}, { text: 'mallory' });
    expect(tasks.exposed(top.task)).toBe(true);
    expect(decide(tasks, top.task, mail('mallory')).outcome).toBe('deny');
    expect(decide(tasks, top.task, mail('bob')).outcome).toBe('allow');
    const late = await tasks.open(callerBy(tasks, top.credential), { type: 'work' });
    expect(tasks.exposed(late.task)).toBe(true);
  });

  it("is not undone by a restart: what was not the user's may then have been anybody's", async () => {
    const tasks = await open();
    const { task } = await tasks.open(alice, { type: 'work', request: 'to bob' });
    await tasks.learn(task, read, {}, { text: 'mallory' });
    const again = await restarted(tasks);
    expect(again.exposed(task)).toBe(true);
    expect(decide(again, task, mail('mallory')).outcome).toBe('deny');
    expect(decide(again, task, mail('bob')).outcome).toBe('allow');
  });

  it('is bounded: the task that was used least recently is as exposed, with nothing known', async () => {
    const tasks = await open({ limits: { maxMemories: 1 } });
    const one = await tasks.open(alice, { type: 'work', request: 'to bob' });
    const other = await tasks.open(alice, { type: 'work' });
    await tasks.learn(one.task, send, {}, { text: 'carol' });
    expect(decide(tasks, one.task, mail('carol')).outcome).toBe('allow');
    await tasks.learn(other.task, send, {}, { text: 'dave' });
    expect(tasks.exposed(one.task)).toBe(true);
    expect(decide(tasks, one.task, mail('carol')).outcome).toBe('deny');
    expect(decide(tasks, one.task, mail('bob')).outcome).toBe('allow');
  });

  it('of a trusted tool exposes nobody', async () => {
    const tasks = await open();
    const { task } = await tasks.open(alice, { type: 'work' });
    await tasks.learn(task, send, {}, { text: 'carol' });
    expect(tasks.exposed(task)).toBe(false);
  });

  it('counts at once where it cannot be written, and is written later', async () => {
    const tasks = await open();
    const { task } = await tasks.open(alice, { type: 'work' });
    diskFails = true;
    await expect(tasks.learn(task, read, {}, { text: 'x' })).rejects.toMatchObject(code('STATE_UNAVAILABLE'));
    expect(tasks.exposed(task)).toBe(true);
    diskFails = false;
    clock.advance(1_000);
    expect((await restarted(tasks)).exposed(task)).toBe(true);
  });
});

describe('the journal of tasks', () => {
  it('is written by one gateway at a time', async () => {
    await open();
    await expect(open()).rejects.toMatchObject(code('STATE_IN_USE'));
  });

  it('loses a torn last line and nothing else, and is refused when it is damaged', async () => {
    const tasks = await open();
    const { task } = await tasks.open(alice, { type: 'work' });
    await tasks.stop();
    const whole = readFileSync(path, 'utf8');
    appendFileSync(path, '{"crc":"0123');
    const again = await open();
    expect(again.find(task.id)?.status).toBe('open');
    await again.stop();
    writeFileSync(path, whole.replace('key:alice', 'key:admin'));
    await expect(open()).rejects.toMatchObject(code('STATE_DAMAGED'));
    expect(readFileSync(path, 'utf8')).toContain('key:admin');
  });
});
