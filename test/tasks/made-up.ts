import type { Caller } from '../../src/identity/caller.ts';
import type { EngineParts, Minted, TaskMemory, Wanted } from '../../src/gateway/tasks/engine.ts';
import type { TaskTypes } from '../../src/gateway/tasks/tasks-options.ts';
import type { TaskType } from '../../src/policy/task/task-type.ts';
import type { ToolProfile } from '../../src/policy/tool/tool-profile.ts';

/** A tool that only reads, with what it returns from strangers unless told otherwise. */
export function toolOf(tool: string, given: Partial<ToolProfile> = {}): ToolProfile {
  return {
    tool,
    hash: `hash of ${tool}`,
    effects: ['read'],
    sinks: {},
    output: 'untrusted',
    sandboxed: false,
    ...given,
  };
}

/** A type of task for role `user`, 600 s long. */
export function typeOf(name: string, given: Partial<TaskType> = {}): TaskType {
  const scopes = { read: [], write: [], execute: [] };
  return {
    name,
    roles: ['user'],
    seconds: 600,
    resources: [],
    scopes,
    grants: [],
    pinned: false,
    onDeny: 'deny',
    ...given,
  };
}

/** These types; the first is every role's default when `byDefault`. */
export function typesOf(types: readonly TaskType[], byDefault = false): TaskTypes {
  return {
    find: (name) => types.find((one) => one.name === name),
    defaultOf: (role) => (byDefault ? types.find(({ roles }) => roles.includes(role)) : undefined),
  };
}

/** A caller with an API key. */
export function callerOf(name: string, given: Partial<Caller> = {}): Caller {
  return {
    principal: `key:${name}`,
    role: 'user',
    method: 'api_key',
    credential: name,
    expiresAt: undefined,
    ...given,
  };
}

/** Grants for each tool that the type names by its whole name or `*`, with nothing worked out. */
export function mintFromType({ type, context, profiles, parent }: Wanted): Minted {
  const own = type.grants.flatMap(({ tool, effects: _effects, ...bounds }) =>
    profiles
      .filter((profile) => tool === '*' || profile.tool === tool)
      .filter((profile) => context.tools?.includes(profile.tool) ?? true)
      .map((profile) => ({ ...bounds, id: profile.tool, tool: profile.tool, effects: profile.effects })),
  );
  const grants =
    parent === undefined ? own : own.filter(({ tool }) => parent.grants.some((grant) => grant.tool === tool));
  return { grants, leftOut: [] };
}

/** A memory of whole texts: what the request holds is the user's, what a tool returned its tool's. */
export function memoryOfTexts(request: string | undefined, wasExposed: boolean): TaskMemory {
  let exposed = wasExposed;
  const trusted = new Set<string>();
  const untrusted = new Set<string>();
  return {
    get exposed() {
      return exposed;
    },
    learn({ output }, _args, result) {
      if (output === 'untrusted') exposed = true;
      for (const value of Object.values(result)) {
        if (typeof value === 'string') (output === 'trusted' ? trusted : untrusted).add(value);
      }
    },
    sourceOf(value) {
      if (request?.split(' ').includes(String(value)) === true) return 'user';
      if (trusted.has(String(value))) return 'trusted';
      return wasExposed || untrusted.has(String(value)) ? 'untrusted' : 'unknown';
    },
  };
}

/** Parts of an engine over these tools. */
export function enginePartsOf(profiles: () => readonly ToolProfile[]): EngineParts {
  return { mint: mintFromType, memory: memoryOfTexts, profiles };
}
