import type { ToolCall } from '../../policy/grant/call-decision.ts';
import { argsHash } from '../../policy/grant/endorsement.ts';
import type { KeptApproval } from './approval-state.ts';
import type { ApprovalsInForce } from './approvals-in-force.ts';
import type { ApprovalsOptions } from './approvals-options.ts';
import type { Approvals } from './tasks.ts';

/** Makes what says which calls people approved, each once. */
export function createEndorsing(
  approvals: ApprovalsInForce,
  endorsable: ApprovalsOptions['endorsable'],
): Pick<Approvals, 'endorsed' | 'use'> {
  function isFor({ tool, values, argsHash: approved }: KeptApproval, call: ToolCall): boolean {
    if (tool !== call.tool) return false;
    if (values.length === 0) return approved === argsHash(call.args);
    const because = values.map(({ path }) => ({ code: 'argument' as const, path, must: {} }));
    const there = endorsable?.(call, because) ?? [];
    return values.every((one) => there.some(({ path, valueHash }) => path === one.path && valueHash === one.valueHash));
  }

  return {
    endorsed: ({ id }) => ({
      value: (tool, path, valueHash) =>
        approvals
          .of(id, 'approved')
          .some(
            (kept) => kept.tool === tool && kept.values.some((one) => one.path === path && one.valueHash === valueHash),
          ),
      call: (tool, hash) =>
        approvals
          .of(id, 'approved')
          .some((kept) => kept.tool === tool && kept.values.length === 0 && kept.argsHash === hash),
    }),

    async use({ id }, call) {
      const needed = approvals.of(id, 'approved').filter((kept) => isFor(kept, call));
      if (needed.length === 0) return false;
      // At once: the same call a moment later finds nothing.
      await approvals.end(needed, 'used');
      return true;
    },
  };
}
