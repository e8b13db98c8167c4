import type { TaskGrant } from '../grant/task-grant.ts';
import type { GrantTemplate, TaskType } from '../task/task-type.ts';
import { isMeantBy } from '../task/template-grants.ts';
import { effects } from '../tool/tool-profile.ts';

/** Stands for a tool, or an upstream, that nobody names: what holds for it holds for all that are not named. */
const ANY_NAME = 'any-other-tool';
const ANY_UPSTREAM = 'any-other-upstream';

/**
 * Every tool that templates tell apart: those named, and for `upstream/*` and `*` one that nobody names, which stands for
 * all of these.
 */
export function toolsOf(templates: readonly Pick<GrantTemplate, 'tool'>[]): readonly string[] {
  const found = new Set<string>();
  for (const { tool } of templates) {
    if (tool === '*') found.add(`${ANY_UPSTREAM}/${ANY_NAME}`);
    else if (tool.endsWith('/*')) found.add(`${tool.slice(0, -1)}${ANY_NAME}`);
    else found.add(tool);
  }
  // `*` also means the other tools of upstreams of which some are named.
  for (const tool of found) found.add(`${tool.slice(0, tool.indexOf('/') + 1)}${ANY_NAME}`);
  return [...found];
}

/**
 * What a type gives of these tools, whatever they can do. Where the type pins values, each grant says so: pinning depends on
 * what a template states itself, so two of them are comparable only where they state the same.
 */
export function typeGrants(type: TaskType, tools: readonly string[]): readonly TaskGrant[] {
  return type.grants.flatMap((template, at) => {
    const { tool: _, effects: allowed = effects, ...rest } = template;
    return tools
      .filter((tool) => isMeantBy(template, tool))
      .map((tool) => ({
        onDeny: type.onDeny,
        ...rest,
        id: `${at + 1} ${tool}`,
        tool,
        effects: allowed,
        ...(type.pinned ? { pinned: statedBy(template) } : {}),
      }));
  });
}

function statedBy({ args = {}, integrity = {} }: GrantTemplate): unknown {
  return { named: [...new Set([...Object.keys(args), ...Object.keys(integrity)])].toSorted(), integrity };
}
