import { wordsOf } from '../../kernel/tool-like.ts';
import { fold } from './tokens.ts';
import { CONTAINERS, NAMING } from './vocabulary.ts';

/** What the name of a field says about what it holds. */
export interface FieldName {
  /** It tells one thing from another. */
  readonly isNaming: boolean;
  /** It tells where something is. */
  readonly isContainer: boolean;
  /** What kind of secret it holds, as an index of {@link SECRETS}; undefined for all others. */
  readonly secret: number | undefined;
}

/** Names of fields that hold secrets, by their kind. */
export const SECRETS: readonly RegExp[] = [
  /pass(?:word|phrase|code)/,
  /passport/,
  /(?:credit|debit|bank) ?card|card ?(?:number|no)\b/,
  /\b(?:cvv|cvc|pin|otp|ssn)\b/,
  /social ?security|tax ?id|national ?id|\bid ?number/,
  /bank ?account|account ?number|routing/,
  /api ?key|secret|\btoken\b|private ?key|credential/,
  /(?:security|verification|access|recovery) ?code/,
];

/** Names that are kept, and how long they may be: the lists of a tool have the same few names again and again. */
const MAX_NAMES = 1_000;
const MAX_NAME = 64;
const known = new Map<string, FieldName>();

/** Reads the name of a field. Attacker-controlled, so that only so many are kept. */
export function readName(key: string): FieldName {
  const kept = known.get(key);
  if (kept !== undefined) return kept;
  const name = read(key);
  if (key.length > MAX_NAME) return name;
  if (known.size >= MAX_NAMES) known.clear();
  known.set(key, name);
  return name;
}

function read(key: string): FieldName {
  const words = wordsOf(key);
  const spaced = fold(key).replaceAll(/[_\-.]+/g, ' ');
  const secret = SECRETS.findIndex((pattern) => pattern.test(spaced));
  return {
    isNaming: words.some((word) => NAMING.has(word)),
    isContainer: words.some((word) => CONTAINERS.has(word)),
    secret: secret < 0 ? undefined : secret,
  };
}
