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
