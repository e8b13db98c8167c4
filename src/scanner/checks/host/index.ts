import type { Check } from '../../check.ts';

/** The checks of this part, one line each. */
export const hostChecks: readonly Check<'host'>[] = [];
