/** Whose events a buffer keeps. */
export interface EventSource {
  /** Since when its client has been there, ms since the epoch; Infinity while it is away. */
  readonly attachedSince: number;
  /** Told that the buffer let go of one of its events. */
  lost(event: KeptEvent): void;
}

/** An event that may be asked for again. */
export interface KeptEvent {
  readonly source: EventSource;
  readonly seq: number;
  /** A JSON-RPC message. */
  readonly json: string;
  /** The answer, which ends its stream. */
  readonly isAnswer: boolean;
  /** When it came, ms since the epoch. */
  readonly at: number;
}

/** How much one session may keep. */
export interface BufferBounds {
  /** Events, default 256. */
  readonly maxEvents: number;
  /** Characters of JSON, default 1,048,576. */
  readonly maxChars: number;
}

export const BUFFER_BOUNDS: BufferBounds = { maxEvents: 256, maxChars: 1024 * 1024 };

/**
 * What the streams of one session keep for a client that comes back, oldest first. At the bounds the oldest message
 * on the way to an answer gives way, and an answer only to answers: without a word about its progress a call still
 * succeeds.
 */
export class EventBuffer {
  readonly #bounds: BufferBounds;
  #events: KeptEvent[] = [];
  #chars = 0;

  constructor(bounds: BufferBounds = BUFFER_BOUNDS) {
    this.#bounds = bounds;
  }

  get size(): number {
    return this.#events.length;
  }

  /** Keeps an event. One that is larger than the bound is lost at once, and moves nothing else out. */
  add(event: KeptEvent): void {
    if (event.json.length > this.#bounds.maxChars) return event.source.lost(event);
    this.#events.push(event);
    this.#chars += event.json.length;
    while (this.#events.length > this.#bounds.maxEvents || this.#chars > this.#bounds.maxChars) this.#giveWay();
  }

  /** What one source said after an event, in order. */
  after(source: EventSource, seq: number): readonly KeptEvent[] {
    return this.#events.filter((event) => event.source === source && event.seq > seq);
  }

  /** Lets go of all that one source said. */
  forget(source: EventSource): void {
    this.#drop((event) => event.source === source);
  }

  /** Lets go of what is older than `limit` (ms since the epoch) and whose client has been there for as long. */
  trim(limit: number): void {
    this.#drop(({ at, source }) => at < limit && source.attachedSince < limit);
  }

  #drop(isUnneeded: (event: KeptEvent) => boolean): void {
    if (!this.#events.some(isUnneeded)) return;
    const gone = this.#events.filter(isUnneeded);
    this.#events = this.#events.filter((event) => !isUnneeded(event));
    for (const event of gone) {
      this.#chars -= event.json.length;
      event.source.lost(event);
    }
  }

  #giveWay(): void {
    const [gone] = this.#events.splice(
      Math.max(
        0,
        this.#events.findIndex(({ isAnswer }) => !isAnswer),
      ),
      1,
    );
    if (gone === undefined) return;
    this.#chars -= gone.json.length;
    gone.source.lost(gone);
  }
}
