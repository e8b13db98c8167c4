import { timingSafeEqual } from 'node:crypto';
import { crc32 } from 'node:zlib';
import type { RandomBytes } from './api-key-text.ts';
import { keyed, loadPepper, newPepper, type Pepper } from './pepper.ts';
import { writePrivate } from './private-file.ts';

/** What every task credential begins with; secret scanners look for it. */
export const TASK_PREFIX = 'mlt_';

const ID_LENGTH = 16;
const SECRET_BYTES = 32;
const SUM_LENGTH = 7;
const LETTERS = 'abcdefghijklmnopqrstuvwxyz234567';
const TASK_TEXT = /^mlt_([a-z2-7]{16})_[A-Za-z0-9_-]{43}_[a-z2-7]{7}$/;
const NO_HASH = Buffer.alloc(32);

/** A new id of a task: 16 characters that may be shown, 80 random bits. */
export function newTaskId(random: RandomBytes): string {
  // 256 is a multiple of 32, so every letter is as likely as the others.
  return Array.from(random(ID_LENGTH), (byte) => LETTERS.charAt(byte % LETTERS.length)).join('');
}

/**
 * The task that a credential's text names, undefined for a text that is none. Its checksum holds, so that a text that was
 * mistyped or made up costs no keyed hash; it proves nothing.
 */
export function taskIdOf(text: string): string | undefined {
  const id = TASK_TEXT.exec(text)?.[1];
  return id !== undefined && text.endsWith(`_${checksum(text.slice(0, -SUM_LENGTH - 1))}`) ? id : undefined;
}

/** Makes and proves the credentials of tasks; keeps none of them. */
export interface TaskSecrets {
  /** A new credential (prefix, id, a secret of 256 random bits, checksum), and what may be kept of it. */
  issue(id: string): { readonly text: string; readonly hash: Buffer };
  /** Whether a text is the one with this hash, in constant time; an unknown one (undefined) costs the same. */
  isRight(text: string, hash: Buffer | undefined): boolean;
}

/**
 * Opens what hashes of task credentials are keyed with, and makes it (0600) on first use. With another pepper no
 * credential counts that was issued before.
 * @throws MerlonError KEYS_UNUSABLE, STATE_NOT_WRITABLE
 */
export function openTaskSecrets(pepperPath: string, random: RandomBytes): TaskSecrets {
  let pepper: Pepper | undefined = loadPepper(pepperPath);
  if (pepper === undefined) {
    pepper = newPepper(random);
    writePrivate(pepperPath, `${pepper.text}\n`);
  }
  const key = pepper;
  return {
    issue(id) {
      const begin = `${TASK_PREFIX}${id}_${Buffer.from(random(SECRET_BYTES)).toString('base64url')}`;
      const text = `${begin}_${checksum(begin)}`;
      return { text, hash: keyed(key, text) };
    },
    isRight(text, hash) {
      const isEqual = timingSafeEqual(keyed(key, text), hash?.length === NO_HASH.length ? hash : NO_HASH);
      return isEqual && hash !== undefined;
    },
  };
}

function checksum(text: string): string {
  let rest = crc32(text);
  let letters = '';
  for (let at = 0; at < SUM_LENGTH; at += 1) {
    letters = LETTERS.charAt(rest % LETTERS.length) + letters;
    rest = Math.floor(rest / LETTERS.length);
  }
  return letters;
}
