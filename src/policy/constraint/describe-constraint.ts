import type { Command, Constraint, Scalar } from './constraint.ts';

/** Most entries of a list that are named, and most characters of one and of the whole. */
const MAX_NAMED = 5;
const MAX_ENTRY = 80;
const MAX_TEXT = 600;

/**
 * A constraint in words, to go on after the name of an argument: `must be under /tmp`. For denials and for people who
 * approve. At most 600 characters, without control characters; long lists are cut and say so.
 */
export function describeConstraint(constraint: Constraint): string {
  return clipped(describe(constraint), MAX_TEXT);
}

function describe(constraint: Constraint): string {
  const parts = demandsOf(constraint);
  const must = parts.length === 0 ? 'must be there' : `must ${parts.join(' and ')}`;
  return constraint.optional === true ? `${parts.length === 0 ? 'may be anything' : must} or absent` : must;
}

function demandsOf(constraint: Constraint): string[] {
  const { oneOf, maxLength, pattern, subpath, origin, host, emailDomain, argv, each } = constraint;
  const parts: string[] = [];
  if (oneOf !== undefined) parts.push(`be ${listed(oneOf.map(scalarText))}`);
  parts.push(...bounds(constraint));
  if (maxLength !== undefined) parts.push(`have at most ${maxLength} characters or items`);
  if (pattern !== undefined) parts.push(`match ${quoted(pattern)}`);
  if (subpath !== undefined) parts.push(`be under ${listed(subpath.map(plain))}`);
  if (origin !== undefined) parts.push(`be a URL of ${listed(origin.map(plain))}`);
  if (host !== undefined) parts.push(`be of host ${listed(host.map(plain))}`);
  if (emailDomain !== undefined) parts.push(`be an e-mail address at ${listed(emailDomain.map(plain))}`);
  if (argv !== undefined) parts.push(`run ${listed(argv.map(commandText))}`);
  if (each !== undefined) parts.push(`have items each of which ${describe(each)}`);
  return parts;
}

function bounds({ min, max }: Constraint): string[] {
  if (min !== undefined && max !== undefined) return [`be a number from ${min} to ${max}`];
  if (min !== undefined) return [`be a number of at least ${min}`];
  return max === undefined ? [] : [`be a number of at most ${max}`];
}

function commandText({ program, words = [], rest }: Command): string {
  const inOrder = words.map((word) => (word.oneOf?.length === 1 ? listed(word.oneOf.map(scalarText)) : '…'));
  return [plain(program), ...inOrder, ...(rest === undefined ? [] : ['…'])].join(' ');
}

function listed(entries: readonly string[]): string {
  const named = entries.slice(0, MAX_NAMED);
  if (entries.length > MAX_NAMED) return `${named.join(', ')} or one of ${entries.length - MAX_NAMED} more`;
  const last = named.pop() ?? '';
  return named.length === 0 ? last : `${named.join(', ')} or ${last}`;
}

function scalarText(value: Scalar): string {
  return typeof value === 'string' ? quoted(value) : String(value);
}

function quoted(text: string): string {
  return JSON.stringify(plain(text));
}

/** Neither controls nor characters that change the direction or hide: a denial may be read on a terminal. */
function plain(text: string): string {
  return clipped(text.replaceAll(/[\p{C}\p{Zl}\p{Zp}]/gu, '�'), MAX_ENTRY);
}

function clipped(text: string, length: number): string {
  return text.length > length ? `${text.slice(0, length - 1)}…` : text;
}
