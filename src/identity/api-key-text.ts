/** What every key text begins with; secret scanners look for it. */
export const KEY_PREFIX = 'merlon_';

const ID_LENGTH = 8;
const SECRET_BYTES = 32;
const ID_LETTERS = 'abcdefghijklmnopqrstuvwxyz234567';
const KEY_TEXT = /^merlon_[a-z2-7]{8}_[A-Za-z0-9_-]{43}$/;

/** A source of unpredictable bytes. */
export type RandomBytes = (size: number) => Uint8Array;

/** A new key: `merlon_ID_SECRET`, the id 8 characters that may be shown, the secret 256 random bits. */
export function newKeyText(random: RandomBytes): { readonly id: string; readonly text: string } {
  // 256 is a multiple of 32, so every letter is as likely as the others.
  const id = Array.from(random(ID_LENGTH), (byte) => ID_LETTERS.charAt(byte % ID_LETTERS.length)).join('');
  const secret = Buffer.from(random(SECRET_BYTES)).toString('base64url');
  return { id, text: `${KEY_PREFIX}${id}_${secret}` };
}

/** The id inside a key text, undefined for a text that is no key. The secret may contain underscores. */
export function keyIdOf(text: string): string | undefined {
  return KEY_TEXT.test(text) ? text.slice(KEY_PREFIX.length, KEY_PREFIX.length + ID_LENGTH) : undefined;
}
