import { expect, test } from 'vitest';
import { auditSettings } from './settings.ts';

test('the audit log is on, rotated by day and kept for a year by default', () => {
  expect(auditSettings.parse({})).toEqual({
    audit_log_enabled: true,
    audit_log_rotation: 'daily',
    audit_log_max_bytes: 268_435_456,
    audit_log_retention_days: 365,
  });
});

test.each([
  { audit_log_rotation: 'weekly' },
  { audit_log_retention_days: -1 },
  { audit_log_max_bytes: 10 },
  { audit_log_path: '' },
])('refuses %j', (settings) => expect(auditSettings.safeParse(settings).success).toBe(false));
