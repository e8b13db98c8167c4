import type { Config } from '../config/load.ts';
import type { TasksOptions } from '../gateway/tasks/tasks-options.ts';
import type { ApiKeys } from '../identity/api-key.ts';
import type { Clock } from '../kernel/clock.ts';
import { keyFiles, openKeys } from './authenticator.ts';

/** Makes what says whether the API key that a task was opened with still counts; other credentials end with the task. */
export function createOpenerCounts(
  config: () => Config,
  how: { readonly clock: Clock; readonly onProblem: (error: unknown) => void },
): NonNullable<TasksOptions['openerCounts']> {
  let known: { readonly of: Config; readonly rings: readonly ApiKeys[] } | undefined;
  return ({ method, credential }, now) => {
    if (method !== 'api_key') return true;
    if (known?.of !== config()) {
      known = { of: config(), rings: keyFiles(config()).map((file) => openKeys(file, how)) };
    }
    return known.rings.some((keys) => keys.counts(credential, now));
  };
}
