import { beforeEach, describe, expect, it } from 'vitest';
import { codeOf } from '../../test/error-of.ts';
import { type FakeClock, fakeClock } from '../kernel/clock.ts';
import { createTaskOwners, type TaskOwners } from './task-owners.ts';

let clock: FakeClock;
let owners: TaskOwners;

beforeEach(() => {
  clock = fakeClock();
  owners = createTaskOwners({ clock });
});

const get = (taskId: string) => ({ jsonrpc: '2.0', id: 1, method: 'tasks/get', params: { taskId } }) as const;
const asks = (who: string, taskId: string, upstream = 'up'): string =>
  codeOf(() => owners.check(upstream, who, get(taskId)));

describe('a task', () => {
  it('is nobody else’s, however it was given (TASK-52)', () => {
    owners.learn('up', 'alice', 'tools/call', { resultType: 'task', taskId: 'new', ttlMs: 60_000 });
    owners.learn('up', 'alice', 'tools/call', { task: { taskId: 'old', ttl: 60_000 } });
    for (const id of ['new', 'old']) {
      expect(asks('alice', id)).toBe('none');
      expect(asks('mallory', id)).toBe('PARAMS_INVALID');
      expect(asks('mallory', id, 'other')).toBe('none');
    }
  });

  it('cannot be taken over by an upstream that gives it to somebody else too', () => {
    owners.learn('up', 'alice', 'tools/call', { resultType: 'task', taskId: 'x' });
    owners.learn('up', 'mallory', 'tools/call', { resultType: 'task', taskId: 'x' });
    expect([asks('alice', 'x'), asks('mallory', 'x')]).toEqual(['none', 'PARAMS_INVALID']);
  });

  it('stands in no list of another caller', () => {
    owners.learn('up', 'alice', 'tools/call', { task: { taskId: 'a' } });
    owners.learn('up', 'bob', 'tools/call', { task: { taskId: 'b' } });
    const list = { tasks: [{ taskId: 'a' }, { taskId: 'b' }, { taskId: 7 }, 'x'], nextCursor: 'c' };
    expect(owners.learn('up', 'bob', 'tasks/list', list)).toEqual({ tasks: [{ taskId: 'b' }], nextCursor: 'c' });
  });

  it('is forgotten after its time, and after a day at the latest', () => {
    owners.learn('up', 'alice', 'tools/call', { resultType: 'task', taskId: 'short', ttlMs: 1_000 });
    owners.learn('up', 'alice', 'tools/call', { resultType: 'task', taskId: 'long', ttlMs: 1e15 });
    clock.advance(1_001);
    expect([asks('mallory', 'short'), asks('mallory', 'long')]).toEqual(['none', 'PARAMS_INVALID']);
    clock.advance(86_400_000);
    expect(asks('mallory', 'long')).toBe('none');
  });

  it('is not made by what only looks like one', () => {
    owners.learn('up', 'alice', 'tools/call', { resultType: 'complete', taskId: 'x' });
    owners.learn('up', 'alice', 'prompts/get', { resultType: 'task', taskId: 'x' });
    owners.learn('up', 'alice', 'tools/call', { resultType: 'task', taskId: 7 });
    expect(asks('bob', 'x')).toBe('none');
  });
});
