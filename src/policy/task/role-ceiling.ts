import type { Effect, ToolProfile } from '../tool/tool-profile.ts';

/** What a role may ever do through a tool; `sandboxed_code` is `execute` kept in the gateway's own sandbox. */
export const ceilingEffects = ['read', 'write', 'execute', 'egress', 'sandboxed_code'] as const;
export type CeilingEffect = (typeof ceilingEffects)[number];

const EVERYTHING: readonly CeilingEffect[] = ['read', 'write', 'execute', 'egress'];
/** The mission's rule for guests: they never write, and execute only in the sandbox. */
const GUEST: readonly CeilingEffect[] = ['read', 'sandboxed_code'];

/** The effects of a role: those that it states; else all, but for the role `guest`, which never writes and executes only in the sandbox. */
export function ceilingOf(role: {
  readonly name: string;
  readonly effects?: readonly CeilingEffect[] | undefined;
}): readonly CeilingEffect[] {
  return role.effects ?? (role.name === 'guest' ? GUEST : EVERYTHING);
}

/** The effects of a tool that are beyond a ceiling, whatever a task's type says; empty where the role may use it. */
export function beyondCeiling(
  ceiling: readonly CeilingEffect[],
  { effects, sandboxed }: Pick<ToolProfile, 'effects' | 'sandboxed'>,
): readonly Effect[] {
  const runsInside = sandboxed && ceiling.includes('sandboxed_code');
  return effects.filter((effect) => !ceiling.includes(effect) && !(effect === 'execute' && runsInside));
}
