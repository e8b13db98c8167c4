import type { Constraint } from '../../src/policy/constraint/constraint.ts';
import type { Budget, TaskGrant } from '../../src/policy/grant/task-grant.ts';
import { sources } from '../../src/policy/provenance/source.ts';
import { effects } from '../../src/policy/tool/tool-profile.ts';

/**
 * A second reading of grants, in the language of a theorem prover: a call is a handful of variables, and each grant says of
 * them whether it lets the call through (2), leaves it to a person (1), or refuses it (0). It shares no code with the engine
 * and covers what small grants of one tool can say.
 *
 * - `to`: a text; 0 to 2 are the listed ones, anything else is any other.
 * - `amount`: a number. `path`: a list of segments. `extra`: an argument that no grant names.
 * - `X-there`, `X-sink`: whether there is such an argument, and whether the tool's profile calls it a sink.
 */
const DECLARATIONS = [
  ...['to', 'amount', 'path', 'extra'].flatMap((name) => [
    `(declare-const ${name}-there Bool)`,
    `(declare-const ${name}-sink Bool)`,
  ]),
  '(declare-const to Int) (declare-const amount Real) (declare-const path (Seq Int))',
  '(declare-const to-source Int) (assert (and (<= 0 to-source) (< to-source 6)))',
  '(declare-const now Int) (declare-const definition Int)',
  '(declare-const made Int) (assert (<= 0 made)) (declare-const sum Real) (assert (<= 0 sum))',
  ...effects.map((effect) => `(declare-const does-${effect} Bool)`),
  `(assert (or ${effects.map((effect) => `does-${effect}`).join(' ')}))`,
].join('\n');

/** The texts and segments that grants may list; their places are what the prover sees. */
export const words = ['a', 'b', 'c'] as const;

/** A script that can be satisfied exactly where some call gets further with `after` than with `before`. */
export function encodeWider(before: readonly TaskGrant[], after: readonly TaskGrant[]): string {
  return `${DECLARATIONS}\n(assert (> ${mostOf(after)} ${mostOf(before)}))`;
}

function mostOf(grants: readonly TaskGrant[]): string {
  return grants.map(levelOf).reduceRight((rest, level) => `(ite (> ${level} ${rest}) ${level} ${rest})`, '0');
}

function levelOf(grant: TaskGrant): string {
  const budgets = boundsOf(grant);
  const fits = and([...argumentsFit(grant), ...sourcesFit(grant), ...budgets.map(hasRoom)]);
  const judged = and(budgets.map((one) => (one.kind === 'sum' ? '(and amount-there (>= amount 0.0))' : 'true')));
  const through = grant.alwaysAsk === true ? '1' : '2';
  const else_ = grant.onDeny === 'ask' ? '1' : '0';
  return `(ite (and ${and(standing(grant))} ${judged}) (ite ${fits} ${through} ${else_}) 0)`;
}

function standing({ definition, effects: granted, expiresAt }: TaskGrant): string[] {
  return [
    definition === undefined ? 'true' : `(= definition ${words.findIndex((word) => word === definition)})`,
    expiresAt === undefined ? 'true' : `(< now ${expiresAt})`,
    ...effects.filter((effect) => !granted.includes(effect)).map((effect) => `(not does-${effect})`),
  ];
}

function argumentsFit({ args = {}, integrity = {}, otherArgs }: TaskGrant): string[] {
  const hasBounds = Object.keys(args).length + Object.keys(integrity).length > 0;
  const others = otherArgs ?? (hasBounds ? 'plain' : 'any');
  const named = Object.entries(args).map(([name, one]) => {
    return `(ite ${name}-there ${valueFits(name, one)} ${one.optional === true})`;
  });
  const unnamed = ['to', 'amount', 'path', 'extra'].filter((name) => !(name in args) && !(name in integrity));
  if (others === 'any') return named;
  const refused = unnamed.map((name) => {
    return others === 'none' ? `(not ${name}-there)` : `(not (and ${name}-there ${name}-sink))`;
  });
  return [...named, ...refused];
}

function valueFits(name: string, { oneOf, min, max, subpath }: Constraint): string {
  return and([
    ...(oneOf === undefined ? [] : [or(oneOf.map((word) => `(= ${name} ${words.indexOf(word as 'a')})`))]),
    ...(min === undefined ? [] : [`(>= ${name} ${real(min)})`]),
    ...(max === undefined ? [] : [`(<= ${name} ${real(max)})`]),
    ...(subpath === undefined ? [] : [or(subpath.map((folder) => `(seq.prefixof ${segments(folder)} ${name})`))]),
  ]);
}

function segments(folder: string): string {
  const units = folder.split('/').flatMap((one) => (one === '' ? [] : [`(seq.unit ${words.indexOf(one as 'a')})`]));
  return ['(as seq.empty (Seq Int))', ...units].reduce((all, one) => `(seq.++ ${all} ${one})`);
}

function sourcesFit({ integrity = {} }: TaskGrant): string[] {
  return Object.entries(integrity).map(([name, allowed]) => {
    const places = ['approved' as const, ...allowed].map((one) => `(= ${name}-source ${sources.indexOf(one)})`);
    return `(or (not ${name}-there) ${or(places)})`;
  });
}

function boundsOf({ budgets = [], uses }: TaskGrant): readonly Budget[] {
  return uses === undefined ? budgets : [...budgets, { kind: 'count', max: uses }];
}

function hasRoom({ kind, max }: Budget): string {
  return kind === 'count' ? `(< made ${max})` : `(<= (+ sum amount) ${real(max)})`;
}

function real(value: number): string {
  return value < 0 ? `(- ${(-value).toFixed(2)})` : value.toFixed(2);
}

function and(all: readonly string[]): string {
  return `(and true ${all.join(' ')})`;
}

function or(all: readonly string[]): string {
  return `(or false ${all.join(' ')})`;
}
