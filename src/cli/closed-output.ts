import { MerlonError } from '../kernel/errors.ts';

/** What is printed to. */
interface Output {
  on(event: 'error', listener: (error: unknown) => void): unknown;
  off(event: 'error', listener: (error: unknown) => void): unknown;
}

/**
 * Keeps a failing stdout from ending a command with a stack trace, and with an exit code that means something else. Who
 * reads no further, as `head` does, has read enough: nothing is said, and the exit code stays what the command says.
 * @param fail told of anything else, such as a full disk
 * @returns what ends that, for a command that minds it itself
 */
export function mindClosedOutput(output: Output, fail: (error: MerlonError) => void): () => void {
  const listener = (cause: unknown): void => {
    const code = cause instanceof Error && 'code' in cause ? cause.code : undefined;
    if (code !== 'EPIPE') fail(new MerlonError('STATE_NOT_WRITABLE', 'What is printed cannot be written.', { cause }));
  };
  output.on('error', listener);
  return () => void output.off('error', listener);
}
