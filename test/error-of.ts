import { MerlonError } from '../src/kernel/errors.ts';

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
