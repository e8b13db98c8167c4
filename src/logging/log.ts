import { type Clock, systemClock } from '../kernel/clock.ts';
import type { Rotation } from '../kernel/rotation.ts';
import { describeErrors, formatLine, type LineMask, type LogFields, type LogFormat, type LogLevel } from './line.ts';
import { LogFile, type NoteLine } from './log-file.ts';

export type { LineMask, LogFields, LogFormat, LogLevel } from './line.ts';

/** Where a program says what it does. Nothing here ever waits or throws because of the disk. */
export interface Log {
  debug(message: string, fields?: LogFields): void;
  info(message: string, fields?: LogFields): void;
  warn(message: string, fields?: LogFields): void;
  /**
   * Logs an error. What an unknown error among the fields says goes to the log file alone; the caller sees its id.
   * @returns the id of the first unknown error among the fields, to show instead of what it says
   */
  error(message: string, fields?: LogFields): string | undefined;
  /** A log that adds `fields` to each of its lines. */
  child(fields: LogFields): Log;
  /** Changes the level for this log, its parent and all its children. */
  setLevel(level: LogLevel): void;
  /** Writes what waits and closes the file. */
  close(): Promise<void>;
}

/** What {@link createLog} takes. */
export interface LogOptions {
  /** Lines below it are left out. */
  readonly level: LogLevel;
  readonly format: LogFormat;
  /** The file (0600, its folder 0700 when it is made here); without it lines go to `stderr` alone. */
  readonly path?: string | undefined;
  readonly rotation: Rotation;
  /** Bytes that one file may hold; 0 = no limit. */
  readonly maxBytes: number;
  /** Full days to keep rotated files; 0 = for ever. */
  readonly retentionDays: number;
  /** Default: the machine's clock. */
  readonly clock?: Clock;
  readonly mask: LineMask;
  /** Gets every line too, without what unknown errors say unless it is the only place. */
  readonly stderr?: { write(text: string): unknown } | undefined;
  /** Bytes that may wait for the disk: above it DEBUG and INFO lines are lost, above twice as much all. Default 4 MiB. */
  readonly maxBufferedBytes?: number;
}

const SEVERITY: Readonly<Record<LogLevel, number>> = { DEBUG: 0, INFO: 1, WARN: 2, ERROR: 3 };

/**
 * Opens a log. Every line is masked, each of its strings bounded to 8 KB, and control characters are made visible.
 * @throws MerlonError STATE_NOT_WRITABLE
 */
export function createLog(options: LogOptions): Log {
  const { format, mask, clock = systemClock, path, stderr } = options;
  let threshold = SEVERITY[options.level];
  const line = (level: LogLevel, message: string, fields: LogFields): string =>
    formatLine({ time: clock.now(), level, message, fields }, format, mask);
  const file = path === undefined ? undefined : openFile(options, path, clock, (...note) => line('WARN', ...note));

  const write = (level: LogLevel, message: string, bound: LogFields, own: LogFields = {}): string | undefined => {
    if (SEVERITY[level] < threshold) return undefined;
    const { fields, notes } = describeErrors({ ...bound, ...own });
    const shown = line(level, message, fields);
    const hasDetails = level === 'ERROR' && notes.length > 0;
    const detailed = hasDetails ? line(level, message, { ...fields, details: notes }) : shown;
    file?.add(detailed, SEVERITY[level] < SEVERITY.WARN);
    stderr?.write(file === undefined ? detailed : shown);
    return notes[0]?.id;
  };

  const bind = (bound: LogFields): Log => ({
    debug: (message, fields) => void write('DEBUG', message, bound, fields),
    info: (message, fields) => void write('INFO', message, bound, fields),
    warn: (message, fields) => void write('WARN', message, bound, fields),
    error: (message, fields) => write('ERROR', message, bound, fields),
    child: (fields) => bind({ ...bound, ...fields }),
    setLevel: (level) => {
      threshold = SEVERITY[level];
    },
    close: async () => file?.close(),
  });
  return bind({});
}

function openFile(options: LogOptions, path: string, clock: Clock, noteLine: NoteLine): LogFile {
  const { rotation, maxBytes, retentionDays, maxBufferedBytes = 4 * 1_048_576 } = options;
  return new LogFile({ path, rule: { rotation, maxBytes }, retentionDays, clock, maxBufferedBytes, noteLine });
}
