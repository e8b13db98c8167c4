/** `merlon/policy`: roles, permissions, tasks and their grants, for programs that want to judge as the gateway does. */
export { decide, type Decision, defineRole, type Grant, isGrant, type Role } from './decide.ts';
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

// What errors look like.
export { type ErrorCode, MerlonError } from '../kernel/errors.ts';
export { type ToolLike } from '../kernel/tool-like.ts';

// The organisation's own policies above all grants.
export { type Cedar } from './guardrail/cedar.ts';
export {
  createGuardrail,
  type GuardedCall,
  type Guardrail,
  type GuardrailOptions,
  type GuardrailVerdict,
} from './guardrail/create-guardrail.ts';

// What arguments must be.
export {
  type Argument,
  type ArgumentPath,
  type ArgumentValue,
  compilePath,
  parsePath,
  readArgument,
} from './constraint/argument-path.ts';
export { type ConstraintProblem, constraintProblems, readFolder } from './constraint/check-constraint.ts';
export { argumentHolds, compileConstraint, type CompiledConstraint, holds } from './constraint/compile-constraint.ts';
export { type Command, type Constraint, type Scalar } from './constraint/constraint.ts';
export { describeConstraint } from './constraint/describe-constraint.ts';
export { readArgv } from './constraint/read-argv.ts';
export { domainOf, readDomain, readEmail } from './constraint/read-email.ts';
export { isAddress, readHostName } from './constraint/read-host-name.ts';
export { type HostPattern, matchesHost, readHost, readHostPattern } from './constraint/read-host.ts';
export { readBareOrigin, readOrigin } from './constraint/read-origin.ts';
export { isUnder, readPath } from './constraint/read-path.ts';
export { constraintSettings, type ConstraintSettings } from './constraint/settings.ts';
export { type UncoveredArguments, uncoveredArguments } from './constraint/uncovered-arguments.ts';

// What tools can do.
export { definitionHash } from './tool/definition-hash.ts';
export { type LockEntry, lockEntryOf } from './tool/lock-entry.ts';
export { type LockChange, lockChanges, type Lockfile, lockfileOf, lockText, parseLockfile } from './tool/lockfile.ts';
export { profileOf, type ProfileOptions } from './tool/profile-of.ts';
export { createToolBook, type ToolBook, type ToolBookOptions } from './tool/tool-book.ts';
export {
  type Effect,
  effects,
  type SinkKind,
  sinkKinds,
  type ToolOverride,
  type ToolProfile,
} from './tool/tool-profile.ts';

// Where values come from.
export {
  createProvenance,
  type Provenance,
  type ProvenanceLimits,
  type ProvenanceOptions,
  type ProvenanceState,
} from './provenance/provenance.ts';
export { type Source, type Sources, sources } from './provenance/source.ts';

// Grants of a task, and the decision on a call.
export {
  type CallDecision,
  type Circumstances,
  type Endorsed,
  type Objection,
  type Spent,
  type ToolCall,
} from './grant/call-decision.ts';
export { type CompiledGrants, compileGrants } from './grant/compile-grants.ts';
export { decideCall } from './grant/decide-call.ts';
export { type ChainCircumstances, type ChainLink, decideChain } from './grant/decide-chain.ts';
export { argsHash, type Endorsable, endorsableValues } from './grant/endorsement.ts';
export { explainDecision, explainObjections, objectionData } from './grant/explain.ts';
export { keepsBudgets } from './grant/keeps-budgets.ts';
export { isLedgerState, type LedgerEntry, type LedgerMoment, type LedgerState } from './grant/ledger-state.ts';
export { createLedger, type Ledger } from './grant/ledger.ts';
export { type Budget, type Charge, type TaskGrant, USES } from './grant/task-grant.ts';
export { mayCallSomehow, visibleTools } from './grant/visible-tools.ts';

// Tasks: what they may do, the operations on them.
export { adjustForCall, type Adjustment, type AdjustOptions, type WhyNone } from './task/adjust-for-call.ts';
export { type Bounds } from './task/bounds.ts';
export {
  calculateMinimalPermissions,
  type MinimalPermissions,
  type MintRequest,
} from './task/calculate-minimal-permissions.ts';
export { type Changed, narrow, type Narrowing, revokeAll } from './task/change-task.ts';
export { type NotGiven } from './task/given-scopes.ts';
export { type Pin, pin } from './task/pin.ts';
export { beyondCeiling, type CeilingEffect, ceilingEffects, ceilingOf } from './task/role-ceiling.ts';
export {
  defaultScopes,
  formatScope,
  parseScope,
  parseScopeOf,
  type Scope,
  type ScopeAction,
  scopeCovers,
} from './task/scope.ts';
export { type Cause, changeOf, type TaskChange } from './task/task-change.ts';
export { parseTaskContext } from './task/task-context.ts';
export { type GrantTemplate, type TaskType } from './task/task-type.ts';
export { defaultContext, rolesWithoutTask, type TaskTypes, taskTypesOf } from './task/task-types.ts';
export { type Resource, resources, type Scopes, type Task, type TaskContext } from './task/task.ts';
export { type Pinned, type WhyLeftOut } from './task/template-grants.ts';
export { type TaskUnderWay, validateCall } from './task/validate-call.ts';

// Which grants are wider than others.
export { analysisLines } from './prove/analysis-lines.ts';
export {
  type Analysis,
  analyzeGrants,
  type AnalyzeRequest,
  type EgressPath,
  type ReachableSink,
  type UsedCall,
} from './prove/analyze-grants.ts';
export { analyzeType } from './prove/analyze-types.ts';
export { compareGrants, type Comparison, type Counterexample } from './prove/compare-grants.ts';
export { compareTypes, type TypeComparison } from './prove/compare-types.ts';
export { type CompareOptions, isNarrower } from './prove/is-narrower.ts';

// Grants from what tasks did.
export { type Missing, missingMass } from './learn/coverage.ts';
export { type Evidence, type Rung } from './learn/generalise.ts';
export { createLearner, defaultEvidence, type Learner, learnGrants, type LearnOptions } from './learn/learn-grants.ts';
export {
  type LearnedArgument,
  type LearnedGrant,
  type LearnedGroup,
  type LeftOut,
  type LeftOutReason,
} from './learn/learned.ts';
export { type Trace, type TraceCall, type TraceOutcome } from './learn/trace.ts';
