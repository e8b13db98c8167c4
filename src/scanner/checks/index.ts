import { apiChecks } from './api/index.ts';
import { clientChecks } from './client/index.ts';
import { configChecks } from './config/index.ts';
import { deploymentChecks } from './deployment/index.ts';
import { doorChecks } from './door/index.ts';
import { hostChecks } from './host/index.ts';
import { manifestChecks } from './manifest/index.ts';
import { repositoryChecks } from './repository/index.ts';
import { toolsChecks } from './tools/index.ts';
import { transportChecks } from './transport/index.ts';
import type { AnyCheck } from '../check.ts';

/** Every check that is built in, in the order of the parts. */
export const checks: readonly AnyCheck[] = [
  ...transportChecks,
  ...doorChecks,
  ...apiChecks,
  ...toolsChecks,
  ...configChecks,
  ...clientChecks,
  ...manifestChecks,
  ...hostChecks,
  ...repositoryChecks,
  ...deploymentChecks,
];
