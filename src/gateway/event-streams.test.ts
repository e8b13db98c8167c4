import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { codeOf } from '../../test/error-of.ts';
import { type FakeClock, fakeClock } from '../kernel/clock.ts';
import type { Id } from '../kernel/jsonrpc.ts';
import type { BufferBounds } from './event-buffer.ts';
import { type EventStream, KEEP_MS, type Wire } from './event-stream.ts';
import { EventStreams, MAX_WAITING } from './event-streams.ts';
import { createSseReader, sseEvent, ssePrimer } from './sse.ts';

/** A connection that can break, with what was written to it. */
class FakeWire implements Wire {
  open = true;
  readonly written: string[] = [];
  readonly #onClose: (() => void)[] = [];

  say(json: string, id: string): void {
    this.#write(sseEvent(json, id));
  }

  prime(id: string): void {
    this.#write(ssePrimer(id));
  }

  comment(text: string): void {
    this.#write(`: ${text}\n\n`);
  }

  /** As with a real one, its end is told later: see {@link break}. */
  end(): void {
    this.open = false;
  }

  onClose(run: () => void): void {
    this.#onClose.push(run);
  }

  break(): void {
    this.open = false;
    for (const run of this.#onClose.splice(0)) run();
  }

  #write(text: string): void {
    if (this.open) this.written.push(text);
  }
}

/** A client of one stream: what it got over all its connections, and how far it knows that it is. */
class FakeClient {
  readonly messages: unknown[] = [];
  lastId: string | undefined;
  wire: FakeWire | undefined;

  /** Reads the first `count` writes of its connection, and leaves it. */
  leave(count: number): void {
    const { wire } = this;
    this.wire = undefined;
    for (const text of wire?.written.slice(0, count) ?? []) {
      const reader = createSseReader(({ data, id }) => {
        this.lastId = id ?? this.lastId;
        if (data !== '') this.messages.push(JSON.parse(data));
      });
      reader.push(Buffer.from(text));
    }
  }

  get hasUnread(): number {
    return this.wire?.written.length ?? 0;
  }
}

interface Fixture {
  readonly clock: FakeClock;
  readonly streams: EventStreams;
  /** The streams of which something was missing when a client came back. */
  readonly gaps: number[];
  /** The requests whose answers nobody waits for any more. */
  readonly abandoned: Id[];
}

function fixture(bounds?: BufferBounds): Fixture {
  const clock = fakeClock();
  const gaps: number[] = [];
  const abandoned: Id[] = [];
  const streams = new EventStreams({
    clock,
    onGap: (stream) => void gaps.push(stream),
    onAbandoned: (request) => void abandoned.push(request),
    ...(bounds === undefined ? {} : { bounds }),
  });
  streams.primes = true;
  return { clock, streams, gaps, abandoned };
}

function startCall({ streams }: Fixture, id: number) {
  const client = new FakeClient();
  const wire = new FakeWire();
  client.wire = wire;
  return { stream: streams.open(id, wire), client, wire };
}

/** Comes back for a stream as a client would. */
function comeBack({ streams }: Fixture, client: FakeClient): void {
  const { stream, after } = streams.find(client.lastId ?? '');
  if (stream.isSpent(after)) return;
  client.wire = new FakeWire();
  stream.resume(client.wire, after);
}

function readAll(client: FakeClient): unknown[] {
  client.leave(client.hasUnread);
  return client.messages;
}

const text = (stream: number, index: number, size = 0): string =>
  JSON.stringify({ stream, index, ...(size === 0 ? {} : { pad: 'x'.repeat(size) }) });

describe('a stream whose connection broke', () => {
  it('says what came meanwhile, once and in order, and goes on', () => {
    const the = fixture();
    const { stream, client } = startCall(the, 1);
    stream.push(text(1, 0));
    client.wire?.break();
    client.leave(2);
    stream.push(text(1, 1));
    comeBack(the, client);
    stream.push(text(1, 2));
    stream.finish(text(1, 3));
    expect(client.wire?.open).toBe(false);
    expect(readAll(client)).toEqual([0, 1, 2, 3].map((index) => ({ stream: 1, index })));
    expect(the.gaps).toEqual([]);
  });

  it('is nothing to come back for once its client has the answer', () => {
    const the = fixture();
    const { stream, client } = startCall(the, 1);
    stream.finish(text(1, 0));
    readAll(client);
    const { after } = the.streams.find(client.lastId ?? '');
    expect(stream.isSpent(after)).toBe(true);
    expect(stream.isSpent(after - 1)).toBe(false);
  });

  it('tells no client of an earlier version to go on from an event without data (LEG-HTTP-11)', () => {
    const the = fixture();
    the.streams.primes = false;
    const { stream, client } = startCall(the, 1);
    stream.push(text(1, 0));
    expect(client.wire?.written).toEqual([`event: message\nid: 1-2\ndata: ${text(1, 0)}\n\n`]);
  });

  it('belongs to the newest connection', () => {
    const the = fixture();
    const first = new FakeWire();
    const second = new FakeWire();
    the.streams.own.open(first);
    the.streams.own.open(second);
    expect([first.open, second.open]).toEqual([false, true]);
    the.streams.own.push(text(0, 0));
    expect(first.written.join('')).not.toContain('stream');
    expect(second.written.join('')).toContain('stream');
  });
});

describe('what is said while nobody listens', () => {
  it('waits for the first who does, also when the end of a connection has not been told yet', () => {
    const { streams } = fixture();
    const [first, second, third] = [new FakeWire(), new FakeWire(), new FakeWire()];
    streams.own.push(text(0, 0));
    streams.own.open(first);
    first.end();
    streams.own.push(text(0, 1));
    streams.own.open(second);
    second.break();
    streams.own.open(third);
    expect([first, second, third].map(({ written }) => written.filter((event) => event.includes('stream')))).toEqual([
      [`event: message\nid: 0-2\ndata: ${text(0, 0)}\n\n`],
      [`event: message\nid: 0-4\ndata: ${text(0, 1)}\n\n`],
      [],
    ]);
  });
});

describe('an id of an event', () => {
  it('is unique in its session, that of an event without data too (LEG-HTTP-25)', () => {
    const { streams, ...the } = fixture();
    const wires = [1, 2, 3, 4].map(() => new FakeWire());
    streams.own.push(text(0, 0));
    wires.forEach((wire, index) => {
      streams.own.open(wire);
      streams.own.push(text(0, index));
      // Two connections break; the other two are replaced.
      if (index % 2 === 0) wire.break();
      streams.own.push(text(0, index));
    });
    const { wire } = startCall({ streams, ...the }, 1);
    const written = [...wires, wire].flatMap((one) => one.written);
    const ids = written.flatMap((event) => /^id: (.+)$/m.exec(event)?.[1] ?? []);
    expect(ids).toHaveLength(14);
    expect(new Set(ids).size).toBe(14);
  });

  it('that was never given out opens nothing', () => {
    const the = fixture();
    const { stream } = startCall(the, 1);
    stream.push(text(1, 0));
    // Nobody ever listened to the session's own stream.
    for (const forged of ['1-3', '2-1', '0-1', '1-0', '1', '', '1-1 ', '01-1', '__proto__', 'constructor-1']) {
      expect(codeOf(() => the.streams.find(forged))).toBe('EVENT_UNKNOWN');
    }
    expect(the.streams.find('1-2')).toEqual({ stream, after: 2 });
    fc.assert(
      fc.property(fc.string(), (forged) => {
        fc.pre(forged !== '1-1' && forged !== '1-2');
        expect(codeOf(() => the.streams.find(forged))).toBe('EVENT_UNKNOWN');
      }),
    );
  });

  it('opens nothing any more once its answer has waited for a minute', () => {
    const the = fixture();
    const { stream } = startCall(the, 1);
    stream.finish(text(1, 0));
    the.clock.advance(KEEP_MS - 1);
    the.streams.sweep();
    expect(the.streams.find('1-1').stream).toBe(stream);
    the.clock.advance(1);
    the.streams.sweep();
    expect(codeOf(() => the.streams.find('1-1'))).toBe('EVENT_UNKNOWN');
    expect(the.streams.size).toEqual({ events: 0, streams: 0 });
  });
});

describe('a call whose client left', () => {
  it('is cancelled after a minute, and the client told so should it come later', () => {
    const the = fixture();
    const { stream, client } = startCall(the, 7);
    client.wire?.break();
    client.leave(1);
    the.clock.advance(KEEP_MS - 1);
    the.streams.sweep();
    expect([the.abandoned, stream.waiting]).toEqual([[], true]);
    the.clock.advance(1);
    the.streams.sweep();
    the.streams.sweep();
    expect([the.abandoned, stream.waiting]).toEqual([[7], false]);
    comeBack(the, client);
    expect(readAll(client)).toMatchObject([{ id: 7, error: { data: { code: 'CANCELLED' } } }]);
  });

  it('has all the time that it needs once the client is back', () => {
    const the = fixture();
    const { client } = startCall(the, 7);
    client.wire?.break();
    client.leave(1);
    the.clock.advance(KEEP_MS - 1);
    comeBack(the, client);
    the.clock.advance(KEEP_MS * 10);
    the.streams.sweep();
    expect(the.abandoned).toEqual([]);
  });

  it('is cancelled at once when many others wait already', () => {
    const the = fixture();
    const calls = Array.from({ length: MAX_WAITING + 2 }, (_, id) => startCall(the, id));
    for (const { client } of calls) client.wire?.break();
    expect(the.abandoned).toEqual([MAX_WAITING, MAX_WAITING + 1]);
    expect(calls.filter(({ stream }) => stream.waiting)).toHaveLength(MAX_WAITING);
  });

  it('is cancelled at once when it was told of no id to come back with', () => {
    const the = fixture();
    the.streams.primes = false;
    const [silent, told] = [startCall(the, 1), startCall(the, 2)];
    told.stream.push(text(2, 0));
    silent.wire.break();
    told.wire.break();
    expect(the.abandoned).toEqual([1]);
  });

  it('is not left alone by the gateway when that would cancel it', () => {
    const the = fixture();
    const calls = Array.from({ length: MAX_WAITING + 2 }, (_, id) => startCall(the, id));
    for (const { stream } of calls) stream.pause();
    expect(the.abandoned).toEqual([]);
    expect(calls.filter(({ wire }) => wire.open)).toHaveLength(2);
    expect(calls.filter(({ stream }) => stream.waiting)).toHaveLength(MAX_WAITING);
    const [first] = calls;
    first?.wire.break();
    if (first !== undefined) readAll(first.client);
    first?.stream.finish(text(1, 0));
    if (first !== undefined) comeBack(the, first.client);
    expect(first === undefined ? [] : readAll(first.client)).toEqual([{ stream: 1, index: 0 }]);
  });

  it('ends with its session, and nothing is kept', () => {
    const the = fixture();
    const { stream, client } = startCall(the, 1);
    stream.push(text(1, 0));
    client.wire?.break();
    the.streams.own.push(text(0, 0));
    the.streams.end();
    stream.finish(text(1, 1));
    expect(stream.push(text(1, 2))).toBe(false);
    expect(the.streams.own.push(text(0, 1))).toBe(false);
    expect(the.streams.size).toEqual({ events: 0, streams: 0 });
    const late = startCall(the, 2);
    expect(late.wire.open).toBe(false);
    expect(the.streams.size).toEqual({ events: 0, streams: 0 });
  });
});

describe('what is kept', () => {
  it('is nothing before the first event', () => {
    expect(fixture().streams.size).toEqual({ events: 0, streams: 0 });
  });

  it('is bounded in number: progress gives way to answers, and the client is told what it lost', () => {
    const the = fixture({ maxEvents: 4, maxChars: 10_000 });
    const chatty = startCall(the, 1);
    const quiet = startCall(the, 2);
    for (const { client } of [chatty, quiet]) {
      client.wire?.break();
      client.leave(1);
    }
    quiet.stream.finish(text(2, 0));
    for (let index = 0; index < 50; index += 1) chatty.stream.push(text(1, index));
    expect(the.streams.size.events).toBe(4);
    comeBack(the, quiet.client);
    expect([readAll(quiet.client), the.gaps]).toEqual([[{ stream: 2, index: 0 }], []]);
    comeBack(the, chatty.client);
    expect(chatty.client.wire?.written[0]).toMatch(/^: /);
    expect(readAll(chatty.client)).toEqual([47, 48, 49].map((index) => ({ stream: 1, index })));
    expect(the.gaps).toEqual([1]);
  });

  it('is bounded in size: an answer that is too large is replaced by an error', () => {
    const the = fixture({ maxEvents: 10, maxChars: 1_000 });
    const { stream, client } = startCall(the, 5);
    client.wire?.break();
    client.leave(1);
    stream.finish(text(1, 0, 2_000));
    comeBack(the, client);
    expect(client.wire?.open).toBe(false);
    expect(readAll(client)).toMatchObject([{ id: 5, error: { data: { code: 'ANSWER_LOST' } } }]);
    expect(the.streams.size.events).toBe(0);
  });

  it('is let go a minute after a client that is there got it', () => {
    const the = fixture();
    the.streams.own.open(new FakeWire());
    const waiting = startCall(the, 1);
    waiting.wire.break();
    waiting.stream.push(text(1, 0));
    the.streams.own.push(text(0, 0));
    the.clock.advance(KEEP_MS + 1);
    expect(the.streams.size.events).toBe(2);
    the.streams.own.push(text(0, 1));
    the.streams.sweep();
    expect(the.streams.find('0-2').stream).toBe(the.streams.own);
    // The client's answer to its cancelled call, and what the listening client got just now.
    expect(the.streams.size.events).toBe(3);
    the.clock.advance(KEEP_MS + 1);
    the.streams.sweep();
    expect(the.streams.size).toEqual({ events: 0, streams: 0 });
  });

  it('never has more streams than it may, and those whose call runs stay', () => {
    const the = fixture();
    const running = startCall(the, 0);
    for (let id = 1; id < 1_000; id += 1) startCall(the, id).stream.finish(text(id, 0));
    expect(the.streams.size.streams).toBe(256);
    expect(the.streams.size.events).toBe(255);
    expect(the.streams.find('1-1').stream).toBe(running.stream);
  });
});

/** One thing that happens to one of the streams. */
interface Happening {
  readonly what: 'push' | 'finish' | 'break' | 'vanish' | 'return' | 'sweep';
  /** 0 is the session's own. */
  readonly stream: number;
  /** How many of the last writes never arrive. */
  readonly lost: number;
  /** Of the message, in characters more than it needs. */
  readonly size: number;
}

const steps: fc.Arbitrary<Happening[]> = fc.array(
  fc.record({
    what: fc.constantFrom('push', 'push', 'push', 'finish', 'break', 'vanish', 'return', 'sweep'),
    stream: fc.nat(3),
    lost: fc.nat(4),
    size: fc.nat(60),
  }),
  { maxLength: 80 },
);

interface Side {
  readonly stream: EventStream;
  readonly client: FakeClient;
  /** All that was said on the stream. */
  readonly said: unknown[];
  answered: boolean;
}

/** Plays `steps` with three calls and the session's own stream, lets every client come back at the end and read all. */
function play(the: Fixture, happenings: readonly Happening[]): readonly Side[] {
  const own = new FakeClient();
  own.wire = new FakeWire();
  the.streams.own.open(own.wire);
  const sides: Side[] = [
    { stream: the.streams.own, client: own, said: [], answered: false },
    ...[1, 2, 3].map((id) => ({ ...startCall(the, id), said: [], answered: false })),
  ];
  const wires = new Set<FakeWire>();
  for (const { what, stream: at, lost, size } of happenings) {
    const side = sides[at];
    if (side === undefined) continue;
    const { stream, client, said } = side;
    const message = text(at, said.length, size);
    const unread = client.hasUnread;
    if (client.wire !== undefined) wires.add(client.wire);
    if (what === 'push' && stream.push(message)) {
      said.push(JSON.parse(message));
      // To whom is there it is said at once.
      if (client.wire?.open === true) expect(client.hasUnread).toBe(unread + 1);
    }
    if (what === 'finish' && at !== 0 && !side.answered) {
      stream.finish(message);
      side.answered = true;
      said.push(JSON.parse(message));
    }
    // Seen by the gateway, or by the client alone.
    if (what === 'break') client.wire?.break();
    if (what === 'break' || what === 'vanish')
      client.leave(Math.max(client.lastId === undefined ? 1 : 0, unread - lost));
    if (what === 'return' && client.wire === undefined) comeBack(the, client);
    if (what === 'sweep') {
      the.clock.advance(500);
      the.streams.sweep();
      for (const wire of wires) if (!wire.open) wire.break();
    }
  }
  for (const { client } of sides) {
    readAll(client);
    comeBack(the, client);
    readAll(client);
  }
  return sides;
}

describe('whatever breaks when', () => {
  it('each client gets all of its streams once, in order and nothing else', () => {
    fc.assert(
      fc.property(steps, (happenings) => {
        const the = fixture();
        for (const { client, said } of play(the, happenings)) expect(client.messages).toEqual(said);
        expect(the.gaps).toEqual([]);
      }),
      { numRuns: 500 },
    );
  });

  it('beyond the bounds something is missing, but never silently, twice, out of order or from elsewhere', () => {
    fc.assert(
      fc.property(steps, (happenings) => {
        const the = fixture({ maxEvents: 3, maxChars: 150 });
        play(the, happenings).forEach(({ client, said, answered, stream }, at) => {
          const got = client.messages.filter((message) => !isLost(message));
          const rest = said.map((message) => JSON.stringify(message));
          for (const message of got) {
            const found = rest.indexOf(JSON.stringify(message));
            expect(found).toBeGreaterThanOrEqual(0);
            rest.splice(0, found + 1);
          }
          if (got.length < said.length) expect(the.gaps).toContain(stream.number);
          const ends = client.messages.filter(
            (message) => isLost(message) || (answered && JSON.stringify(message) === JSON.stringify(said.at(-1))),
          );
          if (at > 0) expect(ends).toHaveLength(answered ? 1 : 0);
        });
        expect(the.streams.size.events).toBeLessThanOrEqual(3);
      }),
      { numRuns: 500 },
    );
  });
});

function isLost(message: unknown): boolean {
  return typeof message === 'object' && message !== null && 'error' in message;
}
