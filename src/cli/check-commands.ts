import type { Config } from '../config/load.ts';
import type { Children } from '../gateway/children.ts';
import { definitionsOf } from './snapshot.ts';

/** Says that a program of the configuration is missing, before anything starts. @throws MerlonError UPSTREAM_NOT_FOUND */
export function checkCommands(config: Config, children: Children): void {
  for (const { command } of definitionsOf(config)) if (command !== undefined) children.check(command);
}
