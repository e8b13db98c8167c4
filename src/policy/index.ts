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
// What is proven of task grants, and where they are wider than they need to be.
export {
  type Analysis,
  analyzeGrants,
  type AnalyzeRequest,
  type EgressPath,
  type ReachableSink,
  type UsedCall,
} from './prove/analyze-grants.ts';
export { analysisLines } from './prove/analysis-lines.ts';
export { analyzeType } from './prove/analyze-types.ts';
export { compareGrants, type Comparison, type Counterexample } from './prove/compare-grants.ts';
export { compareTypes, type TypeComparison } from './prove/compare-types.ts';
export { type CompareOptions, isNarrower } from './prove/is-narrower.ts';

// Learning task grants from what tasks did.
export { type Missing, missingMass } from './learn/coverage.ts';
export type { Evidence, Rung } from './learn/generalise.ts';
export { createLearner, defaultEvidence, type Learner, learnGrants, type LearnOptions } from './learn/learn-grants.ts';
export type { LearnedArgument, LearnedGrant, LearnedGroup, LeftOut, LeftOutReason } from './learn/learned.ts';
export type { Trace, TraceCall, TraceOutcome } from './learn/trace.ts';

// What arguments must be, read as the programs that get them do.
export type { Command, Constraint, Scalar } from './constraint/constraint.ts';
export { type CompiledConstraint, compileConstraint, holds } from './constraint/compile-constraint.ts';
export { type ConstraintProblem, constraintProblems, readFolder } from './constraint/check-constraint.ts';
export { describeConstraint } from './constraint/describe-constraint.ts';
export {
  type Argument,
  type ArgumentPath,
  type ArgumentValue,
  compilePath,
  parsePath,
  readArgument,
} from './constraint/argument-path.ts';
export { type UncoveredArguments, uncoveredArguments } from './constraint/uncovered-arguments.ts';
export { readArgv } from './constraint/read-argv.ts';
export { domainOf, readDomain, readEmail } from './constraint/read-email.ts';
export { isAddress, readHostName } from './constraint/read-host-name.ts';
export { type HostPattern, matchesHost, readHost, readHostPattern } from './constraint/read-host.ts';
export { readBareOrigin, readOrigin } from './constraint/read-origin.ts';
export { isUnder, readPath } from './constraint/read-path.ts';
export { constraintSettings, type ConstraintSettings } from './constraint/settings.ts';
// Tasks: what they may ask for, what they get, how that changes.
export {
  calculateMinimalPermissions,
  type MinimalPermissions,
  type MintRequest,
} from './task/calculate-minimal-permissions.ts';
export type { Bounds } from './task/bounds.ts';
export { type Adjustment, adjustForCall, type AdjustOptions, type WhyNone } from './task/adjust-for-call.ts';
export { type Changed, narrow, type Narrowing, revokeAll } from './task/change-task.ts';
export { type TaskUnderWay, validateCall } from './task/validate-call.ts';
export { changeOf } from './task/task-change.ts';
export type { NotGiven } from './task/given-scopes.ts';
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
export { type Resource, resources, type Scopes, type Task, type TaskContext } from './task/task.ts';
export type { Cause, TaskChange } from './task/task-change.ts';
export { parseTaskContext } from './task/task-context.ts';
export type { GrantTemplate, TaskType } from './task/task-type.ts';
export { defaultContext, rolesWithoutTask, taskTypesOf, type TaskTypes } from './task/task-types.ts';
export type { Pinned, WhyLeftOut } from './task/template-grants.ts';
// What a task may do, whether a call may be made under it, and what it has used.
export type { Budget, Charge, TaskGrant } from './grant/task-grant.ts';
export { USES } from './grant/task-grant.ts';
export type { CallDecision, Circumstances, Endorsed, Objection, Spent, ToolCall } from './grant/call-decision.ts';
export { type CompiledGrants, compileGrants } from './grant/compile-grants.ts';
export { decideCall } from './grant/decide-call.ts';
export { type ChainCircumstances, type ChainLink, decideChain } from './grant/decide-chain.ts';
export { argsHash, type Endorsable, endorsableValues } from './grant/endorsement.ts';
export { mayCallSomehow, visibleTools } from './grant/visible-tools.ts';
export { createLedger, type Ledger } from './grant/ledger.ts';
export { isLedgerState, type LedgerEntry, type LedgerMoment, type LedgerState } from './grant/ledger-state.ts';
export { keepsBudgets } from './grant/keeps-budgets.ts';

// What tools can do, by their untrusted definitions.
export {
  effects,
  type Effect,
  type SinkKind,
  sinkKinds,
  type ToolOverride,
  type ToolProfile,
} from './tool/tool-profile.ts';
export { definitionHash } from './tool/definition-hash.ts';
export { type LockEntry, lockEntryOf } from './tool/lock-entry.ts';
export { type LockChange, lockChanges, type Lockfile, lockfileOf, lockText, parseLockfile } from './tool/lockfile.ts';
export { profileOf, type ProfileOptions } from './tool/profile-of.ts';
export { createToolBook, type ToolBook, type ToolBookOptions } from './tool/tool-book.ts';
export type { ToolLike } from '../kernel/tool-like.ts';
export { explainDecision, explainObjections, objectionData } from './grant/explain.ts';

// Where values come from in a task, and what is pinned to the user's words.
export { type Source, type Sources, sources } from './provenance/source.ts';
export {
  createProvenance,
  type Provenance,
  type ProvenanceLimits,
  type ProvenanceOptions,
  type ProvenanceState,
} from './provenance/provenance.ts';
export { type Pin, pin } from './task/pin.ts';

// Guardrails of an organisation: Cedar policies that only forbid.
export type { Cedar } from './guardrail/cedar.ts';
export {
  createGuardrail,
  type GuardedCall,
  type Guardrail,
  type GuardrailOptions,
  type GuardrailVerdict,
} from './guardrail/create-guardrail.ts';
