import { type Answer, fail, pass, warn } from '../../check.ts';
import type { ConfigFacts } from '../../facts/config.ts';
import { firstOf, numberOf, said, sentence, settingOf, unresolved, whereOf } from './setting.ts';

/** Where a log's rotation is configured: by time, by size. */
export interface RotationPaths {
  readonly byTime: string;
  readonly bySize: readonly string[];
}

/** Whether a log begins a new file by time or by size. */
export function judgeRotation(facts: ConfigFacts, { byTime, bySize }: RotationPaths): Answer {
  const elsewhere = unresolved(facts, [byTime]);
  if (elsewhere !== undefined) return elsewhere;
  const where = whereOf(facts, byTime);
  const value = settingOf(facts, byTime)?.value;
  const size = firstOf(facts, bySize);
  const isOff =
    value === false || value === 0 || (typeof value === 'string' && /^(never|none|off|no|false)$/i.test(value));
  if (value !== undefined && !isOff) return pass(sentence(said(facts, byTime)), { where });
  const bytes = size === undefined ? undefined : numberOf(facts, size.path);
  if (size !== undefined && bytes !== undefined && bytes > 0) {
    return pass(sentence(said(facts, byTime), said(facts, size.path)), { where });
  }
  const seen = sentence(said(facts, byTime));
  return isOff ? fail(seen, { where }) : warn(seen, { where });
}
