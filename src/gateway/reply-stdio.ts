import type { LineWriter } from './line-writer.ts';
import type { Reply } from './reply.ts';

/** The answer to one request over stdio. */
export class StdioReply implements Reply {
  slot = -1;
  /** Stays on this side: over stdio the client is known by the pipe. */
  sessionId: string | undefined;
  readonly #writer: LineWriter;
  readonly #farewell: string | undefined;
  readonly #whenGone: (() => void)[] = [];
  #ended = false;
  #abandoned = false;

  /** @param farewell what is said when it ends without an answer; default nothing */
  constructor(writer: LineWriter, farewell?: string) {
    this.#writer = writer;
    this.#farewell = farewell;
  }

  get gone(): boolean {
    return this.#abandoned || !this.#writer.isOpen();
  }

  get open(): boolean {
    return !this.#ended && this.#writer.isOpen();
  }

  start(): void {}

  event(json: string): boolean {
    return this.open && this.#writer.write(json);
  }

  keepAlive(): void {}

  reply(json: string): void {
    if (!this.open) return;
    this.#ended = true;
    this.#writer.write(json);
  }

  end(): void {
    if (this.open && this.#farewell !== undefined) this.#writer.write(this.#farewell);
    this.#ended = true;
  }

  /** Registers what to do when the client waits no more. */
  onGone(run: () => void): void {
    if (this.#abandoned) run();
    else this.#whenGone.push(run);
  }

  /** The client waits no more: whatever was asked ends, and nothing more is said about it (STDIO-10). */
  abandon(): void {
    if (this.#abandoned) return;
    this.#abandoned = true;
    this.#ended = true;
    for (const run of this.#whenGone.splice(0)) run();
  }
}
