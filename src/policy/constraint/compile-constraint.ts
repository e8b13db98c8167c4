import { MerlonError } from '../../kernel/errors.ts';
import { exactNumber } from '../../kernel/exact-number.ts';
import { isExactNumber } from '../../kernel/jsonrpc.ts';
import { type Budget, matches } from '../../kernel/pattern/match.ts';
import type { Argument } from './argument-path.ts';
import { compileWhole, type ConstraintProblem, constraintProblems, readFolder } from './check-constraint.ts';
import type { Command, Constraint, Scalar } from './constraint.ts';
import { readArgv } from './read-argv.ts';
import { domainOf, readDomain, readEmail } from './read-email.ts';
import { matchesHost, readHost, readHostPattern } from './read-host.ts';
import { readBareOrigin, readOrigin } from './read-origin.ts';
import { readWrittenPath, staysUnder } from './read-path.ts';

type Test = (value: unknown) => boolean;

/** A constraint, ready to be asked with {@link holds}. Independent of the object that it was made of. */
export interface CompiledConstraint {
  readonly isOptional: boolean;
  /** True where `null` itself is one of the values that are allowed. */
  readonly takesNull: boolean;
  readonly tests: readonly Test[];
}

/** Steps that one pattern may take on one text, about 1 ms; a text that needs more does not hold. */
const PATTERN_STEPS = 100_000;

/**
 * Makes a constraint ready to be asked.
 * @throws MerlonError CONFIG_INVALID for what could never be meant: empty lists, `min` above `max`, a pattern that cannot be
 * used, a relative folder, an origin with a path, fields that are not known
 */
export function compileConstraint(constraint: Constraint): CompiledConstraint {
  const [problem] = constraintProblems(constraint);
  if (problem !== undefined) throw invalid(problem);
  return compile(constraint);
}

/**
 * True where a value is what the constraint says, read as the program that gets it would. `undefined` and `null` stand for
 * an absent argument. Never throws, whatever the value; what cannot be read does not hold.
 */
export function holds({ isOptional, takesNull, tests }: CompiledConstraint, value: unknown): boolean {
  if (value === undefined || value === null) return isOptional || (value === null && takesNull);
  try {
    for (const test of tests) if (!test(value)) return false;
    return true;
  } catch {
    // Above all a pattern that has spent its budget.
    return false;
  }
}

/** True where an argument, as `readArgument` found it, is what the constraint says: every value of it, and the absent ones. */
export function argumentHolds(compiled: CompiledConstraint, { values, absent, malformed }: Argument): boolean {
  if (malformed || (absent && !compiled.isOptional)) return false;
  for (const { value } of values) if (!holds(compiled, value)) return false;
  return true;
}

function invalid({ path, message }: ConstraintProblem): MerlonError {
  const place = path.map((step) => (typeof step === 'number' ? `[${step}]` : `.${step}`)).join('');
  const subject = place === '' ? 'A constraint' : `In a constraint, \`${place.replace(/^\./, '')}\``;
  return new MerlonError('CONFIG_INVALID', `${subject} ${message}.`, { data: { path } });
}

/** The constraint has no problems. */
function compile(constraint: Constraint): CompiledConstraint {
  const { oneOf, min, max, maxLength, pattern, subpath, origin, host, emailDomain, argv, each } = constraint;
  const tests: Test[] = [];
  if (oneOf !== undefined) tests.push(isOneOf(oneOf));
  if (min !== undefined) tests.push((value) => isBeyond(value, min, 1));
  if (max !== undefined) tests.push((value) => isBeyond(value, max, -1));
  if (maxLength !== undefined) tests.push((value) => lengthOf(value) <= maxLength);
  if (subpath !== undefined) tests.push(liesUnder(read(subpath, readFolder)));
  if (origin !== undefined) tests.push(isIn(read(origin, readBareOrigin), readOrigin));
  if (host !== undefined) tests.push(hasHost(host));
  if (emailDomain !== undefined) tests.push(hasDomain(read(emailDomain, readDomain)));
  if (argv !== undefined) tests.push(runs(argv));
  if (pattern !== undefined) tests.push(isLike(pattern));
  if (each !== undefined) tests.push(holdsEach(compile(each)));
  const takesNull = oneOf?.includes(null) === true && tests.length === 1;
  return { isOptional: constraint.optional === true, takesNull, tests };
}

function read<Value>(texts: readonly string[], reader: (text: string) => Value | undefined): Value[] {
  return texts.flatMap((text) => reader(text) ?? []);
}

function isOneOf(values: readonly Scalar[]): Test {
  const known = new Set<unknown>(values);
  const numbers = new Set(
    values.flatMap((value) => (typeof value === 'number' ? (exactNumber(String(value)) ?? []) : [])),
  );
  return (value) => {
    if (typeof value !== 'object') return known.has(value);
    const exact = isExactNumber(value) ? exactNumber(JSON.stringify(value)) : undefined;
    return exact !== undefined && numbers.has(exact);
  };
}

/**
 * True for a number on one side of a bound (1: not below it; -1: not above), whether the program that gets it keeps every
 * digit or rounds to a double: rounding keeps the order, so only a number that rounds to the bound itself needs a look.
 */
function isBeyond(value: unknown, bound: number, side: 1 | -1): boolean {
  if (typeof value === 'number') return Number.isFinite(value) && (side > 0 ? value >= bound : value <= bound);
  if (!isExactNumber(value)) return false;
  const source = JSON.stringify(value);
  const exact = exactNumber(source);
  const near = Number(source);
  if (exact === undefined || !Number.isFinite(near)) return false;
  return near === bound ? exact === exactNumber(String(bound)) : near > bound === side > 0;
}

/** UTF-16 units of a text, items of a list; nothing else has a length. */
function lengthOf(value: unknown): number {
  return typeof value === 'string' || Array.isArray(value) ? value.length : Number.NaN;
}

function liesUnder(folders: readonly string[]): Test {
  return (value) => {
    const path = typeof value === 'string' ? readWrittenPath(value) : undefined;
    if (path === undefined) return false;
    for (const folder of folders) if (staysUnder(path, folder)) return true;
    return false;
  };
}

function isIn(known: readonly string[], reader: (text: string) => string | undefined): Test {
  const allowed = new Set<string | undefined>(known);
  return (value) => typeof value === 'string' && allowed.has(reader(value));
}

function hasHost(texts: readonly string[]): Test {
  const patterns = read(texts, readHostPattern);
  const names = new Set(patterns.filter(({ isBelow }) => !isBelow).map(({ host }) => host));
  const wider = patterns.filter(({ isBelow }) => isBelow);
  return (value) => {
    const host = typeof value === 'string' ? readHost(value) : undefined;
    return host !== undefined && (names.has(host) || wider.some((pattern) => matchesHost(pattern, host)));
  };
}

function hasDomain(domains: readonly string[]): Test {
  const allowed = new Set(domains);
  return (value) => {
    const address = typeof value === 'string' ? readEmail(value) : undefined;
    return address !== undefined && allowed.has(domainOf(address));
  };
}

function isLike(source: string): Test {
  const pattern = compileWhole(source);
  return (value) => {
    if (typeof value !== 'string' || value.length > PATTERN_STEPS) return false;
    const budget: Budget = { left: PATTERN_STEPS };
    return matches(pattern, value, budget);
  };
}

function holdsEach(item: CompiledConstraint): Test {
  return (value) => {
    if (!Array.isArray(value)) return holds(item, value);
    for (const one of value) if (!holds(item, one)) return false;
    return true;
  };
}

function runs(commands: readonly Command[]): Test {
  const compiled = commands.map(({ program, words = [], rest }) => ({
    program,
    words: words.map(compile),
    rest: rest === undefined ? undefined : compile(rest),
  }));
  return (value) => {
    const argv = readArgv(value);
    return argv !== undefined && compiled.some((command) => fits(command, argv));
  };
}

interface CompiledCommand {
  readonly program: string;
  readonly words: readonly CompiledConstraint[];
  readonly rest: CompiledConstraint | undefined;
}

function fits({ program, words, rest }: CompiledCommand, argv: readonly string[]): boolean {
  if (argv[0] !== program || !words.every((word, index) => holds(word, argv[index + 1]))) return false;
  if (argv.length - 1 <= words.length) return true;
  return rest !== undefined && argv.slice(words.length + 1).every((word) => holds(rest, word));
}
