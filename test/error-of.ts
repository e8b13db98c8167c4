import { MerlonError } from '../src/kernel/errors.ts';
import { Problems } from '../src/kernel/problems.ts';

/** The MerlonError that `run` throws, undefined when it throws none; any other error is thrown on. */
export function errorOf(run: () => unknown): MerlonError | undefined {
  try {
    run();
  } catch (error) {
    if (error instanceof MerlonError) return error;
    throw error;
  }
  return undefined;
}

/** The code of the MerlonError that `run` throws, `none` when it throws none. */
export function codeOf(run: () => unknown): string {
  return errorOf(run)?.code ?? 'none';
}

/** Code and place of every problem that `run` throws at once, such as `CONFIG_INVALID 2:3`. */
export function problemsOf(run: () => unknown): readonly string[] | 'nothing thrown' {
  try {
    run();
    return 'nothing thrown';
  } catch (error) {
    if (!(error instanceof Problems)) throw error;
    return error.problems.map(({ code, place }) => `${code} ${place?.line}:${place?.column}`);
  }
}
