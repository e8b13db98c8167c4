import type { Check } from '../../check.ts';
import { deploymentNoCrossReferences } from './deployment-no-cross-references/check.ts';
import { deploymentNoRiskyCombination } from './deployment-no-risky-combination/check.ts';
import { deploymentNoShadowedTools } from './deployment-no-shadowed-tools/check.ts';
import { deploymentNoSharedNames } from './deployment-no-shared-names/check.ts';

/** The checks of this part, one line each. */
export const deploymentChecks: readonly Check<'deployment'>[] = [
  deploymentNoShadowedTools,
  deploymentNoCrossReferences,
  deploymentNoRiskyCombination,
  deploymentNoSharedNames,
];
