import { compilePattern, type Pattern } from '../../kernel/pattern/compile.ts';
import { PatternRefused } from '../../kernel/pattern/parse.ts';
import { isObject } from '../../kernel/jsonrpc.ts';
import type { Command, Constraint } from './constraint.ts';
import { readDomain } from './read-email.ts';
import { readHostPattern } from './read-host.ts';
import { readBareOrigin } from './read-origin.ts';
import { readPath } from './read-path.ts';

/** What is wrong with a constraint, and where in it. Repeats nothing of what was written. */
export interface ConstraintProblem {
  readonly path: readonly (string | number)[];
  /** Goes on after the place: `is an empty list`. */
  readonly message: string;
}

/** How deep constraints may stand in each other, by `each` and `argv`. */
const MAX_DEPTH = 8;
/** Most entries of one list. */
const MAX_ENTRIES = 10_000;

type Path = ConstraintProblem['path'];
type Check = (value: unknown, path: Path, depth: number) => readonly ConstraintProblem[];

/** Everything that is wrong with what should be a {@link Constraint}; nothing of it is trusted to have the type. */
export function constraintProblems(value: unknown): readonly ConstraintProblem[] {
  return checkConstraint(value, [], 0);
}

/** A pattern that has to match the whole text. @throws PatternRefused */
export function compileWhole(source: string): Pattern {
  // Alone first: `a)|(?:b` would close the group around it.
  compilePattern(source);
  const flag = source.startsWith('(?i)') ? '(?i)' : '';
  return compilePattern(`${flag}^(?:${source.slice(flag.length)})$`);
}

/** A folder that may be granted: absolute, written plainly. */
export function readFolder(text: string): string | undefined {
  const isPlain = text.startsWith('/') && !text.split('/').some((part) => part === '.' || part === '..');
  return isPlain ? readPath(text) : undefined;
}

function checkConstraint(value: unknown, path: Path, depth: number): readonly ConstraintProblem[] {
  if (!isObject(value)) return [{ path, message: 'is no constraint' }];
  if (depth > MAX_DEPTH) return [{ path, message: `stands in more than ${MAX_DEPTH} others` }];
  const problems = Object.keys(value).flatMap((key): readonly ConstraintProblem[] => {
    const check = checks.get(key);
    if (check === undefined) return [{ path, message: 'has a field that constraints do not have' }];
    return check(value[key], [...path, key], depth);
  });
  const { min, max } = value;
  if (typeof min !== 'number' || typeof max !== 'number' || min <= max) return problems;
  return [...problems, { path: [...path, 'min'], message: 'is more than max' }];
}

const checks: ReadonlyMap<string, Check> = new Map<keyof Constraint, Check>([
  ['oneOf', listOf(one(isScalar, 'is no text, finite number, true, false or null'))],
  ['min', one(isFinite, 'is no finite number')],
  ['max', one(isFinite, 'is no finite number')],
  ['maxLength', one(isCount, 'is no whole number of at least 0')],
  ['pattern', checkPattern],
  ['subpath', listOf(textThat(readFolder, 'is no absolute folder, such as /srv/data, without . and ..'))],
  ['origin', listOf(textThat(readBareOrigin, 'is no origin: scheme and host alone, such as https://api.example.com'))],
  ['host', listOf(textThat(readHostPattern, 'is no host name, such as api.example.com or *.example.com'))],
  ['emailDomain', listOf(textThat(readDomain, 'is no domain, such as example.com'))],
  ['argv', listOf(checkCommand)],
  ['each', (value, path, depth) => checkConstraint(value, path, depth + 1)],
  ['optional', one((value) => typeof value === 'boolean', 'is neither true nor false')],
] as const);

const commandChecks: ReadonlyMap<string, Check> = new Map<keyof Command, Check>([
  ['program', one(isProgram, 'is no name or path of a program')],
  ['words', (value, path, depth) => (isEmptyList(value) ? [] : listOf(checkWord)(value, path, depth))],
  ['rest', checkWord],
] as const);

function checkCommand(value: unknown, path: Path, depth: number): readonly ConstraintProblem[] {
  if (!isObject(value)) return [{ path, message: 'is no command' }];
  const problems = Object.keys(value).flatMap((key): readonly ConstraintProblem[] => {
    const check = commandChecks.get(key);
    if (check === undefined) return [{ path, message: 'has a field that commands do not have' }];
    return check(value[key], [...path, key], depth);
  });
  return Object.hasOwn(value, 'program') ? problems : [...problems, { path, message: 'names no program' }];
}

/** What a word of a command must be; a word is a text, so a bound for numbers would refuse every one. */
function checkWord(value: unknown, path: Path, depth: number): readonly ConstraintProblem[] {
  const isNumeric = isObject(value) && (Object.hasOwn(value, 'min') || Object.hasOwn(value, 'max'));
  const problems = checkConstraint(value, path, depth + 1);
  return isNumeric ? [...problems, { path, message: 'bounds a number, and words are texts' }] : problems;
}

function checkPattern(value: unknown, path: Path): readonly ConstraintProblem[] {
  if (typeof value !== 'string' || value === '') return [{ path, message: 'is no pattern' }];
  try {
    compileWhole(value);
    return [];
  } catch (error) {
    // Its message speaks of the pattern's form and repeats nothing of it but single signs.
    const why = error instanceof PatternRefused ? `: ${error.message.replace(/\.$/, '')}` : '';
    return [{ path, message: `is no pattern that can be used${why}` }];
  }
}

function listOf(check: Check): Check {
  return (value, path, depth) => {
    if (!Array.isArray(value)) return [{ path, message: 'is no list' }];
    if (value.length === 0) return [{ path, message: 'is an empty list, which nothing could meet' }];
    if (value.length > MAX_ENTRIES) return [{ path, message: `has more than ${MAX_ENTRIES} entries` }];
    return Array.from(value).flatMap((item: unknown, index) => check(item, [...path, index], depth));
  };
}

function one(isRight: (value: unknown) => boolean, message: string): Check {
  return (value, path) => (isRight(value) ? [] : [{ path, message }]);
}

function textThat(read: (text: string) => unknown, message: string): Check {
  return one((value) => typeof value === 'string' && read(value) !== undefined, message);
}

function isScalar(value: unknown): boolean {
  return value === null || typeof value === 'string' || typeof value === 'boolean' || isFinite(value);
}

function isFinite(value: unknown): boolean {
  return Number.isFinite(value);
}

function isCount(value: unknown): boolean {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

function isProgram(value: unknown): boolean {
  return typeof value === 'string' && /^[^\s\p{C}]{1,1024}$/u.test(value);
}

function isEmptyList(value: unknown): boolean {
  return Array.isArray(value) && value.length === 0;
}
