import type { JsonObject } from '../../kernel/jsonrpc.ts';
import { describeConstraint } from '../constraint/describe-constraint.ts';
import type { Source } from '../provenance/source.ts';
import type { CallDecision, Objection } from './call-decision.ts';
import type { Budget } from './task-grant.ts';

/** Most objections of a parent task that are named, and most characters of one name or path. */
const MOST_NESTED = 8;
const MAX_TEXT = 200;

/** Why a call may not be made, or not without a person: a sentence for each objection; none for what is allowed. */
export function explainDecision(decision: CallDecision): string[] {
  return decision.outcome === 'allow' ? [] : explainObjections(decision.because);
}

/**
 * A short sentence for each objection: which rule it is, and what would do instead. For callers: it names what they sent
 * or may know, never a value of an argument; without control characters.
 */
export function explainObjections(because: readonly Objection[]): string[] {
  return because.map(explain);
}

/** One objection as JSON, for programs: the code and what belongs to it, as bounded as {@link explainObjections}. */
export function objectionData(objection: Objection): JsonObject {
  switch (objection.code) {
    case 'effect':
      return { code: objection.code, missing: objection.missing };
    case 'malformed':
      return { code: objection.code, path: plain(objection.path) };
    case 'argument':
      return { code: objection.code, path: plain(objection.path), must: mustOf(objection) };
    case 'integrity':
      return { code: objection.code, path: plain(objection.path), source: objection.source, must: objection.must };
    case 'budget':
      return { code: objection.code, budget: budgetData(objection.budget), left: objection.left };
    case 'guardrail':
      return { code: objection.code, policy: plain(objection.policy) };
    case 'delegation': {
      const because = objection.because.slice(0, MOST_NESTED).map(objectionData);
      return { code: objection.code, task: plain(objection.task), because };
    }
    default:
      return { code: objection.code };
  }
}

function explain(objection: Objection): string {
  switch (objection.code) {
    case 'tool':
      return 'No grant is for this tool.';
    case 'tool_unknown':
      return 'It is not known how this tool is defined.';
    case 'definition_changed':
      return 'The tool is defined differently from when it was granted; the grant has to be given anew.';
    case 'effect':
      return `The tool can do what is not granted: ${objection.missing.join(', ')}.`;
    case 'expired':
      return 'The time of the grant is over.';
    case 'malformed':
      return objection.path === ''
        ? 'The arguments cannot be judged.'
        : `The argument ${plain(objection.path)} cannot be judged: it is not of the kind that a rule needs, or absent.`;
    case 'argument':
      return `The argument ${plain(objection.path)} ${mustOf(objection)}.`;
    case 'integrity':
      return explainIntegrity(objection);
    case 'budget':
      return explainBudget(objection);
    case 'always_ask':
      return 'Every call of this tool has to be approved.';
    case 'guardrail':
      return `A policy of the organisation forbids it: ${plain(objection.policy)}.`;
    case 'delegation': {
      const reasons = explainObjections(objection.because.slice(0, MOST_NESTED));
      return `The task ${plain(objection.task)}, which this one is a part of, does not allow it. ${reasons.join(' ')}`;
    }
    default:
      return unknownObjection(objection);
  }
}

// Does not compile while an objection has no sentence.
function unknownObjection(_objection: never): string {
  return 'The call is not allowed.';
}

function mustOf({ must }: Extract<Objection, { readonly code: 'argument' }>): string {
  return must === 'absent' ? 'must not be there' : describeConstraint(must);
}

const origin: Readonly<Record<Source, string>> = {
  user: 'the user’s request',
  approved: 'an approval',
  trusted: 'a trusted tool',
  linked: 'a record that the request names',
  unknown: 'nowhere that is known',
  untrusted: 'an untrusted tool',
  unfit: 'a stranger or nobody, with a link or a secret in it',
};

function explainIntegrity({ path, source, must }: Extract<Objection, { readonly code: 'integrity' }>): string {
  const wanted = [...must.filter((one) => one !== 'approved'), 'approved' as const].map((one) => origin[one]);
  return `The argument ${plain(path)} comes from ${origin[source]}; it has to come from ${wanted.join(' or ')}.`;
}

function explainBudget({ budget, left }: Extract<Objection, { readonly code: 'budget' }>): string {
  const span = budget.kind === 'distinct' || budget.perSeconds === undefined ? '' : ` in ${budget.perSeconds} seconds`;
  const most =
    budget.kind === 'count'
      ? `calls are limited to ${budget.max}${span}`
      : budget.kind === 'sum'
        ? `the sum of ${plain(budget.argument)} is limited to ${budget.max}${span}`
        : `${plain(budget.argument)} may have ${budget.max} different values`;
  return `This goes beyond a budget: ${most}, ${left} left.`;
}

function budgetData(budget: Budget): JsonObject {
  const { kind, max } = budget;
  const argument = budget.kind === 'count' ? {} : { argument: plain(budget.argument) };
  const span = budget.kind === 'distinct' || budget.perSeconds === undefined ? {} : { perSeconds: budget.perSeconds };
  return { kind, ...argument, max, ...span };
}

/** Neither controls nor characters that change the direction or hide: a caller chose these, and a terminal may show them. */
function plain(text: string): string {
  const shown = text.slice(0, MAX_TEXT).replaceAll(/[\p{C}\p{Zl}\p{Zp}]/gu, '�');
  return text.length > MAX_TEXT ? `${shown}…` : shown;
}
