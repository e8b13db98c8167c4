import { hash } from 'node:crypto';
import { isExactNumber } from '../kernel/jsonrpc.ts';

/** What the log keeps of a call's arguments. */
export interface RecordedArgs {
  /** JSON text, masked; at most 2,048 characters, then a marker with the full length. */
  readonly args: string;
  /** SHA-256 (hex) of the complete, unmasked JSON text. */
  readonly argsHash: string;
}

const MAX_RECORDED = 2_048;
/** Characters of the arguments that are looked at; what lies behind can never be shown. */
const MAX_LOOKED_AT = 24_576;
/** A secret that the look was cut in the middle of may be no longer recognisable: nothing this close to the cut is shown. */
const CUT_MARGIN = 8_192;

/**
 * Turns attacker-controlled arguments into what the log may keep. Masking looks at a bounded part, so that a call of
 * megabytes costs no more than its hash. The hash lets somebody who has the arguments prove them; it also lets
 * somebody who can guess them (`{"pin":"1234"}`) confirm the guess.
 * @param mask replaces secrets in a JSON value
 * @param text the arguments' JSON text, when it is at hand
 */
export function recordArgs(
  args: unknown,
  mask: (value: unknown) => unknown,
  text: string = JSON.stringify(args) ?? 'null',
): RecordedArgs {
  const argsHash = hash('sha256', text, 'hex');
  const isLong = text.length > MAX_LOOKED_AT;
  const looked = isLong ? beginning(args, { left: MAX_LOOKED_AT }) : args;
  const safe = mask(looked);
  const masked = safe === args ? text : (JSON.stringify(safe) ?? 'null');
  const shown = isLong ? masked.slice(0, Math.max(0, masked.length - CUT_MARGIN)) : masked;
  if (!isLong && shown.length <= MAX_RECORDED) return { args: shown, argsHash };
  return { args: `${shown.slice(0, MAX_RECORDED)}[cut: ${text.length} characters]`, argsHash };
}

/** The value without what comes after about `budget.left` characters of its JSON text. */
function beginning(value: unknown, budget: { left: number }): unknown {
  if (typeof value === 'string') {
    const part = value.slice(0, Math.max(0, budget.left));
    budget.left -= value.length;
    return part;
  }
  budget.left -= 4;
  if (typeof value !== 'object' || value === null || isExactNumber(value)) return value;
  if (Array.isArray(value)) {
    const items: unknown[] = [];
    for (const item of value) {
      if (budget.left <= 0) break;
      items.push(beginning(item, budget));
    }
    return items;
  }
  const entries: [string, unknown][] = [];
  for (const key in value) {
    if (budget.left <= 0) break;
    const name = key.slice(0, budget.left);
    budget.left -= key.length;
    entries.push([name, beginning((value as Record<string, unknown>)[key], budget)]);
  }
  return Object.fromEntries(entries);
}
