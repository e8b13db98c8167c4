import { describe, expect, it } from 'vitest';
import { MerlonError } from '../kernel/errors.ts';
import type { JsonObject, Request } from '../kernel/jsonrpc.ts';
import { type ChannelEvents, type Hub, openHub } from './hub.ts';
import type { Announcement, Link } from './link.ts';

function open(shared: boolean) {
  const sent: { id?: number; method?: string; params?: JsonObject; error?: object }[] = [];
  let events: ChannelEvents | undefined;
  let reads = true;
  const hub: Hub = openHub(
    'up',
    (given) => {
      events = given;
      return {
        send(json) {
          if (reads) sent.push(JSON.parse(json));
          return reads;
        },
        close: () => Promise.resolve(),
      };
    },
    shared,
  );
  const say = (message: object): void => events?.message(JSON.stringify({ jsonrpc: '2.0', ...message }));
  const attach = () => {
    const announced: Announcement[] = [];
    const closed: string[] = [];
    const link: Link = hub.attach({
      announce: (message) => announced.push(message),
      closed: (cause) => closed.push(cause),
    });
    return { link, announced, closed };
  };
  return {
    hub,
    sent,
    say,
    attach,
    raw: (text: string) => events?.message(text),
    end: () => events?.closed('gone'),
    stall: () => (reads = false),
  };
}

const request = (id: number | string, params: JsonObject = {}): Request => ({
  jsonrpc: '2.0',
  id,
  method: 'tools/call',
  params,
});
const ignore = (): void => undefined;

describe('a hub', () => {
  it('keeps the replies of callers that share it and use the same ids apart', async () => {
    const { sent, say, attach } = open(true);
    const [one, other] = [attach(), attach()];
    const replies = [one.link.request(request(1), ignore).reply, other.link.request(request(1), ignore).reply];
    say({ id: sent[1]?.id, result: { of: 'other' } });
    say({ id: sent[0]?.id, result: { of: 'one' } });
    expect(await Promise.all(replies)).toEqual([
      { jsonrpc: '2.0', id: 1, result: { of: 'one' } },
      { jsonrpc: '2.0', id: 1, result: { of: 'other' } },
    ]);
  });

  it('tells progress only to the caller who asked for it, under the token that was asked for', async () => {
    const { sent, say, attach } = open(true);
    const [one, other] = [attach(), attach()];
    const heard: [string, Announcement][] = [];
    const params = { _meta: { progressToken: 'same' } };
    void one.link.request(request(1, params), (message) => heard.push(['one', message]));
    void other.link.request(request(1, params), (message) => heard.push(['other', message]));
    say({ method: 'notifications/progress', params: { progressToken: sent[1]?.id, progress: 1 } });
    say({ method: 'notifications/progress', params: { progressToken: 'forged', progress: 1 } });
    expect(heard).toEqual([
      ['other', { jsonrpc: '2.0', method: 'notifications/progress', params: { progressToken: 'same', progress: 1 } }],
    ]);
    expect([...one.announced, ...other.announced]).toEqual([]);
  });

  it('tells nobody the progress of a call that is over, whose token is a number of its own', async () => {
    const { sent, say, attach } = open(false);
    const { link, announced } = attach();
    const heard: Announcement[] = [];
    const flight = link.request(request(1, { _meta: { progressToken: 7 } }), (message) => heard.push(message));
    flight.cancel(new MerlonError('CANCELLED', 'Enough.'));
    await expect(flight.reply).rejects.toMatchObject({ code: 'CANCELLED' });
    say({ method: 'notifications/progress', params: { progressToken: sent[0]?.id, progress: 1 } });
    say({ method: 'notifications/progress', params: { progressToken: 7, progress: 1 } });
    expect([...heard, ...announced]).toEqual([]);
  });

  it('initializes a shared upstream once, and lets it ask nobody', async () => {
    const { sent, say, attach } = open(true);
    const [one, other] = [attach(), attach()];
    const initialize = (id: number): Request => ({
      jsonrpc: '2.0',
      id,
      method: 'initialize',
      params: { capabilities: { roots: {} } },
    });
    const answers = [one.link.request(initialize(5), ignore).reply, other.link.request(initialize(6), ignore).reply];
    expect(sent).toHaveLength(1);
    expect(sent[0]?.params).toMatchObject({ capabilities: {} });
    say({ id: sent[0]?.id, result: { protocolVersion: '2025-11-25' } });
    expect((await Promise.all(answers)).map(({ id }) => id)).toEqual([5, 6]);
    say({ id: 9, method: 'sampling/createMessage', params: {} });
    expect(sent.at(-1)).toMatchObject({ id: 9, error: { code: -32601 } });
    expect(one.announced).toEqual([]);
  });

  it('asks nobody by marking a question as part of something that is in flight', () => {
    const { sent, say, attach } = open(true);
    const { link, announced } = attach();
    const heard: Announcement[] = [];
    void link.request(request(1), (message) => heard.push(message));
    const _meta = { 'io.modelcontextprotocol/subscriptionId': sent[0]?.id };
    say({ id: 9, method: 'elicitation/create', params: { _meta } });
    say({ id: 10, method: 'notifications/progress', params: { progressToken: sent[0]?.id } });
    expect([heard, announced]).toEqual([[], []]);
    expect(sent.slice(1)).toMatchObject([
      { id: 9, error: { code: -32601 } },
      { id: 10, error: { code: -32601 } },
    ]);
  });

  it('outlives an upstream that asks and does not read the answers', () => {
    const { say, stall } = open(true);
    stall();
    expect(() => say({ id: 9, method: 'roots/list' })).not.toThrow();
  });

  it('lets go of callers whose shared upstream never initializes, and asks it again for the next', async () => {
    const { sent, attach } = open(true);
    const initialize = { jsonrpc: '2.0', id: 5, method: 'initialize' } as const;
    const flights = [attach(), attach()].map(({ link }) => link.request(initialize, ignore));
    const late = new MerlonError('UPSTREAM_TIMEOUT', 'late');
    for (const flight of flights) flight.cancel(late);
    for (const flight of flights) await expect(flight.reply).rejects.toBe(late);
    void attach().link.request(initialize, ignore).reply;
    expect(sent).toHaveLength(2);
  });

  it('tells of a change in a resource only those who subscribed to it', async () => {
    const { sent, say, attach } = open(true);
    const [one, other] = [attach(), attach()];
    const ask = (link: Link, method: string, uri: string) => {
      const { reply } = link.request({ jsonrpc: '2.0', id: 1, method, params: { uri } }, ignore);
      return reply;
    };
    const accept = (): void => say({ id: sent.at(-1)?.id, result: {} });
    for (const { link } of [one, other]) {
      const reply = ask(link, 'resources/subscribe', 'a://x/y');
      accept();
      await reply;
    }
    const refused = ask(other.link, 'resources/subscribe', 'a://x/z');
    say({ id: sent.at(-1)?.id, error: { code: -32002, message: 'no' } });
    await refused;
    const change = (uri: string): void => say({ method: 'notifications/resources/updated', params: { uri } });
    // A resource may change in a part of it (MCP 2025-11-25, "Subscriptions").
    for (const uri of ['a://x/y', 'a://x/y/part', 'a://x/yy', 'a://x/z']) change(uri);
    expect(one.announced.map(({ params }) => params?.['uri'])).toEqual(['a://x/y', 'a://x/y/part']);
    const before = sent.length;
    expect(await ask(one.link, 'resources/unsubscribe', 'a://x/y')).toMatchObject({ id: 1, result: {} });
    expect(sent).toHaveLength(before);
    change('a://x/y');
    expect([one.announced.length, other.announced.length]).toEqual([2, 3]);
    await other.link.close('over');
    expect(sent.at(-1)).toMatchObject({ method: 'resources/unsubscribe', params: { uri: 'a://x/y' } });
  });

  it("does not spread a shared upstream's log messages, which may hold another caller's data", () => {
    const { say, attach } = open(true);
    const { announced } = attach();
    say({ method: 'notifications/message', params: { data: 'private' } });
    say({ method: 'notifications/tools/list_changed' });
    expect(announced.map(({ method }) => method)).toEqual(['notifications/tools/list_changed']);
  });

  it('fails what is in flight when the channel ends, and everything after', async () => {
    const { hub, attach, end } = open(false);
    const { link, closed } = attach();
    const flight = link.request(request(1), ignore);
    end();
    await expect(flight.reply).rejects.toMatchObject({ code: 'UPSTREAM_UNAVAILABLE' });
    await expect(link.request(request(2), ignore).reply).rejects.toMatchObject({ code: 'UPSTREAM_UNAVAILABLE' });
    expect(closed).toEqual(['gone']);
    expect(hub.closed).toBe(true);
  });

  it('fails a call that the upstream does not read', async () => {
    const { attach, stall } = open(false);
    const { link } = attach();
    stall();
    await expect(link.request(request(1), ignore).reply).rejects.toMatchObject({ code: 'UPSTREAM_UNAVAILABLE' });
  });

  it('drops what is no JSON-RPC and replies that nobody waits for', () => {
    const { attach, raw, say } = open(false);
    const { announced } = attach();
    raw('Server listening …');
    raw('[]');
    say({ id: 99, result: {} });
    expect(announced).toEqual([]);
  });

  it('cancels under the id that the upstream knows', async () => {
    const { sent, attach } = open(false);
    const { link } = attach();
    const flight = link.request(request('mine'), ignore);
    flight.cancel(new MerlonError('CANCELLED', 'Enough.'));
    await expect(flight.reply).rejects.toMatchObject({ code: 'CANCELLED' });
    expect(sent[1]).toMatchObject({ method: 'notifications/cancelled', params: { requestId: sent[0]?.id } });
  });

  it('retires in the very moment in which the last reply is there, so that nothing is cut off', async () => {
    const { hub, sent, say, attach } = open(false);
    const { link } = attach();
    const flights = [link.request(request(1), ignore), link.request(request(2), ignore)];
    const retired = link.retire('replaced');
    say({ id: sent[0]?.id, result: {} });
    expect([link.closed, hub.closed]).toEqual([false, false]);
    say({ id: sent[1]?.id, result: {} });
    expect([link.closed, hub.closed]).toEqual([true, true]);
    expect((await Promise.all(flights.map(({ reply }) => reply))).map(({ id }) => id)).toEqual([1, 2]);
    await retired;
  });

  it('retires at once when nothing is in flight', async () => {
    const { attach } = open(false);
    const { link } = attach();
    await link.retire('replaced');
    expect(link.closed).toBe(true);
  });
});
