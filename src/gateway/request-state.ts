import { createCipheriv, createDecipheriv, hash, randomBytes } from 'node:crypto';
import { canonicalJson, canonicalObject } from '../kernel/canonical-json.ts';
import type { Clock } from '../kernel/clock.ts';
import { MerlonError } from '../kernel/errors.ts';
import type { Request } from '../kernel/jsonrpc.ts';
import { createUsedOnce } from './used-once.ts';

/** What a state counts for; presented with anything else it is worth nothing. */
export interface StateBinding {
  readonly principal: string;
  /** Id of the task whose credential it was asked with, if it was one's. */
  readonly task?: string | undefined;
  /** The upstream of `/mcp/NAME`, undefined for `/mcp`. */
  readonly scope: string | undefined;
  /** Method and params count. The id, and of the params `_meta`, `inputResponses` and `requestState`, do not: a retry changes them. */
  readonly request: Request;
}

/** Turns what the gateway has to remember between a question and its answer into a text for the client to keep, and back. */
export interface RequestStates {
  /** @throws MerlonError UPSTREAM_INVALID when `payload` is longer than 48 KiB or no well-formed text */
  seal(binding: StateBinding, payload: string): string;
  /**
   * The payload of an attacker-controlled state; after that the state is used up.
   * @throws MerlonError REQUEST_STATE_INVALID when it is forged, expired, used already, or another caller's, endpoint's
   * or request's; which of them is not told
   */
  open(state: string, binding: StateBinding): string;
}

/** What sealing needs to know. */
export interface RequestStateOptions {
  readonly clock: Clock;
  /** How long a state counts in ms, default 600,000, at least 1. */
  readonly ttlMs?: number;
  /** 32 bytes, by default random: then states do not outlive the process. */
  readonly key?: Buffer;
  readonly random?: (bytes: number) => Buffer;
  /** Used states that are remembered until they expire, default 100,000. Beyond it none is opened: it fails closed. */
  readonly maxUsed?: number;
}

// version (1) | nonce (12) | sealed: expiry (8), payload | tag (16)
const VERSION = 1;
const ALGORITHM = 'aes-256-gcm';
const KEY_BYTES = 32;
const NONCE_BYTES = 12;
const EXPIRY_BYTES = 8;
const TAG_BYTES = 16;
const SEALED_AT = 1 + NONCE_BYTES;
const LEAST_BYTES = SEALED_AT + EXPIRY_BYTES + TAG_BYTES;
const MOST_PAYLOAD_BYTES = 49_152;
/** Longest text that {@link RequestStates.open} looks at: that of the longest payload, 50 characters more than 64 KiB. */
const MOST_CHARACTERS = Math.ceil(((LEAST_BYTES + MOST_PAYLOAD_BYTES) * 4) / 3);

/**
 * Seals states with AES-256-GCM (MRTR-07 to MRTR-11, MRTR-26). Nonces are random: one key is good for 2^32 states, which
 * a process does not come to.
 */
export function createRequestStates(options: RequestStateOptions): RequestStates {
  const { clock, ttlMs = 600_000, random = randomBytes, maxUsed = 100_000 } = options;
  const { key = random(KEY_BYTES) } = options;
  if (key.length !== KEY_BYTES) throw new TypeError('The key of request states has 32 bytes.');
  const used = createUsedOnce({ clock, most: maxUsed, spanMs: Math.ceil(ttlMs / 16) });

  function unseal(bytes: Buffer, binding: StateBinding): Buffer | undefined {
    const decipher = createDecipheriv(ALGORITHM, key, bytes.subarray(1, SEALED_AT), { authTagLength: TAG_BYTES });
    decipher.setAAD(digestOf(binding));
    decipher.setAuthTag(bytes.subarray(-TAG_BYTES));
    const sealed = decipher.update(bytes.subarray(SEALED_AT, -TAG_BYTES));
    try {
      decipher.final();
    } catch {
      return undefined;
    }
    return sealed;
  }

  function opened(state: string, binding: StateBinding): string | undefined {
    if (state.length > MOST_CHARACTERS) return undefined;
    const bytes = Buffer.from(state, 'base64url');
    if (bytes.length < LEAST_BYTES || bytes[0] !== VERSION) return undefined;
    // Node skips what is not Base64; a state has one text form only.
    if (bytes.toString('base64url') !== state) return undefined;
    const sealed = unseal(bytes, binding);
    if (sealed === undefined) return undefined;
    // Only now that it is known to be ours: nobody but its owner can use a state up.
    const nonce = bytes.toString('latin1', 1, SEALED_AT);
    return used.take(nonce, sealed.readDoubleBE()) ? sealed.toString('utf8', EXPIRY_BYTES) : undefined;
  }

  return {
    seal(binding, payload) {
      if (Buffer.byteLength(payload) > MOST_PAYLOAD_BYTES || !payload.isWellFormed())
        throw new MerlonError(
          'UPSTREAM_INVALID',
          'The upstream asks for more state to be kept than fits into a request.',
        );
      const nonce = random(NONCE_BYTES);
      const expiry = Buffer.alloc(EXPIRY_BYTES);
      expiry.writeDoubleBE(clock.now() + ttlMs);
      const cipher = createCipheriv(ALGORITHM, key, nonce, { authTagLength: TAG_BYTES });
      cipher.setAAD(digestOf(binding));
      const sealed = [cipher.update(expiry), cipher.update(payload, 'utf8'), cipher.final()];
      return Buffer.concat([Buffer.of(VERSION), nonce, ...sealed, cipher.getAuthTag()]).toString('base64url');
    },
    open(state, binding) {
      const payload = opened(state, binding);
      if (payload === undefined)
        throw new MerlonError('REQUEST_STATE_INVALID', 'The requestState does not count for this request.');
      return payload;
    },
  };
}

/** A digest of all that a state is bound to; two bindings share one only if they mean the same. */
function digestOf({ principal, task, scope, request }: StateBinding): Buffer {
  const who = canonicalJson([
    `merlon request state ${VERSION}`,
    principal,
    task ?? null,
    scope ?? null,
    request.method,
  ]);
  return hash('sha256', `${who}${canonicalObject(request.params ?? {}, changesInRetry)}`, 'buffer');
}

function changesInRetry(key: string): boolean {
  return key === '_meta' || key === 'inputResponses' || key === 'requestState';
}
