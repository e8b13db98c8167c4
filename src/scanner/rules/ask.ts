import { type Answer, type Evidence, fail, notApplicable, pass, unseen, warn, type Where } from '../check.ts';
import { blind, type Blind } from '../look.ts';
import type { Condition } from './condition.ts';
import { isMarked, type Path, resolve, type Scope, type Spot } from './path.ts';
import { type Budget, BudgetSpent } from '../../kernel/pattern/match.ts';
import type { Template } from './template.ts';
import type { Seen, Verdict } from './verdict.ts';

/** What a rule asks, compiled. */
export interface Asked {
  /** The list that gives one answer for each element. */
  readonly each: Path | undefined;
  readonly subject: Path | undefined;
  readonly when: Condition | undefined;
  readonly holds: Condition;
  readonly evidence: Template | undefined;
  /** What it comes to when it does not hold. */
  readonly otherwise: 'fail' | 'warn';
}

/** Most answers of one rule about one target. */
const MAX_ANSWERS = 1_000;
/** What one rule may spend on one target, in steps of about 40 ns: a second, at the most. */
const BUDGET = 20_000_000;

/** Asks a rule about the facts of its part, which the target may have filled with anything. */
export function askRule(asked: Asked, facts: unknown): readonly Answer[] {
  const budget: Budget = { left: BUDGET };
  const answers: Answer[] = [];
  try {
    for (const answer of answersOf(asked, facts, budget)) {
      if (answers.length === MAX_ANSWERS) return [...answers, tooMuch()];
      answers.push(answer);
    }
  } catch (error) {
    if (!(error instanceof BudgetSpent)) throw error;
    return [...answers, tooMuch()];
  }
  return answers.length > 0 ? answers : [notApplicable(NOTHING, near(facts, undefined))];
}

const NOTHING = { en: 'There is nothing here that the rule is about.', zh: '此处没有该规则所针对的内容。' };

function tooMuch(): Answer {
  return unseen(blind('error', 'There is more here than one rule looks at.', '此处的内容超出单条规则的检查上限。'));
}

function* answersOf(asked: Asked, facts: unknown, budget: Budget): Generator<Answer> {
  const root: Scope = { value: facts, key: '', where: undefined, root: facts };
  if (asked.each === undefined) {
    yield* answerOf(asked, root, budget);
    return;
  }
  for (const spot of resolve(asked.each, root, budget)) {
    if (spot.kind === 'value') yield* answerOf(asked, scopeOf(spot, asked.each, facts), budget);
    else yield unseen(spot.kind === 'blind' ? spot.blind : notThere(asked.each), near(facts, undefined));
  }
}

/** An element says itself where it stands, better than what it lies in. */
function scopeOf({ at }: Extract<Spot, { kind: 'value' }>, { shape }: Path, root: unknown): Scope {
  const { value } = at;
  const own =
    isMarked(shape) && typeof value === 'object' && value !== null && 'where' in value ? value.where : undefined;
  return { ...at, where: (own as Where | undefined) ?? at.where, root };
}

function notThere({ text }: Path): Blind {
  return blind('unreadable', `\`${text}\` is not there.`, `\`${text}\` 不存在。`);
}

function* answerOf(asked: Asked, scope: Scope, budget: Budget): Generator<Answer> {
  const subject = subjectOf(asked, scope, budget);
  const about = subject === undefined ? {} : { subject };
  const applies = asked.when?.(scope, budget);
  if (applies?.holds === false) return;
  if (applies !== undefined && applies.holds === undefined) yield open(applies.unseen, about, scope);
  else yield { ...judged(asked, asked.holds(scope, budget), scope, budget), ...about };
}

function judged(asked: Asked, verdict: Verdict, scope: Scope, budget: Budget): Answer {
  if (verdict.holds === undefined) return open(verdict.unseen, {}, scope);
  const make = verdict.holds ? pass : asked.otherwise === 'warn' ? warn : fail;
  const where = scope.where ?? verdict.because.find((seen) => seen.where !== undefined)?.where;
  const seen = asked.evidence?.(scope, budget);
  const [first, ...more] = seen === undefined ? verdict.because : [{ text: seen, where }];
  const answer = make(first?.text ?? NOTHING, near(scope.root, first?.where ?? where));
  return { ...answer, evidence: [...answer.evidence, ...more.map(evidenceOf)] };
}

function evidenceOf({ text, where }: Seen): Evidence {
  return where === undefined ? { seen: text } : { seen: text, where };
}

/** What could not be said: `not-applicable` only where all that was missing is something that the target does not have. */
function open(reasons: readonly Blind[], about: { readonly subject?: string }, scope: Scope): Answer {
  const [first = blind('error', 'Nothing was seen.', '什么也没有看到。')] = reasons;
  const reason = reasons.find((one) => one.blind !== 'not-offered') ?? first;
  return unseen(reason, { ...about, ...near(scope.root, scope.where) });
}

function subjectOf({ each, subject }: Asked, scope: Scope, budget: Budget): string | undefined {
  if (each === undefined) return undefined;
  const [spot] = subject === undefined ? [] : resolve(subject, scope, budget);
  const value = spot?.kind === 'value' ? spot.at.value : scope.key;
  return (typeof value === 'string' ? value : JSON.stringify(value)).slice(0, 500);
}

/** The place itself, or at least the file or address that the facts are of. */
function near(facts: unknown, where: Where | undefined): { readonly where?: Where } {
  if (where !== undefined) return { where };
  if (typeof facts !== 'object' || facts === null) return {};
  if ('file' in facts && typeof facts.file === 'string') return { where: { file: facts.file } };
  return 'url' in facts && typeof facts.url === 'string' ? { where: { url: facts.url } } : {};
}
