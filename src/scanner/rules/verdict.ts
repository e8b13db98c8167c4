import type { Text } from '../../kernel/text.ts';
import type { Where } from '../check.ts';
import type { Blind } from '../look.ts';

/** What was seen that decided, in a sentence. */
export interface Seen {
  readonly text: Text;
  readonly where: Where | undefined;
}

/** Whether a condition holds and what shows it; or why that cannot be said, which is neither. */
export type Verdict =
  | { readonly holds: boolean; readonly because: readonly Seen[] }
  | { readonly holds: undefined; readonly unseen: readonly Blind[] };

/** Most sentences that a verdict keeps. */
const MAX_SENTENCES = 5;

/** Holds when all hold. One that does not decides; what could not be seen leaves the rest open. None at all decide nothing. */
export function all(verdicts: readonly Verdict[]): Verdict {
  return decide(verdicts, false);
}

/** Holds when one holds. One that holds decides; what could not be seen leaves the rest open. */
export function any(verdicts: readonly Verdict[]): Verdict {
  return decide(verdicts, true);
}

/** The opposite; of what could not be seen there is none. */
export function not(verdict: Verdict): Verdict {
  return verdict.holds === undefined ? verdict : { ...verdict, holds: !verdict.holds };
}

function decide(verdicts: readonly Verdict[], decisive: boolean): Verdict {
  const said = verdicts.flatMap((one) => (one.holds === undefined ? [] : [one]));
  const deciding = said.filter(({ holds }) => holds === decisive);
  if (deciding.length > 0) return { holds: decisive, because: sentencesOf(deciding) };
  const unseen = verdicts.flatMap((one) => (one.holds === undefined ? one.unseen : []));
  if (unseen.length > 0) return { holds: undefined, unseen: unseen.slice(0, MAX_SENTENCES) };
  return { holds: !decisive, because: sentencesOf(said) };
}

function sentencesOf(said: readonly { readonly because: readonly Seen[] }[]): readonly Seen[] {
  return said
    .slice(0, MAX_SENTENCES)
    .flatMap(({ because }) => because)
    .slice(0, MAX_SENTENCES);
}
