import type { Clock } from '../kernel/clock.ts';
import { createLineReader } from './lines.ts';

/** The part of a logger that children need. Facts can be attacker-controlled: the logger must encode and mask them. */
export interface ChildLog {
  info(message: string, facts?: Readonly<Record<string, unknown>>): void;
  warn(message: string, facts?: Readonly<Record<string, unknown>>): void;
}

/** Where a child's stderr goes and how much of it. */
export interface StderrLogOptions {
  readonly clock: Clock;
  readonly log: ChildLog;
  /** Stands in every entry: upstream and pid. */
  readonly facts: Readonly<Record<string, unknown>>;
  /** Longest line in bytes before it is cut, default 2,048, range 16–65,536. */
  readonly maxLineBytes?: number;
  /** Lines per second before further ones are only counted, default 50, range 1–10,000. */
  readonly linesPerSecond?: number;
}

/** Takes a child's stderr. */
export interface StderrLog {
  push(chunk: Buffer): void;
  /** Says what was dropped so far; to be called when the child has ended. */
  end(): void;
}

// Escape sequences could repaint an administrator's terminal, bidirectional controls reorder what is read there.
const UNPRINTABLE = /[\p{Cc}\u202a-\u202e\u2066-\u2069]/gu;

/** Puts a child's stderr into the log line by line, bounded in length and rate: a child cannot flood the log. */
export function createStderrLog(options: StderrLogOptions): StderrLog {
  const { clock, log, facts, maxLineBytes = 2048, linesPerSecond = 50 } = options;
  let seen = 0;
  let cancel: (() => void) | undefined;

  function closeSecond(): void {
    cancel?.();
    cancel = undefined;
    if (seen > linesPerSecond) log.info('upstream stderr dropped', { ...facts, lines: seen - linesPerSecond });
    seen = 0;
  }

  const reader = createLineReader({
    maxBytes: maxLineBytes,
    strict: false,
    onLine(line) {
      cancel ??= clock.after(1000, closeSecond);
      seen += 1;
      if (seen <= linesPerSecond) log.info('upstream stderr', { ...facts, line: line.replaceAll(UNPRINTABLE, ' ') });
    },
  });

  return {
    push: (chunk) => void reader.push(chunk),
    end() {
      // The last words of a crash often lack their line break.
      reader.push(Buffer.from('\n'));
      closeSecond();
    },
  };
}
