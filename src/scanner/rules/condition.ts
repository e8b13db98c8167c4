import type { MapTree, Tree, TreeEntry } from '../../clients/tree.ts';
import type { Text } from '../../kernel/text.ts';
import { blind } from '../look.ts';
import { type Page, shownWord, suggestion, wrong } from '../written/page.ts';
import { flag, kindOf, text } from '../written/readers.ts';
import { operatorNames, readOperator, type Test } from './operators.ts';
import {
  type Path,
  type PathFault,
  readListPath,
  readPath,
  resolve,
  type Scope,
  type ScopeShape,
  type Spot,
} from './path.ts';
import type { Budget } from '../../kernel/pattern/match.ts';
import { all, any, not, type Verdict } from './verdict.ts';

/** Says whether something holds of the element at hand. @throws BudgetSpent */
export type Condition = (scope: Scope, budget: Budget) => Verdict;

const quantifiers = ['every', 'some', 'none'] as const;
const forms = ['and', 'or', 'not', ...quantifiers, 'path'] as const;

/** Reads a condition for elements of the given shape; every problem has been noted when it is undefined. */
export function readCondition(tree: Tree, page: Page, name: string, shapes: ScopeShape): Condition | undefined {
  if (tree.kind !== 'map') return wrong(page, tree, `${name} must be a map, not ${kindOf(tree)}.`);
  const found = tree.entries.filter(({ key }) => forms.some((form) => form === key));
  const [form] = found;
  if (form === undefined) {
    const [stranger] = tree.entries;
    const todo = suggestion(stranger?.key ?? '', [...forms]);
    return wrong(page, stranger?.keySpan ?? tree, `${name} has none of ${forms.join(', ')}.`, todo);
  }
  if (found.length > 1) return wrong(page, tree, `${name} has more than one of ${forms.join(', ')}.`);
  if (form.key === 'path') return readLeaf(tree, form, page, name, shapes);
  const isQuantified = quantifiers.some((one) => one === form.key);
  if (!hasOnly(tree, isQuantified ? [form.key, 'holds'] : [form.key], page, name)) return undefined;
  if (isQuantified) return readQuantified(tree, form, page, name, shapes);
  if (form.key === 'not') {
    const inner = readCondition(form.value, page, `${name}.not`, shapes);
    return inner === undefined ? undefined : (scope, budget) => not(inner(scope, budget));
  }
  return readJoined(form, page, `${name}.${form.key}`, shapes);
}

function hasOnly(tree: MapTree, known: readonly string[], page: Page, name: string): boolean {
  const strangers = tree.entries.filter(({ key }) => !known.includes(key));
  for (const { key, keySpan } of strangers) {
    wrong(page, keySpan, `${shownWord(key)} does not go together with ${known[0]} in ${name}.`, {
      code: 'CONFIG_UNKNOWN_KEY',
      ...suggestion(key, known),
    });
  }
  return strangers.length === 0;
}

function readJoined({ key, value }: TreeEntry, page: Page, name: string, shapes: ScopeShape): Condition | undefined {
  if (value.kind !== 'list' || value.items.length === 0) {
    return wrong(page, value, `${name} must be a list of conditions.`);
  }
  const read = value.items.map((item, index) => readCondition(item, page, `${name}[${index}]`, shapes));
  const conditions = read.filter((one) => one !== undefined);
  if (conditions.length < read.length) return undefined;
  const join = key === 'and' ? all : any;
  return (scope, budget) => join(conditions.map((condition) => condition(scope, budget)));
}

function readQuantified(
  tree: MapTree,
  { key, value }: TreeEntry,
  page: Page,
  name: string,
  shapes: ScopeShape,
): Condition | undefined {
  const path = readPathAt(value, page, `${name}.${key}`, (source) => readListPath(source, shapes));
  const holds = tree.entries.find((entry) => entry.key === 'holds');
  if (holds === undefined) return wrong(page, tree, `${name}.holds is missing.`, { todo: 'Say what must hold.' });
  const element = path?.shape ?? 'anything';
  const inner = readCondition(holds.value, page, `${name}.holds`, { ...shapes, element });
  if (path === undefined || inner === undefined) return undefined;
  return (scope, budget) => {
    const spots = resolve(path, scope, budget);
    const verdicts = spots.map((spot) =>
      spot.kind === 'value' ? inner({ ...spot.at, root: scope.root }, budget) : unseenSpot(spot, path),
    );
    // Of nothing, nothing is said: an empty list must not pass for one that was looked at.
    if (verdicts.length === 0) return key === 'some' ? isEmpty(path, false) : nothingThere(path);
    if (key === 'every') return all(verdicts);
    return key === 'some' ? any(verdicts) : not(any(verdicts));
  };
}

function readLeaf(
  tree: MapTree,
  { value }: TreeEntry,
  page: Page,
  name: string,
  shapes: ScopeShape,
): Condition | undefined {
  const path = readPathAt(value, page, `${name}.path`, (source) => readPath(source, shapes));
  if (!hasOnlyOperators(tree, page, name)) return undefined;
  const tests: Test[] = [];
  let exists: boolean | undefined;
  let isWhole = path !== undefined;
  for (const { key, value: operand } of tree.entries) {
    const label = `${name}.${key}`;
    if (key === 'path') continue;
    const read =
      key === 'exists'
        ? (exists = flag(operand, page, label))
        : readOperator(key, operand, page, label, path?.shape ?? 'anything');
    isWhole &&= read !== undefined;
    if (typeof read === 'function') tests.push(read);
  }
  if (!isWhole || path === undefined) return undefined;
  return (scope, budget) => {
    const spots = resolve(path, scope, budget);
    const there = exists === undefined ? [] : [isThere(spots, path, exists)];
    if (tests.length === 0) return all(there);
    if (spots.length === 0) return all([...there, nothingThere(path)]);
    return all([...there, ...spots.map((spot) => testSpot(spot, path, tests, budget))]);
  };
}

function hasOnlyOperators(tree: MapTree, page: Page, name: string): boolean {
  const strangers = tree.entries.filter(({ key }) => key !== 'path' && !operatorNames.includes(key));
  for (const { key, keySpan } of strangers) {
    wrong(page, keySpan, `${shownWord(key)} is no operator.`, {
      code: 'CONFIG_UNKNOWN_KEY',
      ...suggestion(key, operatorNames),
    });
  }
  if (strangers.length === 0 && tree.entries.length === 1) {
    wrong(page, tree, `${name} asks nothing of what is at its path.`, {
      todo: `Add one of ${operatorNames.join(', ')}.`,
    });
    return false;
  }
  return strangers.length === 0;
}

/** Reads a path with its problems noted. */
export function readPathAt(
  tree: Tree,
  page: Page,
  name: string,
  read: (source: string) => Path | PathFault,
): Path | undefined {
  const source = text(tree, page, name);
  if (source === undefined) return undefined;
  const path = read(source);
  if (!('wrong' in path)) return path;
  const todo = path.todo === undefined ? {} : { todo: path.todo };
  return wrong(page, tree, `${name} ${path.wrong}`, { code: 'RULE_INVALID', ...todo });
}

function testSpot(spot: Spot, path: Path, tests: readonly Test[], budget: Budget): Verdict {
  if (spot.kind !== 'value') return unseenSpot(spot, path);
  const { value, where } = spot.at;
  const shown = show(value);
  const because = [{ text: saying(path, { en: `is ${shown}`, zh: `为 ${shown}` }), where }];
  return all(
    tests.map((test): Verdict => {
      const met = test(value, budget);
      if (typeof met === 'boolean') return { holds: met, because };
      return { holds: undefined, unseen: [unreadable(saying(path, met))] };
    }),
  );
}

function isThere(spots: readonly Spot[], path: Path, wanted: boolean): Verdict {
  const verdicts = spots.map((spot): Verdict => {
    if (spot.kind === 'blind' && spot.blind.blind !== 'not-offered') return unseenSpot(spot, path);
    const isIt = spot.kind === 'value';
    const where = isIt ? spot.at.where : undefined;
    return { holds: isIt === wanted, because: [{ text: saying(path, isIt ? THERE : NOT_THERE), where }] };
  });
  return verdicts.length === 0 ? isEmpty(path, !wanted) : all(verdicts);
}

function isEmpty(path: Path, holds: boolean): Verdict {
  return { holds, because: [{ text: saying(path, { en: 'is empty', zh: '为空' }), where: undefined }] };
}

function nothingThere(path: Path): Verdict {
  const { en, zh } = saying(path, { en: 'is empty', zh: '为空' });
  return { holds: undefined, unseen: [blind('not-offered', en, zh)] };
}

function unseenSpot(spot: Exclude<Spot, { kind: 'value' }>, path: Path): Verdict {
  return { holds: undefined, unseen: [spot.kind === 'blind' ? spot.blind : unreadable(saying(path, NOT_THERE))] };
}

const THERE = { en: 'is there', zh: '存在' };
const NOT_THERE = { en: 'is not there', zh: '不存在' };

function unreadable({ en, zh }: Text) {
  return blind('unreadable', en, zh);
}

function saying({ text: path }: Path, what: Text): Text {
  return { en: `\`${path}\` ${what.en}.`, zh: `\`${path}\` ${what.zh}。` };
}

/** Longest text of a value in a sentence, in UTF-16 units. */
const LONGEST = 120;

/** A value in a sentence. */
function show(value: unknown): string {
  if (Array.isArray(value)) return `[…${value.length}]`;
  if (typeof value === 'object') return '{…}';
  return JSON.stringify(typeof value === 'string' && value.length > LONGEST ? `${value.slice(0, LONGEST)}…` : value);
}
