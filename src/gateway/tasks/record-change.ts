import type { AuditEntry } from '../../audit/log.ts';
import { canonicalJson } from '../../kernel/canonical-json.ts';
import { digestOf } from '../../kernel/digest-of.ts';
import type { JsonObject } from '../../kernel/jsonrpc.ts';
import type { Objection } from '../../policy/grant/call-decision.ts';
import { writtenGrant } from '../../policy/grant/written-grant.ts';
import type { RecordMask } from '../record.ts';
import type { ApprovalEvent } from './approvals.ts';
import type { TaskChange } from './tasks.ts';

/** Characters of the grants in one entry: well below what makes the log cut it. */
const MAX_PART = 32_768;

/**
 * A change of permissions as entries of the audit log: one, or several where a task has so many grants that one would be
 * too long. What is the same before and after is counted and hashed, not listed, so that nothing that differs is cut.
 * Grants are told in the words of the configuration, as the API tells them.
 */
export function changeEntries(change: TaskChange, mask: RecordMask): readonly AuditEntry[] {
  const { event, task, type, principal, role, parent, epoch, cause } = change;
  const [before, after] = [change.before.map(writtenGrant), change.after.map(writtenGrant)];
  const texts = { before: new Set(before.map(canonicalJson)), after: new Set(after.map(canonicalJson)) };
  const gone = before.filter((grant) => !texts.after.has(canonicalJson(grant)));
  const fresh = after.filter((grant) => !texts.before.has(canonicalJson(grant)));
  const parts = inParts([
    ...gone.map((grant) => ({ side: 'before' as const, grant })),
    ...fresh.map((grant) => ({ side: 'after' as const, grant })),
  ]);
  return parts.map((part, index) => ({
    kind: 'permission_change',
    event,
    task: { id: task, type },
    principal,
    role,
    parent,
    epoch,
    by: cause.by,
    why: mask.text(cause.why),
    before: part.filter(({ side }) => side === 'before').map(({ grant }) => mask.value(grant)),
    after: part.filter(({ side }) => side === 'after').map(({ grant }) => mask.value(grant)),
    unchanged: after.length - fresh.length,
    beforeHash: digestOf(before),
    afterHash: digestOf(after),
    part: parts.length === 1 ? undefined : [index + 1, parts.length],
  }));
}

/** What happened to an approval, as an entry of the audit log. */
export function approvalEntry({ event, approval, argsHash }: ApprovalEvent, mask: RecordMask): AuditEntry {
  const { id, task, principal, what, secondFactor, answer } = approval;
  return {
    kind: 'approval',
    event,
    approval: id,
    task: { id: task },
    principal,
    what: what.kind,
    ...(what.kind === 'call'
      ? { name: mask.text(what.tool), args: what.args, because: what.because.map(shortOf) }
      : { why: mask.text(what.cause.why) }),
    argsHash,
    secondFactor,
    ...(answer === undefined ? {} : { by: answer.by, through: answer.through, why: mask.text(answer.why) }),
  };
}

function shortOf(objection: Objection): string {
  return 'path' in objection ? `${objection.code} ${objection.path}` : objection.code;
}

interface Sided {
  readonly side: 'before' | 'after';
  readonly grant: JsonObject;
}

/** At least one part, also where nothing differs. */
function inParts(all: readonly Sided[]): readonly (readonly Sided[])[] {
  const parts: Sided[][] = [[]];
  let room = MAX_PART;
  for (const one of all) {
    const length = canonicalJson(one.grant).length;
    if (length > room && parts.at(-1)?.length !== 0) {
      parts.push([]);
      room = MAX_PART;
    }
    parts.at(-1)?.push(one);
    room -= length;
  }
  return parts;
}
