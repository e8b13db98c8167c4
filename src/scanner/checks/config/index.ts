import type { Check } from '../../check.ts';

/** The checks of this part, one line each. */
export const configChecks: readonly Check<'config'>[] = [];
