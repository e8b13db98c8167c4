import { connectIo } from './run-connect.ts';
import { fix, type FixCommandOptions } from './fix.ts';

/** `merlon fix` with the real process around it. Returns the exit code. */
export async function runFix(files: readonly string[], options: FixCommandOptions): Promise<number> {
  return await fix(files, options, connectIo());
}
