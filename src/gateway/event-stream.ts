import type { Bagged } from '../kernel/bag.ts';
import { MerlonError } from '../kernel/errors.ts';
import { failure, type Id } from '../kernel/jsonrpc.ts';
import type { EventBuffer, EventSource, KeptEvent } from './event-buffer.ts';
import { formatEventId } from './event-id.ts';

/** One connection to a client that carries an event stream; a stream may outlive many. */
export interface Wire {
  /** False once nothing that is written arrives. */
  readonly open: boolean;
  /** Sends one message; a client that comes back names the id of the last one that it got. */
  say(json: string, id: string): void;
  /** Tells from where to go on, before anything is there to say (LEG-HTTP-11). */
  prime(id: string, retryMs?: number): void;
  /** Says something that is no message, for whoever watches the connection. */
  comment(text: string): void;
  end(): void;
  /** Calls `run` once, when the connection has ended, whoever ended it. */
  onClose(run: () => void): void;
}

/** What a stream needs of its session. */
export interface StreamHost {
  readonly buffer: EventBuffer;
  /** Whether its client reads events without data; see `readsEmptyEvents`. */
  readonly primes: boolean;
  now(): number;
  /** Whether one more stream may wait for a client that leaves before its answer. */
  mayWait(): boolean;
  /** Told that nobody waits any more for the answer to a request. */
  abandon(request: Id): void;
  /** Told that a client came back too late for some of it. */
  gap(stream: EventStream): void;
}

/** How long an answer, or a call without one, waits for a client that left: 60 s. */
export const KEEP_MS = 60_000;

/**
 * One event stream towards a client: the session's own (GET), or the answer to a call (POST). Connections break under
 * it and come back (MCP 2025-11-25, "Resumability and Redelivery"); what was said meanwhile waits in the session's buffer.
 *
 * A client that comes back too late for some of it gets the rest, a comment that says so, and for a lost answer an
 * error in its place. An HTTP error instead would serve nobody: the SDKs' clients take it for a broken connection, try
 * twice more and then give the stream up for good, with all that is still to come on it.
 */
export class EventStream implements EventSource, Bagged {
  slot = -1;
  /** When it is given up or, once it is over, forgotten; ms since the epoch. */
  deadline = Infinity;
  attachedSince = Infinity;
  readonly number: number;
  readonly #host: StreamHost;
  /** Id of the request whose answer it brings; the session's own stream has none. */
  readonly #request: Id | undefined;
  #wire: Wire | undefined;
  /** The last number given out, and the last one that was written to a connection. */
  #last = 1;
  #sent = 0;
  /** Kept free for the next first event: it must stand before all that waits for its connection. */
  #primer = 1;
  /** No event up to here is kept for certain. */
  #lost = 0;
  /** The answer's number; 0: none, or not yet. */
  #answer = 0;
  #over = false;

  constructor(host: StreamHost, number: number, request: Id | undefined) {
    this.#host = host;
    this.number = number;
    this.#request = request;
  }

  /** True while a client is connected to it. */
  get attached(): boolean {
    return this.#wire?.open === true;
  }

  /** True once nothing more is said on it. */
  get over(): boolean {
    return this.#over;
  }

  /** True while its call runs for a client that left. */
  get waiting(): boolean {
    return this.#request !== undefined && !this.#over && this.#wire === undefined;
  }

  /** Says one message; false once the stream is over. */
  push(json: string): boolean {
    if (this.#over) return false;
    this.#say(json, false);
    return true;
  }

  /** Says the answer, or that there is none, and ends. */
  finish(answer?: string): void {
    if (this.#over) return;
    if (answer !== undefined) this.#answer = this.#say(answer, true);
    this.#over = true;
    this.deadline = this.#host.now() + KEEP_MS;
    this.#wire?.end();
  }

  /** Ends the call of a client that did not come back; should it come later, it is told so. */
  giveUp(why: string): void {
    if (this.#request === undefined || this.#over) return;
    this.finish(JSON.stringify(failure(this.#request, new MerlonError('CANCELLED', why))));
    this.#host.abandon(this.#request);
  }

  /** Takes a connection of a client that knows nothing of the stream yet, and says what was said to nobody so far. */
  open(wire: Wire, retryMs?: number): void {
    const { buffer, primes } = this.#host;
    this.#attach(wire);
    const after = this.#sent;
    if (primes) {
      wire.prime(this.#idOf(this.#primer), retryMs);
      this.#sent = this.#primer;
    }
    this.#replay(wire, after, buffer.after(this, after));
  }

  /** True for a place that a client may have been told of. */
  reached(seq: number): boolean {
    return seq <= this.#sent;
  }

  /** True when nothing is left to say to a client that got this far. */
  isSpent(seq: number): boolean {
    return this.#over && seq >= this.#answer;
  }

  /** Takes a connection of a client that got as far as `after`, says what came since and goes on. */
  resume(wire: Wire, after: number): void {
    const kept = this.#host.buffer.after(this, after);
    this.#attach(wire);
    this.#replay(wire, after, kept);
    if (!this.#over) return;
    if (this.#request !== undefined && after < this.#answer && kept.at(-1)?.seq !== this.#answer) {
      const error = new MerlonError('ANSWER_LOST', 'The answer was not kept until you came back.');
      this.#write(wire, this.#answer, JSON.stringify(failure(this.#request, error)));
    }
    wire.end();
  }

  /** Ends the connection of a client that has been told how to come back, unless too many are away already. */
  pause(): void {
    const wire = this.#wire;
    if (wire === undefined || this.#over || !this.#host.primes || !this.#host.mayWait()) return;
    this.#detach(wire);
    wire.end();
  }

  /** Ends the connection, not the stream. */
  hangUp(): void {
    this.#wire?.end();
  }

  /** Ends the stream with its session; nothing of it is kept. */
  close(): void {
    this.#over = true;
    this.#wire?.end();
  }

  keepAlive(): void {
    if (this.attached) this.#wire?.comment('keep-alive');
  }

  lost({ seq }: KeptEvent): void {
    this.#lost = Math.max(this.#lost, seq);
  }

  #idOf(seq: number): string {
    return formatEventId({ stream: this.number, seq });
  }

  #say(json: string, isAnswer: boolean): number {
    const wire = this.#wire;
    // Gone already, though its end has not been told yet: what comes now is to wait.
    if (wire !== undefined && !wire.open) this.#detach(wire);
    this.#last += 1;
    const seq = this.#last;
    if (this.#wire !== undefined) this.#write(this.#wire, seq, json);
    this.#host.buffer.add({ source: this, seq, json, isAnswer, at: this.#host.now() });
    return seq;
  }

  #write(wire: Wire, seq: number, json: string): void {
    wire.say(json, this.#idOf(seq));
    this.#sent = Math.max(this.#sent, seq);
  }

  #replay(wire: Wire, after: number, kept: readonly KeptEvent[]): void {
    if (this.#lost > after) {
      wire.comment('events before this one were not kept');
      this.#host.gap(this);
    }
    for (const { seq, json } of kept) this.#write(wire, seq, json);
  }

  /** The newest connection counts: a client that comes back knows better than we whether the old one is dead. */
  #attach(wire: Wire): void {
    const old = this.#wire;
    if (old !== undefined) this.#detach(old, false);
    old?.end();
    this.#wire = wire;
    this.attachedSince = this.#host.now();
    if (!this.#over) this.deadline = Infinity;
    wire.onClose(() => this.#detach(wire));
  }

  #detach(wire: Wire, isGone = true): void {
    if (this.#wire !== wire) return;
    const isLeft = isGone && this.#request !== undefined && !this.#over;
    // Without an id there is no way back.
    const mayWait = isLeft && this.#sent > 0 && this.#host.mayWait();
    this.#wire = undefined;
    this.attachedSince = Infinity;
    this.#last += 1;
    this.#primer = this.#last;
    if (mayWait) this.deadline = this.#host.now() + KEEP_MS;
    else if (isLeft) this.giveUp('The client disconnected.');
  }
}
