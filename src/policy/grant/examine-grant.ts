import { readArgument } from '../constraint/argument-path.ts';
import { holds } from '../constraint/compile-constraint.ts';
import { effects, type ToolProfile } from '../tool/tool-profile.ts';
import type { Objection } from './call-decision.ts';
import { type CallFacts, othersAgainst, sourcesAt } from './call-facts.ts';
import type { CompiledArgument, CompiledGrant } from './compile-grants.ts';
import { examineBudgets } from './examine-budgets.ts';
import type { Charge } from './task-grant.ts';

/** What one grant has against a call, and what the call would take from its budgets. */
export interface Examination {
  readonly one: CompiledGrant;
  readonly objections: Objection[];
  readonly charges: Charge[];
}

/**
 * Holds a call against one grant. What nobody can approve (another definition, effects, the end of its time, values that
 * cannot be judged) comes alone: then the rest does not matter.
 * @throws RangeError on arguments that nest too deep
 */
export function examineGrant(one: CompiledGrant, facts: CallFacts): Examination {
  const examination: Examination = { one, objections: [], charges: [] };
  const { objections } = examination;
  const against = standing(one, facts.profile, facts.circumstances.now);
  if (against !== undefined) {
    objections.push(against);
    return examination;
  }
  for (const argument of one.args) examineArgument(objections, argument, facts);
  for (const path of othersAgainst(facts, one)) objections.push({ code: 'argument', path, must: 'absent' });
  examineIntegrity(objections, one, facts);
  examineBudgets(examination, facts);
  if (one.grant.alwaysAsk === true) objections.push({ code: 'always_ask' });
  if (objections.length > 1) keepMalformed(objections);
  return examination;
}

function keepMalformed(objections: Objection[]): void {
  const malformed = objections.find(({ code }) => code === 'malformed');
  if (malformed !== undefined) objections.splice(0, Infinity, malformed);
}

/**
 * True where {@link examineGrant} would object for sure, at little cost: grants for other cases are most of those that a
 * call is held against.
 */
export function isPlainlyOther(one: CompiledGrant, { call, circumstances, profile }: CallFacts): boolean {
  if (one.grant.alwaysAsk === true || standing(one, profile, circumstances.now) !== undefined) return true;
  for (const { name, compiled } of one.args) {
    if (name === undefined) continue;
    if (!holds(compiled, Object.hasOwn(call.args, name) ? call.args[name] : undefined)) return true;
  }
  return false;
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

function examineArgument(
  objections: Objection[],
  { path, name, compiled, must }: CompiledArgument,
  { call }: CallFacts,
): void {
  if (name !== undefined) {
    const value = Object.hasOwn(call.args, name) ? call.args[name] : undefined;
    if (!holds(compiled, value)) objections.push({ code: 'argument', path: path.text, must });
    return;
  }
  const { values, absent, malformed } = readArgument(call.args, path);
  if (malformed) objections.push({ code: 'malformed', path: path.text });
  else if ((absent && !holds(compiled, undefined)) || !values.every(({ value }) => holds(compiled, value))) {
    objections.push({ code: 'argument', path: path.text, must });
  }
}

function examineIntegrity(objections: Objection[], { integrity }: CompiledGrant, facts: CallFacts): void {
  for (const { path, must } of integrity) {
    const sources = sourcesAt(facts, path);
    if (sources === undefined) objections.push({ code: 'malformed', path: path.text });
    const source = sources?.find((one) => one !== 'approved' && !must.includes(one));
    if (source !== undefined) objections.push({ code: 'integrity', path: path.text, source, must });
  }
}
