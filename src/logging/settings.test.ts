import { expect, test } from 'vitest';
import { loggingSettings } from './settings.ts';

test('lines of level INFO and above go to standard error as JSON by default', () => {
  expect(loggingSettings.parse({})).toEqual({
    level: 'INFO',
    format: 'json',
    rotation: 'daily',
    max_bytes: 52_428_800,
    retention_days: 30,
  });
});

test.each(['DEBUG', 'info', 'Warn', 'eRRoR'])('takes the level %s', (level) => {
  expect(loggingSettings.parse({ level }).level).toBe(level.toUpperCase());
});

test.each([{ level: 'TRACE' }, { level: 1 }, { format: 'xml' }, { path: '' }, { retention_days: 1.5 }])(
  'refuses %j',
  (settings) => expect(loggingSettings.safeParse(settings).success).toBe(false),
);
