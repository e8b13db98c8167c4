import { isExactNumber, type Json } from '../../kernel/jsonrpc.ts';
import type { Scalar } from '../constraint/constraint.ts';
import { effects } from '../tool/tool-profile.ts';
import { readArgument } from '../constraint/argument-path.ts';
import { holds } from '../constraint/compile-constraint.ts';
import { examineBudgets } from './examine-budgets.ts';
import type { Circumstances, Objection, ToolCall } from './call-decision.ts';
import type { CompiledGrant } from './compile-grants.ts';
import { doubleOf } from './double-of.ts';
import { isNothing, sinkAt, visitLeaves, visitUnnamed } from './other-arguments.ts';
import type { Charge } from './task-grant.ts';

/** What one grant has against a call, and what the call would take from its budgets. */
export interface Examination {
  readonly one: CompiledGrant;
  readonly objections: Objection[];
  readonly charges: Charge[];
}

/** Circumstances of a tool that is known. */
export type Known = Circumstances & { readonly profile: NonNullable<Circumstances['profile']> };

/**
 * Holds a call against one grant. What nobody can approve (another definition, effects, the end of its time, values that
 * cannot be judged) comes alone: then the rest is not looked at.
 * @param hasEnough true where one objection is as good as all of them
 * @throws RangeError on arguments that nest too deep
 */
export function examineGrant(one: CompiledGrant, call: ToolCall, known: Known, hasEnough: boolean): Examination {
  const examination: Examination = { one, objections: standing(one, known), charges: [] };
  if (examination.objections.length > 0) return examination;
  for (const step of [examineArguments, examineOthers, examineIntegrity, examineBudgets]) {
    step(examination, call, known);
    if (hasEnough && examination.objections.length > 0) return examination;
  }
  if (one.grant.alwaysAsk === true) examination.objections.push({ code: 'always_ask' });
  const malformed = examination.objections.find(({ code }) => code === 'malformed');
  if (malformed !== undefined) examination.objections.splice(0, Infinity, malformed);
  return examination;
}

/** What speaks against a grant whatever the arguments are; nobody can approve it. */
export function standing({ grant }: CompiledGrant, { profile, now }: Pick<Known, 'profile' | 'now'>): Objection[] {
  if (grant.definition !== undefined && grant.definition !== profile.hash) return [{ code: 'definition_changed' }];
  const missing = profile.effects.filter((effect) => !grant.effects.includes(effect));
  if (missing.length > 0) return [{ code: 'effect', missing }];
  // A profile without effects says nothing of the tool, least of all that it is harmless.
  if (profile.effects.length === 0) return [{ code: 'effect', missing: effects }];
  // Written so that a time that is no number is past.
  if (grant.expiresAt !== undefined && !(now < grant.expiresAt)) return [{ code: 'expired' }];
  return [];
}

function examineArguments({ one, objections }: Examination, { args }: ToolCall): void {
  for (const { path, compiled, must } of one.args) {
    const { values, absent, malformed } = readArgument(args, path);
    if (malformed) objections.push({ code: 'malformed', path: path.text });
    else if ((absent && !holds(compiled, undefined)) || !values.every(({ value }) => holds(compiled, value))) {
      objections.push({ code: 'argument', path: path.text, must });
    }
  }
}

function examineOthers({ one, objections }: Examination, { args }: ToolCall, { profile }: Known): void {
  if (one.otherArgs === 'any') return;
  const found = new Set<string>();
  visitUnnamed(args, one.named, (path, value) => {
    if (found.has(path)) return true;
    if (one.otherArgs === 'plain' && (isNothing(value) || sinkAt(profile, path) === undefined)) return true;
    found.add(path);
    objections.push({ code: 'argument', path, must: 'absent' });
    return true;
  });
}

function examineIntegrity({ one, objections }: Examination, { tool, args }: ToolCall, known: Known): void {
  const { sources, profile } = known;
  for (const { path, must } of one.integrity) {
    const isTrusted = (at: string, leaf: Json): boolean => {
      if (isNothing(leaf)) return true;
      const scalar = scalarOf(leaf);
      const source = scalar === undefined ? 'unknown' : sources.sourceOf(scalar, sinkAt(profile, at), tool, at);
      if (source === 'approved' || must.includes(source)) return true;
      objections.push({ code: 'integrity', path: path.text, source, must });
      return false;
    };
    const { values, malformed } = readArgument(args, path);
    if (malformed) objections.push({ code: 'malformed', path: path.text });
    for (const { value } of values) if (!visitLeaves(path.text, value, isTrusted)) break;
  }
}

/** A leaf as what its source can be looked up by; none for a number that only its own text can say. */
function scalarOf(leaf: Json): Scalar | undefined {
  if (isExactNumber(leaf)) return doubleOf(leaf);
  return typeof leaf === 'object' ? undefined : leaf;
}
