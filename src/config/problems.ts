import { type ErrorCode, type ErrorOptions, MerlonError, type Place } from '../kernel/errors.ts';

/** All that is wrong with a configuration, found in one go. `code` and `exit` are those of the first problem. */
export class ConfigErrors extends MerlonError {
  /** At least one problem, in the order of the file. */
  readonly problems: readonly MerlonError[];
  /** What is doubtful besides. */
  readonly warnings: readonly ConfigWarning[];

  constructor(file: string, problems: readonly MerlonError[], warnings: readonly ConfigWarning[] = []) {
    const sorted = inOrder(problems);
    const count = sorted.length === 1 ? 'a problem' : `${sorted.length} problems`;
    super(sorted[0]?.code ?? 'INTERNAL', `The configuration ${file} has ${count}.`, {
      todo: 'Correct what is listed; `merlon config check` lists it again.',
    });
    this.problems = sorted;
    this.warnings = inOrder(warnings);
  }
}

/** What a warning is about; stable, for tests and filters. */
export type WarningKind =
  | 'literal-secret'
  | 'weak-secret'
  | 'readable-secret-file'
  | 'unknown-reference'
  | 'plain-http-upstream'
  | 'any-audience'
  | 'unsafe-bind';

/** Something doubtful that does not keep the gateway from starting. Never carries a secret. */
export interface ConfigWarning {
  readonly kind: WarningKind;
  readonly place: Place;
  readonly message: string;
  readonly todo: string;
}

/** Makes one problem at a place. */
export function problem(code: ErrorCode, place: Place, message: string, options: ErrorOptions = {}): MerlonError {
  return new MerlonError(code, message, { ...options, place });
}

/** Sorts by place; what has no place comes first. */
export function inOrder<T extends { readonly place: Place | undefined }>(items: readonly T[]): T[] {
  const line = ({ place }: T) => place?.line ?? 0;
  const column = ({ place }: T) => place?.column ?? 0;
  return [...items].sort((a, b) => line(a) - line(b) || column(a) - column(b));
}
