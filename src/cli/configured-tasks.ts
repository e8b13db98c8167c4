import type { Config } from '../config/load.ts';
import type { Caller } from '../identity/caller.ts';
import { parsePermission } from '../policy/permission.ts';
import { type CeilingEffect, ceilingOf } from '../policy/task/role-ceiling.ts';
import { type TaskTypes, taskTypesOf } from '../policy/task/task-types.ts';
import { effects, type ToolOverride } from '../policy/tool/tool-profile.ts';

/** What the configuration in force says of tasks. */
export interface ConfiguredTasks {
  readonly types: () => TaskTypes;
  /** The effects that a caller's role has at most; undefined where it may have all. */
  ceilingOf(caller: Caller): readonly CeilingEffect[] | undefined;
  /** Whether more than its permissions binds a caller: a task, or the ceiling of its role. */
  binds(caller: Caller): boolean;
}

/** Makes {@link ConfiguredTasks}; types are worked out once for each configuration. */
export function createConfiguredTasks(config: () => Config): ConfiguredTasks {
  let known: { readonly of: Config; readonly types: TaskTypes } | undefined;

  function types(): TaskTypes {
    if (known?.of !== config()) known = { of: config(), types: taskTypesOf(config().permissions) };
    return known.types;
  }

  function ceilingOfCaller({ role }: Caller): readonly CeilingEffect[] | undefined {
    const ceiling = role === undefined ? undefined : types().ceilings.get(role);
    return ceiling === undefined || isEverything(ceiling) ? undefined : ceiling;
  }

  return {
    types,
    ceilingOf: ceilingOfCaller,
    binds(caller) {
      if (caller.task !== undefined || ceilingOfCaller(caller) !== undefined) return true;
      return caller.role !== undefined && types().defaults.has(caller.role);
    },
  };
}

/** What the operator says of a tool; undefined: nothing. */
export function overrideIn(config: Config, upstream: string, tool: string): ToolOverride | undefined {
  const tools = config.mcpServers[upstream]?.tools;
  // A tool may be called `toString`.
  return tools !== undefined && Object.hasOwn(tools, tool) ? tools[tool] : undefined;
}

/** Whether anybody is bound by more than permissions who cannot open a task: what clients launch themselves has no API. */
export function boundsByDefault({ permissions }: Config): boolean {
  if (permissions.guardrails !== undefined) return true;
  return permissions.roles.some(
    (role) => role.default_task !== undefined || (callsTools(role) && !isEverything(ceilingOf(role))),
  );
}

function callsTools({ permissions }: Config['permissions']['roles'][number]): boolean {
  return permissions
    .map(parsePermission)
    .some(({ action, kind }) => /^(?:\*|execute)$/.test(action) && /^(?:\*|tool)$/.test(kind));
}

function isEverything(ceiling: readonly CeilingEffect[]): boolean {
  return effects.every((effect) => ceiling.includes(effect));
}
