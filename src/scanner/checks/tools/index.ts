import type { Check } from '../../check.ts';
import { serverInstructionsHarmless } from './server-instructions-harmless/check.ts';
import { toolAnnotationsHonest } from './tool-annotations-honest/check.ts';
import { toolFileAccessBounded } from './tool-file-access-bounded/check.ts';
import { toolListWhole } from './tool-list-whole/check.ts';
import { toolNamesDistinctScripts } from './tool-names-distinct-scripts/check.ts';
import { toolNoArbitraryExecution } from './tool-no-arbitrary-execution/check.ts';
import { toolNoArbitrarySql } from './tool-no-arbitrary-sql/check.ts';
import { toolNoExfiltrationParameter } from './tool-no-exfiltration-parameter/check.ts';
import { toolNoRiskyCombination } from './tool-no-risky-combination/check.ts';
import { toolSchemasPresent } from './tool-schemas-present/check.ts';
import { toolSchemasTyped } from './tool-schemas-typed/check.ts';
import { toolSecretsNotAsked } from './tool-secrets-not-asked/check.ts';
import { toolTextNoInstructions } from './tool-text-no-instructions/check.ts';
import { toolTextVisible } from './tool-text-visible/check.ts';

/** The checks of this part, one line each. */
export const toolsChecks: readonly Check<'tools'>[] = [
  toolSchemasPresent,
  toolSchemasTyped,
  toolAnnotationsHonest,
  toolNoArbitraryExecution,
  toolNoArbitrarySql,
  toolFileAccessBounded,
  toolSecretsNotAsked,
  toolTextVisible,
  toolTextNoInstructions,
  toolNoExfiltrationParameter,
  toolNamesDistinctScripts,
  serverInstructionsHarmless,
  toolNoRiskyCombination,
  toolListWhole,
];
