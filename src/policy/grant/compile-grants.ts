import { MerlonError } from '../../kernel/errors.ts';
import { deepFreeze } from '../../kernel/readonly.ts';
import { type ArgumentPath, parsePath } from '../constraint/argument-path.ts';
import { type CompiledConstraint, compileConstraint } from '../constraint/compile-constraint.ts';
import type { Constraint } from '../constraint/constraint.ts';
import { type Source, sources } from '../provenance/source.ts';
import { effects } from '../tool/tool-profile.ts';
import { type LiteralIndex, literalIndexOf } from './literal-index.ts';
import { type NamedPaths, namedPaths } from './other-arguments.ts';
import { type Budget, type TaskGrant, USES } from './task-grant.ts';

/** The grants of one task, ready to decide with; made by {@link compileGrants} alone. */
export interface CompiledGrants {
  readonly grants: readonly TaskGrant[];
  readonly byTool: ReadonlyMap<string, ToolGrants>;
}

/** The grants for one tool, in the order in which they were given. */
export interface ToolGrants {
  readonly all: readonly CompiledGrant[];
  /** Those that somebody can be asked about. */
  readonly asking: readonly CompiledGrant[];
  readonly literals: LiteralIndex | undefined;
}

/** One grant with what can be worked out before there is a call. */
export interface CompiledGrant {
  readonly grant: TaskGrant;
  /** Among the grants for the same tool; the first is 0. */
  readonly place: number;
  /** True where somebody can be asked about a call that it does not cover by itself. */
  readonly asks: boolean;
  readonly args: readonly CompiledArgument[];
  readonly integrity: readonly CompiledIntegrity[];
  readonly budgets: readonly CompiledBudget[];
  readonly otherArgs: 'any' | 'plain' | 'none';
  readonly named: NamedPaths;
  /** The same number for grants for a tool that treat other arguments alike. */
  readonly othersSlot: number;
}

/** A path with its number among the paths of all grants for a tool: what was found there is kept under it. */
export interface CompiledPath extends ArgumentPath {
  readonly slot: number;
}

/** What an argument must be. */
export interface CompiledArgument {
  readonly path: CompiledPath;
  /** Where the path is one name: that name. */
  readonly name: string | undefined;
  readonly must: Constraint;
  readonly compiled: CompiledConstraint;
}

interface CompiledIntegrity {
  readonly path: CompiledPath;
  readonly must: readonly Source[];
}

/** A budget with the index under which it is charged. */
export interface CompiledBudget {
  readonly index: number;
  readonly budget: Budget;
  /** Of the argument that it reads; none for a count. */
  readonly path: CompiledPath | undefined;
}

/** Most values that a `distinct` budget may allow, so that what is remembered stays small. */
export const MOST_DISTINCT = 10_000;

/**
 * Checks and indexes grants, so that deciding takes microseconds. The grants are frozen: what was checked stays.
 * @throws MerlonError CONFIG_INVALID on ids that are there twice, tools without a name, paths that are none, bounds
 *   that are no numbers or negative, words that are not known
 */
export function compileGrants(grants: readonly TaskGrant[]): CompiledGrants {
  const compiled = new Map<string, ToolParts>();
  const ids = new Set<string>();
  for (const grant of grants) {
    if (typeof grant.id !== 'string' || grant.id === '' || ids.has(grant.id)) {
      throw invalid(grant, 'id', 'is empty or there twice');
    }
    ids.add(grant.id);
    const parts: ToolParts = compiled.get(grant.tool) ?? { all: [], paths: new Map(), others: new Map() };
    parts.all.push(compileGrant(grant, parts));
    compiled.set(grant.tool, parts);
  }
  const byTool = new Map([...compiled].map(([tool, { all }]) => [tool, toolGrantsOf(all)] as const));
  return Object.freeze({ grants: Object.freeze([...grants]), byTool });
}

/** What the grants for one tool share while they are compiled. */
interface ToolParts {
  readonly all: CompiledGrant[];
  readonly paths: Map<string, CompiledPath>;
  /** Numbers of the ways to treat other arguments. */
  readonly others: Map<string, number>;
}

function toolGrantsOf(all: readonly CompiledGrant[]): ToolGrants {
  return Object.freeze({ all, asking: all.filter(({ asks }) => asks), literals: literalIndexOf(all) });
}

function compileGrant(grant: TaskGrant, parts: ToolParts): CompiledGrant {
  checkWords(grant);
  checkNumbers(grant);
  const pathOf = (text: string): CompiledPath => slotted(parts.paths, pathIn(grant, text));
  const args = Object.entries(grant.args ?? {}).map(([text, must]): CompiledArgument => {
    const path = pathOf(text);
    const name = path.steps.length === 1 ? path.steps[0] : undefined;
    return { path, name, must, compiled: compileConstraint(must) };
  });
  const integrity = Object.entries(grant.integrity ?? {}).map(([path, must]) => {
    if (!Array.isArray(must) || !must.every((one) => sources.includes(one))) {
      throw invalid(grant, `integrity.${path}`, `is not a list of ${sources.join(', ')}`);
    }
    return { path: pathOf(path), must };
  });
  deepFreeze(grant);
  const isBounded = grant.args !== undefined || grant.integrity !== undefined;
  const otherArgs = grant.otherArgs ?? (isBounded ? 'plain' : 'any');
  const paths = [...args, ...integrity].map(({ path }) => path);
  return Object.freeze({
    grant,
    place: parts.all.length,
    asks: grant.onDeny === 'ask' || grant.alwaysAsk === true,
    args,
    integrity,
    budgets: budgetsOf(grant, pathOf),
    otherArgs,
    named: namedPaths(paths.map(({ steps }) => steps)),
    othersSlot: slotOf(parts.others, JSON.stringify([otherArgs, ...paths.map(({ text }) => text).toSorted()])),
  });
}

function budgetsOf(grant: TaskGrant, pathOf: (text: string) => CompiledPath): CompiledBudget[] {
  const budgets = (grant.budgets ?? []).map((budget, index): CompiledBudget => {
    checkBudget(grant, budget, index);
    return { index, budget, path: budget.kind === 'count' ? undefined : pathOf(budget.argument) };
  });
  if (grant.uses !== undefined)
    budgets.push({ index: USES, budget: { kind: 'count', max: grant.uses }, path: undefined });
  return budgets;
}

function slotted(known: Map<string, CompiledPath>, path: ArgumentPath): CompiledPath {
  const found = known.get(path.text) ?? { ...path, slot: known.size };
  known.set(path.text, found);
  return found;
}

function slotOf(known: Map<string, number>, key: string): number {
  const slot = known.get(key) ?? known.size;
  known.set(key, slot);
  return slot;
}

function pathIn(grant: TaskGrant, text: string): ArgumentPath {
  const path = parsePath(text);
  if (path === undefined) throw invalid(grant, JSON.stringify(text.slice(0, 80)), 'is no path of an argument');
  return path;
}

function checkWords(grant: TaskGrant): void {
  const { tool, otherArgs, onDeny } = grant;
  if (typeof tool !== 'string' || !/^[^/]+\/./s.test(tool) || tool.endsWith('/*')) {
    throw invalid(grant, 'tool', 'is not upstream/name');
  }
  if (!Array.isArray(grant.effects) || !grant.effects.every((one) => effects.includes(one))) {
    throw invalid(grant, 'effects', `is not a list of ${effects.join(', ')}`);
  }
  if (otherArgs !== undefined && !['any', 'plain', 'none'].includes(otherArgs)) {
    throw invalid(grant, 'otherArgs', 'is not any, plain or none');
  }
  if (onDeny !== undefined && onDeny !== 'deny' && onDeny !== 'ask')
    throw invalid(grant, 'onDeny', 'is not deny or ask');
}

function checkNumbers(grant: TaskGrant): void {
  const { uses, expiresAt } = grant;
  if (uses !== undefined && !isCount(uses)) throw invalid(grant, 'uses', 'is not a whole number of at least 0');
  if (expiresAt !== undefined && !Number.isFinite(expiresAt)) throw invalid(grant, 'expiresAt', 'is not a time');
}

function checkBudget(grant: TaskGrant, budget: Budget, index: number): void {
  const at = `budgets[${index}]`;
  const { kind, max } = budget;
  if (kind !== 'count' && kind !== 'sum' && kind !== 'distinct')
    throw invalid(grant, at, 'is not count, sum or distinct');
  const isBound = kind === 'sum' ? Number.isFinite(max) && max >= 0 : isCount(max);
  if (!isBound) throw invalid(grant, `${at}.max`, `is not a ${kind === 'sum' ? '' : 'whole '}number of at least 0`);
  if (kind === 'distinct' && max > MOST_DISTINCT) throw invalid(grant, `${at}.max`, `is more than ${MOST_DISTINCT}`);
  if (kind === 'distinct' || budget.perSeconds === undefined) return;
  if (!(Number.isFinite(budget.perSeconds) && budget.perSeconds > 0)) {
    throw invalid(grant, `${at}.perSeconds`, 'is not a number above 0');
  }
}

function isCount(value: unknown): boolean {
  return Number.isSafeInteger(value) && Number(value) >= 0;
}

function invalid(grant: TaskGrant, field: string, what: string): MerlonError {
  const id = typeof grant.id === 'string' ? JSON.stringify(grant.id.slice(0, 80)) : 'without an id';
  return new MerlonError('CONFIG_INVALID', `The grant ${id} cannot be used: ${field} ${what}.`);
}
