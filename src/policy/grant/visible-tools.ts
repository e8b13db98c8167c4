import type { ToolProfile } from '../tool/tool-profile.ts';
import type { Spent } from './call-decision.ts';
import type { CompiledGrants } from './compile-grants.ts';
import { isUsedUp } from './examine-budgets.ts';
import { standing } from './examine-grant.ts';

/**
 * Is there any grant under which some call of the tool could be allowed, or asked about, now? For lists of tools: what
 * is denied whatever the arguments are is not shown. A rate that is used up hides nothing: it fills again by itself,
 * and nobody would tell the client that the tool is back.
 */
export function mayCallSomehow(
  grants: CompiledGrants,
  tool: string,
  profile: ToolProfile | undefined,
  now: number,
  spent: Spent,
): boolean {
  if (profile === undefined || profile.tool !== tool) return false;
  return (grants.byTool.get(tool)?.all ?? []).some((one) => {
    if (standing(one, profile, now) !== undefined) return false;
    // A budget can be approved beyond its bound where the grant asks.
    return one.grant.onDeny === 'ask' || !one.budgets.some((budget) => isUsedUp(one.grant.id, budget, now, spent));
  });
}

/** The tools of {@link mayCallSomehow}; `profileOf` says how each is defined now. */
export function visibleTools(
  grants: CompiledGrants,
  now: number,
  spent: Spent,
  profileOf: (tool: string) => ToolProfile | undefined,
): ReadonlySet<string> {
  const tools = [...grants.byTool.keys()];
  return new Set(tools.filter((tool) => mayCallSomehow(grants, tool, profileOf(tool), now, spent)));
}
