import { MerlonError } from '../kernel/errors.ts';
import { isObject, type JsonObject } from '../kernel/jsonrpc.ts';
import { isLoopbackHost } from '../kernel/loopback.ts';

/** The part of `fetch` that is used here. */
export type Fetch = (url: URL, init: RequestInit) => Promise<Response>;

const MAX_BYTES = 256 * 1024;

/** How long fetching metadata or keys may take, milliseconds. */
export const FETCH_TIMEOUT_MS = 5000;

/**
 * Fetches a JSON object that says whom to trust: exactly this address (no redirect), status 200, at most 256 KB.
 * @throws MerlonError ISSUER_UNAVAILABLE, whose message names the address and a short reason, and nothing received
 */
export async function fetchDocument(url: URL, signal: AbortSignal, fetchFrom: Fetch = fetch): Promise<JsonObject> {
  try {
    const headers = { accept: 'application/json' };
    const response = await fetchFrom(url, { redirect: 'manual', signal, headers });
    if (response.status !== 200) {
      await response.body?.cancel();
      throw unavailable(url, `status ${response.status}`);
    }
    return objectIn(url, await readBounded(url, response));
  } catch (error) {
    if (error instanceof MerlonError) throw error;
    throw unavailable(url, signal.aborted ? 'no answer in time' : networkReason(error), error);
  }
}

async function readBounded(url: URL, response: Response): Promise<string> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of response.body ?? []) {
    size += chunk.byteLength;
    // Leaving the loop cancels the body. What is counted is decompressed.
    if (size > MAX_BYTES) throw unavailable(url, 'too large');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function objectIn(url: URL, text: string): JsonObject {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    value = undefined;
  }
  if (!isObject(value)) throw unavailable(url, 'no JSON object');
  return value;
}

/** A system error code such as ECONNREFUSED, which `fetch` hides in the cause. */
function networkReason(error: unknown): string {
  const cause = error instanceof Error ? error.cause : undefined;
  return cause instanceof Error && 'code' in cause && typeof cause.code === 'string' ? cause.code : 'not reachable';
}

/** The error for a source of metadata or keys that cannot be used now. */
export function unavailable(url: URL, reason: string, cause?: unknown): MerlonError {
  return new MerlonError('ISSUER_UNAVAILABLE', `${url.origin}${url.pathname}: ${reason}.`, { cause });
}

/**
 * The address in a text, if what is fetched there can be trusted: https, or plain http to this very machine; without
 * a password. Undefined otherwise.
 */
export function trustworthyUrl(text: string): URL | undefined {
  const url = URL.parse(text);
  if (url === null || url.username !== '' || url.password !== '') return undefined;
  return url.protocol === 'https:' || (url.protocol === 'http:' && isLoopbackHost(url.hostname)) ? url : undefined;
}
