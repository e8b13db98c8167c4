import { Bag } from '../kernel/bag.ts';
import type { Clock } from '../kernel/clock.ts';
import { MerlonError } from '../kernel/errors.ts';
import type { Id } from '../kernel/jsonrpc.ts';
import { type BufferBounds, EventBuffer } from './event-buffer.ts';
import { parseEventId } from './event-id.ts';
import { EventStream, KEEP_MS, type StreamHost, type Wire } from './event-stream.ts';

/** How many calls of one session may run on for a client that left; beyond that, disconnecting cancels. */
export const MAX_WAITING = 16;
/** How many streams of one session are remembered; what is over gives way first. */
const MAX_REMEMBERED = 256;
/** The session's own stream. */
const OWN = 0;

/** A stream and how far a client got on it. */
export interface Cursor {
  readonly stream: EventStream;
  readonly after: number;
}

/** What the streams of a session need around them. */
export interface EventStreamsOptions {
  readonly clock: Clock;
  /** Told that a client came back too late for some of a stream. */
  readonly onGap: (stream: number) => void;
  /** Told that nobody waits any more for the answer to a request. */
  readonly onAbandoned: (request: Id) => void;
  readonly bounds?: BufferBounds;
}

/** The event streams of one legacy session, and what they keep. Holds nothing before the first of them. */
export class EventStreams implements StreamHost {
  /** Whether the client reads events without data. */
  primes = false;
  readonly #options: EventStreamsOptions;
  readonly #answers = new Bag<EventStream>();
  #buffer: EventBuffer | undefined;
  #own: EventStream | undefined;
  #lastNumber = OWN;
  #ended = false;

  constructor(options: EventStreamsOptions) {
    this.#options = options;
  }

  /** Made at the first question. */
  get buffer(): EventBuffer {
    this.#buffer ??= new EventBuffer(this.#options.bounds);
    return this.#buffer;
  }

  /** The session's own stream, for what belongs to no call. */
  get own(): EventStream {
    if (this.#own === undefined) {
      this.#own = new EventStream(this, OWN, undefined);
      if (this.#ended) this.#own.close();
    }
    return this.#own;
  }

  /** True while the client listens to the session's own stream. */
  get listening(): boolean {
    return this.#own?.attached === true;
  }

  /** Events kept, and streams remembered besides the session's own. */
  get size(): { readonly events: number; readonly streams: number } {
    return { events: this.#buffer?.size ?? 0, streams: this.#answers.size };
  }

  now(): number {
    return this.#options.clock.now();
  }

  /** Makes the answer to a request a stream. */
  open(request: Id, wire: Wire, retryMs?: number): EventStream {
    if (this.#answers.size >= MAX_REMEMBERED) this.#forgetOldest();
    this.#lastNumber += 1;
    const stream = new EventStream(this, this.#lastNumber, request);
    this.#answers.add(stream);
    stream.open(wire, retryMs);
    if (this.#ended) this.end();
    return stream;
  }

  /**
   * Where an attacker-controlled `Last-Event-ID` points; never to another session's stream, whatever it says.
   * @throws MerlonError EVENT_UNKNOWN
   */
  find(lastEventId: string): Cursor {
    const id = parseEventId(lastEventId);
    const stream = id?.stream === OWN ? this.#own : this.#answers.find(({ number }) => number === id?.stream);
    if (id === undefined || stream?.reached(id.seq) !== true) {
      throw new MerlonError('EVENT_UNKNOWN', 'No stream of this session is known to have sent this event.');
    }
    return { stream, after: id.seq };
  }

  mayWait(): boolean {
    let waiting = 0;
    for (const stream of this.#answers.all()) if (stream.waiting) waiting += 1;
    return waiting < MAX_WAITING;
  }

  abandon(request: Id): void {
    this.#options.onAbandoned(request);
  }

  gap(stream: EventStream): void {
    this.#options.onGap(stream.number);
  }

  /** Gives up and forgets what is due. To be called about once a second. */
  sweep(): void {
    const now = this.now();
    if (this.#answers.size > 0) {
      for (const stream of this.#answers.all()) {
        if (stream.deadline > now) continue;
        if (stream.over) this.#forget(stream);
        else stream.giveUp('The client did not come back.');
      }
    }
    this.#buffer?.trim(now - KEEP_MS);
  }

  /** Ends all of them with their session. */
  end(): void {
    this.#ended = true;
    this.#own?.close();
    for (const stream of this.#answers.all()) {
      stream.close();
      this.#answers.remove(stream);
    }
    this.#buffer = undefined;
  }

  #forget(stream: EventStream): void {
    this.#answers.remove(stream);
    this.#buffer?.forget(stream);
  }

  #forgetOldest(): void {
    let oldest: EventStream | undefined;
    for (const stream of this.#answers.all()) {
      if (stream.over && (oldest === undefined || stream.number < oldest.number)) oldest = stream;
    }
    if (oldest !== undefined) this.#forget(oldest);
  }
}
