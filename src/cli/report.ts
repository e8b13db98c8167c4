import { randomUUID } from 'node:crypto';
import { MerlonError } from '../kernel/errors.ts';
import { Problems } from '../kernel/problems.ts';

/**
 * Says why a command ended, in one sentence and what to do. An unexpected error shows its kind and an id, never a
 * stack trace.
 * @returns the exit code
 */
export function report(error: unknown, err: (text: string) => void): number {
  if (error instanceof Problems) {
    for (const problem of error.problems) report(problem, err);
    return error.exit;
  }
  if (error instanceof MerlonError) {
    const { place, code, message, todo } = error;
    const at = place === undefined ? '' : `${place.file}:${place.line}:${place.column} `;
    err(printable(`${at}${code}: ${message}\n  ${todo}\n`));
    return error.exit;
  }
  const kind = error instanceof Error ? error.name : typeof error;
  err(`INTERNAL: Something unexpected happened (${kind}, id ${randomUUID()}).\n  Report it with what you did.\n`);
  return 70;
}

/** Names of files and words of files are somebody else's: nothing of them may steer the terminal. */
function printable(text: string): string {
  return text.replaceAll(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, (char) =>
    char === '\n' || char === '\t' ? char : `\\u${(char.codePointAt(0) ?? 0).toString(16).padStart(4, '0')}`,
  );
}
