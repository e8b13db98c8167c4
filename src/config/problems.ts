import { type ErrorCode, type ErrorOptions, MerlonError, type Place } from '../kernel/errors.ts';
import { inOrder, Problems } from '../kernel/problems.ts';

/** All that is wrong with a configuration, found in one go. `code` and `exit` are those of the first problem. */
export class ConfigErrors extends Problems {
  /** What is doubtful besides. */
  readonly warnings: readonly ConfigWarning[];

  constructor(file: string, problems: readonly MerlonError[], warnings: readonly ConfigWarning[] = []) {
    super(`The configuration ${file}`, problems, 'Correct what is listed; `merlon config check` lists it again.');
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
