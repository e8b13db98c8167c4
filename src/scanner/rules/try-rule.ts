import { type Place, MerlonError } from '../../kernel/errors.ts';
import type { About, Outcome } from '../check.ts';
import { defaultThresholds } from '../thresholds.ts';
import type { Rule } from './rule.ts';

/** An example that its rule judges otherwise than it says. */
export interface Mismatch {
  readonly rule: string;
  readonly kind: 'good' | 'bad';
  readonly place: Place;
  /** What the rule answered, in order. */
  readonly outcomes: readonly Outcome[];
}

/** A rule is asked about facts alone; it reads nothing of this. */
const about: About = { now: 0, kind: 'deployment', thresholds: defaultThresholds };

/** Holds a rule against its own examples: a good one passes and nothing else, a bad one fails or is warned of. */
export function tryRule({ check, good, bad }: Rule): readonly Mismatch[] {
  const tried = (kind: 'good' | 'bad') => (example: Rule['good'][number]) => {
    const outcomes = [check.ask(example.facts as never, about)].flat().map(({ outcome }) => outcome);
    return { rule: check.id, kind, place: example.place, outcomes };
  };
  return [
    ...good.map(tried('good')).filter(({ outcomes }) => !outcomes.includes('pass') || !outcomes.every(isFine)),
    ...bad.map(tried('bad')).filter(({ outcomes }) => !outcomes.some((one) => one === 'fail' || one === 'warn')),
  ];
}

function isFine(outcome: Outcome): boolean {
  return outcome === 'pass' || outcome === 'not-applicable';
}

/** A mismatch as a problem of the file. */
export function mismatchError({ rule, kind, place, outcomes }: Mismatch): MerlonError {
  const wanted = kind === 'good' ? 'pass' : 'fail or warn';
  const found = [...new Set(outcomes)].join(', ');
  return new MerlonError('RULE_INVALID', `${rule} should ${wanted} on this ${kind} example; it says: ${found}.`, {
    place,
    todo: 'Correct the rule or the example.',
  });
}
