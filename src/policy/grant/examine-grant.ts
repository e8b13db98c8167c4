import { argumentHolds, holds } from '../constraint/compile-constraint.ts';
import { effects, type ToolProfile } from '../tool/tool-profile.ts';
import type { Objection } from './call-decision.ts';
import { argumentAt, type CallFacts, othersAgainst, sourcesAt } from './call-facts.ts';
import type { CompiledArgument, CompiledGrant } from './compile-grants.ts';
import { examineBudgets } from './examine-budgets.ts';
import type { Charge } from './task-grant.ts';

/** What one grant has against a call. */
export interface Review {
  readonly one: CompiledGrant;
  readonly objections: Objection[];
  /** What the call would take from its budgets; undefined where nobody wants to know. */
  readonly charges: Charge[] | undefined;
}

/** The same with what the call would take. */
export interface Examination extends Review {
  readonly charges: Charge[];
}

/**
 * Holds a call against one grant. What nobody can approve (another definition, effects, the end of its time, values that
 * cannot be judged) comes alone: then the rest does not matter.
 * @throws RangeError on arguments that nest too deep
 */
export function examineGrant(one: CompiledGrant, facts: CallFacts): Examination {
  const examination: Examination = { one, objections: [], charges: [] };
  examine(examination, facts, Infinity);
  return examination;
}

/**
 * The objections alone.
 * @param most after so many, only what cannot be judged matters
 */
export function objectionsOf(one: CompiledGrant, facts: CallFacts, most: number): readonly Objection[] {
  const review: Review = { one, objections: [], charges: undefined };
  examine(review, facts, most);
  return review.objections;
}

function examine(review: Review, facts: CallFacts, most: number): void {
  const { one, objections } = review;
  const against = standing(one, facts.profile, facts.circumstances.now);
  if (against !== undefined) {
    objections.push(against);
    return;
  }
  for (const argument of one.args) examineArgument(objections, argument, facts);
  examineOthers(review, facts, most);
  if (one.grant.alwaysAsk === true) objections.push({ code: 'always_ask' });
  if (objections.length > 1) keepMalformed(objections);
}

/**
 * The same for a grant that has nothing against a call; undefined for any other. At little cost, as grants for other
 * cases are most of those that a call is held against.
 */
export function coverBy(one: CompiledGrant, facts: CallFacts): Examination | undefined {
  if (one.grant.alwaysAsk === true || standing(one, facts.profile, facts.circumstances.now) !== undefined)
    return undefined;
  for (const argument of one.args) if (!isFit(argument, facts)) return undefined;
  const examination: Examination = { one, objections: [], charges: [] };
  examineOthers(examination, facts, 1);
  return examination.objections.length === 0 ? examination : undefined;
}

/** All but the arguments that have constraints. */
function examineOthers(review: Review, facts: CallFacts, most: number): void {
  const { one, objections } = review;
  for (const path of othersAgainst(facts, one)) objections.push({ code: 'argument', path, must: 'absent' });
  examineIntegrity(objections, one, facts);
  examineBudgets(review, facts, most);
}

function keepMalformed(objections: Objection[]): void {
  const malformed = objections.find(({ code }) => code === 'malformed');
  if (malformed !== undefined) objections.splice(0, Infinity, malformed);
}

/** What speaks against a grant whatever the arguments are; nobody can approve it. */
export function standing({ grant }: CompiledGrant, profile: ToolProfile, now: number): Objection | undefined {
  if (grant.definition !== undefined && grant.definition !== profile.hash) return { code: 'definition_changed' };
  for (const effect of profile.effects) {
    if (grant.effects.includes(effect)) continue;
    return { code: 'effect', missing: profile.effects.filter((each) => !grant.effects.includes(each)) };
  }
  // A profile without effects says nothing of the tool, least of all that it is harmless.
  if (profile.effects.length === 0) return { code: 'effect', missing: effects };
  // Written so that a time that is no number is past.
  if (grant.expiresAt !== undefined && !(now < grant.expiresAt)) return { code: 'expired' };
  return undefined;
}

function isFit({ path, name, compiled }: CompiledArgument, facts: CallFacts): boolean {
  const { args } = facts.call;
  if (name !== undefined) return holds(compiled, Object.hasOwn(args, name) ? args[name] : undefined);
  return argumentHolds(compiled, argumentAt(facts, path));
}

function examineArgument(objections: Objection[], argument: CompiledArgument, facts: CallFacts): void {
  const { path, name, must } = argument;
  if (isFit(argument, facts)) return;
  const isMalformed = name === undefined && argumentAt(facts, path).malformed;
  objections.push(isMalformed ? { code: 'malformed', path: path.text } : { code: 'argument', path: path.text, must });
}

function examineIntegrity(objections: Objection[], { integrity }: CompiledGrant, facts: CallFacts): void {
  for (const { path, must } of integrity) {
    const sources = sourcesAt(facts, path);
    if (sources === undefined) objections.push({ code: 'malformed', path: path.text });
    const source = sources?.find((one) => one !== 'approved' && !must.includes(one));
    if (source !== undefined) objections.push({ code: 'integrity', path: path.text, source, must });
  }
}
