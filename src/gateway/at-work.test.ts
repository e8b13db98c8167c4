import { PassThrough } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { createAtWork } from './at-work.ts';
import { createLineWriter } from './line-writer.ts';
import { StdioReply } from './reply-stdio.ts';

const writer = createLineWriter(new PassThrough().resume(), () => {});
const reply = (): StdioReply => new StdioReply(writer);
const ask = (id: number | string, method = 'tools/call') => ({ jsonrpc: '2.0' as const, id, method });

describe('what is worked on', () => {
  it('is found by its id until it leaves, and 1 is not "1"', () => {
    const atWork = createAtWork();
    const [one, other] = [reply(), reply()];
    const entered = atWork.enter(ask(1), one, 10);
    atWork.enter(ask('1'), other, 10);
    expect([atWork.find(1) === one, atWork.find('1') === other]).toEqual([true, true]);
    entered.leave();
    expect(atWork.find(1)).toBeUndefined();
  });

  it('keeps its id when a twin comes and goes', () => {
    const atWork = createAtWork();
    const first = reply();
    atWork.enter(ask(1), first, 10);
    const twin = atWork.enter(ask(1), reply(), 10);
    expect(twin.refusal?.code).toBe('RPC_INVALID');
    twin.leave();
    expect(atWork.find(1)).toBe(first);
  });

  it('is bounded in number and in size, one message excepted', () => {
    const atWork = createAtWork({ messages: 3, characters: 100 });
    const large = atWork.enter(ask(1), reply(), 1_000);
    expect(large.refusal).toBeUndefined();
    expect(atWork.enter(ask(2), reply(), 1).refusal?.code).toBe('RATE_LIMITED');
    large.leave();
    expect(atWork.enter(ask(3), reply(), 50).refusal).toBeUndefined();
    expect(atWork.enter(undefined, reply(), 50).refusal?.code).toBe('RATE_LIMITED');
  });

  it('is waited for, refused ones too', async () => {
    const atWork = createAtWork({ messages: 1 });
    const entered = [atWork.enter(ask(1), reply(), 1), atWork.enter(undefined, reply(), 1)];
    let isIdle = false;
    const idle = atWork.idle().then(() => (isIdle = true));
    entered[0]?.leave();
    await Promise.resolve();
    expect(isIdle).toBe(false);
    entered[1]?.leave();
    expect(await idle).toBe(true);
    await createAtWork().idle();
  });

  it('can be ended by its method: whoever waited waits no more', () => {
    const atWork = createAtWork();
    const [listening, calling] = [reply(), reply()];
    atWork.enter(ask(1, 'subscriptions/listen'), listening, 1);
    atWork.enter(ask(2), calling, 1);
    atWork.end('subscriptions/listen');
    expect([listening.gone, calling.gone]).toEqual([true, false]);
    atWork.end();
    expect(calling.gone).toBe(true);
  });
});
