import { createHmac, createSecretKey, type KeyObject } from 'node:crypto';
import { MerlonError } from '../kernel/errors.ts';
import type { RandomBytes } from './api-key-text.ts';
import { readPrivate } from './private-file.ts';

/** The secret that hashes of credentials are keyed with: without it, a stolen file of hashes is of no use. */
export interface Pepper {
  readonly key: KeyObject;
  /** What the pepper file holds. */
  readonly text: string;
  /** Whether it is in its file already. */
  readonly stored: boolean;
}

const PEPPER_BYTES = 32;

/**
 * The pepper in a file, undefined when there is none.
 * @throws MerlonError KEYS_UNUSABLE
 */
export function loadPepper(path: string): Pepper | undefined {
  const file = readPrivate(path, true);
  if (file === undefined) return undefined;
  const text = file.text.trim();
  const bytes = Buffer.from(text, 'base64url');
  if (bytes.length !== PEPPER_BYTES) throw new MerlonError('KEYS_UNUSABLE', `The pepper ${path} is damaged.`);
  return { key: createSecretKey(bytes), text, stored: true };
}

/** A pepper that nobody has seen, in no file yet. */
export function newPepper(random: RandomBytes): Pepper {
  const bytes = Buffer.from(random(PEPPER_BYTES));
  return { key: createSecretKey(bytes), text: bytes.toString('base64url'), stored: false };
}

/** HMAC-SHA256 of a credential under the pepper, 32 bytes. */
export function keyed(pepper: Pepper, text: string): Buffer {
  return createHmac('sha256', pepper.key).update(text).digest();
}
