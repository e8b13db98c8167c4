import type { ConfigFacts } from '../../facts/config.ts';
import { itemsOf, listOf, says, switchOf, textOf } from './setting.ts';

/** A task type of a configuration of Merlon's, as far as it says how narrow its tasks are. */
export interface TaskType {
  readonly name: string;
  /** Dotted path, such as `permissions.tasks.types.0`. */
  readonly path: string;
  readonly roles: readonly string[];
  /** True where a task of it has every tool of its role, unbound. */
  readonly isBoundless: boolean;
}

/** The task types, by name. */
export function taskTypesOf(facts: ConfigFacts): ReadonlyMap<string, TaskType> {
  const types = itemsOf(facts, 'permissions.tasks.types').map(({ path }) => {
    const isPinned = switchOf(facts, `${path}.pinned`) !== false;
    const grants = itemsOf(facts, `${path}.grants`);
    const type: TaskType = {
      name: textOf(facts, `${path}.name`) ?? '',
      path,
      roles: listOf(facts, `${path}.roles`) ?? [],
      isBoundless: !isPinned && grants.some((grant) => isBoundless(facts, grant.path)),
    };
    return [type.name, type] as const;
  });
  return new Map(types);
}

const BOUNDS = ['effects', 'args', 'integrity', 'other_args', 'uses', 'budgets', 'always_ask'];

function isBoundless(facts: ConfigFacts, path: string): boolean {
  return textOf(facts, `${path}.tool`) === '*' && !BOUNDS.some((key) => says(facts, `${path}.${key}`));
}
