import type { Clock } from '../kernel/clock.ts';
import { isFailure, isObject, type Response } from '../kernel/jsonrpc.ts';
import { type Era, MODERN_VERSION } from './era.ts';

/** What is known of the eras that one upstream speaks. */
export interface EraVerdict {
  /** The eras to try in turn for a client of era `own`: its own first, unless that is known not to work. */
  candidates(own: Era): readonly Era[];
  spoken(era: Era): void;
  notSpoken(era: Era): void;
}

/** How long "does not speak it" is believed, ms: an upstream may be updated at any time. */
const BELIEVED_MS = 600_000;

/** A verdict that expires; `pinned` is the configuration's word, and final. */
export function createEraVerdict(clock: Clock, pinned: Era | undefined): EraVerdict {
  const refuted = new Map<Era, number>();
  const isRefuted = (era: Era): boolean => clock.now() < (refuted.get(era) ?? 0);
  return {
    candidates(own) {
      if (pinned !== undefined) return [pinned];
      const other = own === 'legacy' ? 'modern' : 'legacy';
      return isRefuted(own) ? [other, own] : [own, other];
    },
    spoken: (era) => void refuted.delete(era),
    notSpoken: (era) => void refuted.set(era, clock.now() + BELIEVED_MS),
  };
}

/** True when an upstream answered the first message of the modern era as one does who speaks it. */
export function isDiscovery(response: Response): boolean {
  if (isFailure(response)) return false;
  const versions = response.result['supportedVersions'];
  return Array.isArray(versions) && versions.includes(MODERN_VERSION) && isObject(response.result['capabilities']);
}

/** True for an upstream that refused the version it was offered and names the same one as its own (VER-02). */
export function wantsAnotherTry(response: Response): boolean {
  if (!isFailure(response) || response.error.code !== -32022) return false;
  const { data } = response.error;
  const supported = isObject(data) ? data['supported'] : undefined;
  return Array.isArray(supported) && supported.includes(MODERN_VERSION);
}

/**
 * Whether the failed first message of an era says that the upstream does not speak it. Legacy servers refuse in many
 * wordings, so any error of their own counts; being turned away (401, 403), overloaded or absent says nothing.
 */
export function refutesEra(response: Response, tried: Era, isProcess: boolean): boolean {
  if (!isFailure(response)) return true;
  const { data } = response.error;
  const { code, status } = isObject(data) ? data : {};
  if (code === 'UPSTREAM_UNAVAILABLE') {
    if (typeof status === 'number') return NOT_UNDERSTOOD.has(status);
    // A process that does not survive its first message gets another chance in the older way.
    return isProcess && tried === 'modern';
  }
  if (code === 'UPSTREAM_TIMEOUT') return isProcess && tried === 'modern';
  if (tried === 'modern' && MODERN_REFUSALS.has(response.error.code)) return false;
  return code !== 'CANCELLED' && code !== 'INTERNAL' && code !== 'AUDIT_UNAVAILABLE';
}

/** Errors that only who speaks 2026-07-28 knows: a header, a capability. */
const MODERN_REFUSALS: ReadonlySet<number> = new Set([-32020, -32021]);

/** HTTP answers of servers that do not know what they were sent. */
const NOT_UNDERSTOOD: ReadonlySet<number> = new Set([400, 404, 405, 406, 415, 422, 501]);
