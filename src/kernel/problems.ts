import { MerlonError } from './errors.ts';

/** All that is wrong with something that a person wrote, found in one go. `code` and `exit` are those of the first problem. */
export class Problems extends MerlonError {
  /** At least one problem, in the order of the file. */
  readonly problems: readonly MerlonError[];

  /** `what` begins the sentence, such as `The configuration merlon.yaml`. */
  constructor(what: string, problems: readonly MerlonError[], todo = 'Correct what is listed.') {
    const sorted = inOrder(problems);
    const count = sorted.length === 1 ? 'a problem' : `${sorted.length} problems`;
    super(sorted[0]?.code ?? 'INTERNAL', `${what} has ${count}.`, { todo });
    this.problems = sorted;
  }
}

/** Sorts by place; what has no place comes first. */
export function inOrder<T extends Pick<MerlonError, 'place'>>(items: readonly T[]): T[] {
  const line = ({ place }: T) => place?.line ?? 0;
  const column = ({ place }: T) => place?.column ?? 0;
  return [...items].sort((a, b) => line(a) - line(b) || column(a) - column(b));
}
