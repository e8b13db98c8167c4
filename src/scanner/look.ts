import type { Text } from '../kernel/text.ts';

/** Why something was not seen. Only `not-offered` says anything about the target itself: it has no such thing. */
export type BlindReason =
  | 'not-offered'
  | 'not-asked'
  | 'unreachable'
  | 'timeout'
  | 'unreadable'
  | 'no-credential'
  | 'forbidden'
  | 'no-permission'
  | 'not-on-this-system'
  | 'error';

/** What was seen, or why nothing was. Silence is never a pass: a check has to say what it makes of each. */
export type Look<T> = Saw<T> | Blind;

/** Something that was seen. */
export interface Saw<T> {
  readonly saw: T;
}

/** Something that was not seen. */
export interface Blind {
  readonly blind: BlindReason;
  readonly why: Text;
}

/** Wraps what was seen. */
export function saw<T>(value: T): Saw<T> {
  return { saw: value };
}

/** Says why nothing was seen. */
export function blind(reason: BlindReason, en: string, zh: string): Blind {
  return { blind: reason, why: { en, zh } };
}

/** True for what could not be looked at, in contrast to what was not asked for or does not exist. */
export function failedToLook({ blind: reason }: Blind): boolean {
  return reason !== 'not-offered' && reason !== 'not-asked';
}
