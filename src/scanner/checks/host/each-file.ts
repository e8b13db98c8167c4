import type { Text } from '../../../kernel/text.ts';
import { type Answer, notApplicable } from '../../check.ts';
import type { HostFacts, HostFileFacts } from '../../facts/host.ts';

type Role = HostFileFacts['role'];

/** Asks about each file of some roles; `none` says that there are no such files. */
export function askEachFile(
  { files }: HostFacts,
  roles: readonly Role[],
  judge: (file: HostFileFacts) => Answer,
  none: Text,
): Answer | readonly Answer[] {
  const own = files.filter(({ role }) => roles.includes(role));
  return own.length === 0 ? notApplicable(none) : own.map(judge);
}

/** What is said when the scan was told of no audit log. */
export const noAuditLog: Text = { en: 'No audit log was named.', zh: '未指定审计日志。' };
