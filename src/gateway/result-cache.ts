import type { Clock } from '../kernel/clock.ts';
import type { JsonObject, Request } from '../kernel/jsonrpc.ts';
export interface CacheKey {
  readonly upstream: string;
  readonly principal: string;
  readonly credential: string;
  readonly request: Request;
}
export interface ResultCache {
  get(key: CacheKey): JsonObject | undefined;
  put(key: CacheKey, result: JsonObject): void;
  forget(upstream: string, method: string, uri?: string): void;
  forgetUpstream(upstream: string): void;
}
export function createResultCache(_o: { clock: Clock }): ResultCache {
  return { get: () => undefined, put() {}, forget() {}, forgetUpstream() {} };
}
