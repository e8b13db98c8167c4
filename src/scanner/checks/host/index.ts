import type { Check } from '../../check.ts';
import { auditLogPresent } from './audit-log-present/check.ts';
import { auditLogPrivate } from './audit-log-private/check.ts';
import { configFilePrivate } from './config-file-private/check.ts';
import { disksEncrypted } from './disks-encrypted/check.ts';
import { firewallActive } from './firewall-active/check.ts';
import { firewallDefaultDrop } from './firewall-default-drop/check.ts';
import { firewallOpensOnlyIntended } from './firewall-opens-only-intended/check.ts';
import { keyFilesPrivate } from './key-files-private/check.ts';
import { logDiskHasRoom } from './log-disk-has-room/check.ts';
import { logsRotated } from './logs-rotated/check.ts';
import { secretFilesPrivate } from './secret-files-private/check.ts';
import { securityTestsRecent } from './security-tests-recent/check.ts';
import { socketsExpected } from './sockets-expected/check.ts';

/** The checks of this part, one line each. */
export const hostChecks: readonly Check<'host'>[] = [
  keyFilesPrivate,
  secretFilesPrivate,
  configFilePrivate,
  disksEncrypted,
  auditLogPresent,
  auditLogPrivate,
  logsRotated,
  logDiskHasRoom,
  socketsExpected,
  firewallActive,
  firewallDefaultDrop,
  firewallOpensOnlyIntended,
  securityTestsRecent,
];
