import { MerlonError } from '../kernel/errors.ts';
import { LEGACY_VERSIONS } from './era.ts';

/**
 * Judges the `MCP-Protocol-Version` of a request in a session. None is fine: the session knows its version
 * (LEG-HTTP-39). One that is not spoken is refused (LEG-HTTP-40). One that is spoken but is not the session's passes,
 * as it does with the servers of the SDKs: the header changes nothing about how a request is read, and clients that
 * send the version they know best would stop working for no gain.
 * @param negotiated what the session agreed on; on `/mcp/NAME` that is the upstream's word, and may be one more version
 * @throws MerlonError PROTOCOL_UNSUPPORTED
 */
export function checkLegacyVersion(headerValue: string | undefined, negotiated?: string): void {
  if (headerValue === undefined || headerValue === negotiated) return;
  if (LEGACY_VERSIONS.some((version) => version === headerValue)) return;
  throw new MerlonError('PROTOCOL_UNSUPPORTED', 'The header MCP-Protocol-Version names no version spoken here.', {
    data: { supported: LEGACY_VERSIONS },
  });
}

/**
 * True for a session whose clients read an event without data. Earlier ones take it for a broken message, so the first
 * event of a stream, which only carries an id (LEG-HTTP-11), is not for them.
 */
export function readsEmptyEvents(negotiated: string): boolean {
  return negotiated === '2025-11-25';
}
