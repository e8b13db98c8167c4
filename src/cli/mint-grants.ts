import type { EngineParts } from '../gateway/tasks/engine.ts';
import { calculateMinimalPermissions } from '../policy/task/calculate-minimal-permissions.ts';
import { pin } from '../policy/task/pin.ts';
import type { TaskTypes } from '../policy/task/task-types.ts';

/** Makes what gives a task the least that it needs, within the ceiling of its role. */
export function createMint(types: () => TaskTypes): EngineParts['mint'] {
  return ({ type, role, context, profiles, now, parent }) =>
    calculateMinimalPermissions({
      type,
      role,
      context,
      profiles,
      now,
      // The registry has left out what the role may not use, and gives ids of its own.
      mayUse: () => true,
      newId: createIds(),
      pin,
      ceiling: types().ceilings.get(role) ?? [],
      ...(parent === undefined ? {} : { parent }),
    });
}

function createIds(): () => string {
  let last = 0;
  return () => {
    last += 1;
    return `g${last}`;
  };
}
