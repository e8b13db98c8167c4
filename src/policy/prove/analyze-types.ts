import type { TaskGrant } from '../grant/task-grant.ts';
import type { Source } from '../provenance/source.ts';
import type { TaskType } from '../task/task-type.ts';
import { isMeantBy } from '../task/template-grants.ts';
import type { ToolProfile } from '../tool/tool-profile.ts';
import { type Analysis, analyzeGrants, type UsedCall } from './analyze-grants.ts';
import { typeGrants } from './type-grants.ts';

/** Where pinned values may come from. */
const PINNED: readonly Source[] = ['user', 'approved', 'trusted', 'linked'];

/**
 * What a task of a type may have at most, of the tools that are known. A task ends with its time, so its grants have no need
 * of an end of their own.
 */
export function analyzeType(type: TaskType, profiles: readonly ToolProfile[], used?: readonly UsedCall[]): Analysis {
  const meant = profiles.filter(({ tool }) => type.grants.some((template) => isMeantBy(template, tool)));
  const tools = meant.map(({ tool }) => tool);
  const grants = typeGrants(type, tools).map((grant) => (type.pinned ? pin(grant, meant) : grant));
  const analysis = analyzeGrants({ grants, profiles, ...(used === undefined ? {} : { used }) });
  const named = type.grants.map(({ tool }) => tool);
  // A template says nothing of what its tools can do, so nothing can be said of those that are not known.
  const unknown = [...new Set(named.filter((tool) => !profiles.some((one) => isMeantBy({ tool }, one.tool))))];
  return { ...analysis, endless: [], unknown };
}

/** Pinning bounds where the values of sinks come from, unless the grant says that itself. */
function pin(grant: TaskGrant, profiles: readonly ToolProfile[]): TaskGrant {
  const sinks = profiles.find(({ tool }) => tool === grant.tool)?.sinks ?? {};
  const pinned = Object.keys(sinks).map((path): [string, readonly Source[]] => [path, PINNED]);
  return { ...grant, integrity: Object.fromEntries([...pinned, ...Object.entries(grant.integrity ?? {})]) };
}
