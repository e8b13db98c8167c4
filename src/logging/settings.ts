import { z } from 'zod';
import type { DeepReadonly } from '../kernel/readonly.ts';

const levels = ['DEBUG', 'INFO', 'WARN', 'ERROR'] as const;
const upperCase = (value: unknown): unknown => (typeof value === 'string' ? value.toUpperCase() : value);

/** The `logging` section. */
export const loggingSettings = z.strictObject({
  level: z
    .preprocess(upperCase, z.enum(levels))
    .prefault('INFO')
    .describe('The least important lines that are written, in upper or lower case.')
    .meta({ enum: [...levels, ...levels.map((level) => level.toLowerCase())] }),
  format: z.enum(['json', 'text']).default('json').describe('One JSON object a line, or text for people.'),
  path: z.string().min(1).optional().describe('The server log file. Default: none, lines go to standard error.'),
  rotation: z
    .enum(['daily', 'hourly', 'never'])
    .default('daily')
    .describe('When a new log file is begun, whatever its size. Days and hours are counted in UTC.'),
  max_bytes: z
    .int()
    .min(1024)
    .max(1_099_511_627_776)
    .default(52_428_800)
    .describe('Size in bytes at which a new log file is begun before its time.'),
  retention_days: z
    .int()
    .min(0)
    .max(36_500)
    .default(30)
    .describe('Days for which finished log files are kept; 0 keeps all of them.'),
});

/** How the server log is written. */
export type LoggingSettings = DeepReadonly<z.output<typeof loggingSettings>>;
