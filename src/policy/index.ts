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
// What is proven of task grants.
export { type CompareOptions, isNarrower } from './prove/is-narrower.ts';
