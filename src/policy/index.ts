/** `merlon/policy`: roles, permissions and the one decision, for programs that want to judge as the gateway does. */
export { type Decision, decide, defineRole, type Grant, isGrant, type Role } from './decide.ts';
export { listedOperation, type Operation, operationOf } from './operation.ts';
export {
  type Action,
  actions,
  covers,
  formatPermission,
  type Kind,
  kinds,
  parsePermission,
  type Permission,
} from './permission.ts';
export { createRateLimit, type RateLimit, type RateLimitOptions, type RateVerdict } from './rate-limit.ts';
export { type ErrorCode, MerlonError } from '../kernel/errors.ts';

// Learning task grants from what tasks did.
export { type Missing, missingMass } from './learn/coverage.ts';
export type { Evidence, Rung } from './learn/generalise.ts';
export { createLearner, defaultEvidence, type Learner, learnGrants, type LearnOptions } from './learn/learn-grants.ts';
export type { LearnedArgument, LearnedGrant, LearnedGroup, LeftOut, LeftOutReason } from './learn/learned.ts';
export type { Trace, TraceCall, TraceOutcome } from './learn/trace.ts';
