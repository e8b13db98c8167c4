import type { Tree } from '../../clients/tree.ts';
import { controlIds } from '../../controls/control.ts';
import type { Place } from '../../kernel/errors.ts';
import type { Text } from '../../kernel/text.ts';
import { type AnyCheck, severities } from '../check.ts';
import type { PartName } from '../facts/index.ts';
import { finish, openPage, type Page, wrong } from '../written/page.ts';
import * as is from '../written/readers.ts';
import { type Asked, askRule } from './ask.ts';
import { readCondition, readPathAt } from './condition.ts';
import { readExample } from './example.ts';
import { factShapes } from './fact-shapes.ts';
import { readListPath, readPath, type ScopeShape } from './path.ts';
import { readTemplate } from './template.ts';

/** A rule of a file, ready to be asked. */
export interface Rule {
  readonly check: AnyCheck;
  readonly place: Place;
  readonly good: readonly Example[];
  readonly bad: readonly Example[];
}

/** Facts that the rule must pass or must not. */
export interface Example {
  readonly facts: unknown;
  readonly place: Place;
}

/** Most rules of a file. */
const MAX_RULES = 500;
/** Most examples of each kind that a rule may have. */
const MAX_EXAMPLES = 50;

const tree: is.Reader<Tree> = (value) => value;

/** A statement in English, or in both languages; English stands in for Chinese that is not there. */
const words: is.Reader<Text> = (value, page, name) => {
  if (value.kind === 'scalar') {
    const en = is.text(value, page, name);
    return en === undefined ? undefined : { en, zh: en };
  }
  const read = is.fields({ en: is.need(is.text), zh: is.may(is.text) })(value, page, name);
  return read === undefined ? undefined : { en: read.en, zh: read.zh ?? read.en };
};

const id: is.Reader<string> = is.turned(is.text, (value) =>
  /^[a-z0-9]+(-[a-z0-9]+)+$/.test(value) && value.length <= 80
    ? { value }
    : { wrong: 'must be words in lower case with hyphens between, such as images-by-digest.' },
);

const examples = is.fields({
  good: is.need(is.listOf(tree, 1, MAX_EXAMPLES)),
  bad: is.need(is.listOf(tree, 1, MAX_EXAMPLES)),
});

const written = is.fields({
  id: is.need(is.placed(id)),
  control: is.need(is.oneOf(controlIds)),
  part: is.need(is.oneOf(Object.keys(factShapes) as PartName[])),
  severity: is.need(is.oneOf(severities)),
  title: is.need(words),
  remedy: is.need(words),
  basis: is.may(is.oneOf(['seen', 'told'] as const)),
  otherwise: is.may(is.oneOf(['fail', 'warn'] as const)),
  each: is.may(tree),
  subject: is.may(tree),
  when: is.may(tree),
  holds: is.need(tree),
  evidence: is.may(is.placed(words)),
  examples: is.need(examples),
});

/**
 * Reads a file of rules: `rules:` and a list. `taken`: ids that other checks have already.
 * @throws Problems with everything that is wrong, each at its line
 */
export function readRules(source: string, file: string, taken: Iterable<string> = []): readonly Rule[] {
  const page = openPage(source, file);
  const ids = new Set(taken);
  const rule: is.Reader<Rule> = (value, on, name) => readRule(value, on, name, ids);
  const read = is.fields({ rules: is.need(is.listOf(rule, 1, MAX_RULES)) })(page.root, page, is.TOP);
  return finish(page, read?.rules);
}

function readRule(value: Tree, page: Page, name: string, taken: Set<string>): Rule | undefined {
  const said = written(value, page, name);
  if (said === undefined) return undefined;
  const { id: named, part } = said;
  if (taken.has(named.value)) {
    wrong(page, named.at, `There is a check ${named.value} already.`, {
      code: 'RULE_INVALID',
      todo: 'Choose another id.',
    });
  }
  taken.add(named.value);
  const shape = factShapes[part];
  const asked = readAsked(said, page, name, { element: shape, root: shape });
  const read = (kind: 'good' | 'bad'): Example[] =>
    said.examples[kind].map((one, index) => ({
      facts: readExample(one, shape, page, `${name}.examples.${kind}[${index}]`),
      place: page.placeOf(one),
    }));
  const [good, bad] = [read('good'), read('bad')];
  if (asked === undefined) return undefined;
  // Whatever the part, `ask` takes its facts: every path has been held against the part's shape.
  const check = {
    id: named.value,
    control: said.control,
    part,
    severity: said.severity,
    title: said.title,
    remedy: said.remedy,
    ...(said.basis === undefined ? {} : { basis: said.basis }),
    ask: (facts: unknown) => askRule(asked, facts),
  } as AnyCheck;
  return { check, place: page.placeOf(named.at), good, bad };
}

type Said = Exclude<ReturnType<typeof written>, undefined>;

function readAsked(said: Said, page: Page, name: string, root: ScopeShape): Asked | undefined {
  const before = page.problems.length;
  const each = said.each && readPathAt(said.each, page, `${name}.each`, (source) => readListPath(source, root));
  if (said.each !== undefined && said.subject === undefined) {
    wrong(page, said.each, `${name}.subject is missing.`, {
      todo: 'Say what tells one element from another: subject: name.',
    });
  }
  if (said.each === undefined && said.subject !== undefined) {
    wrong(page, said.subject, `${name}.subject is for rules with each.`, { todo: 'Remove it.' });
  }
  const inner = { ...root, element: each?.shape ?? (said.each === undefined ? root.element : 'anything') };
  const subject =
    said.subject && readPathAt(said.subject, page, `${name}.subject`, (source) => readPath(source, inner));
  const when = said.when && readCondition(said.when, page, `${name}.when`, inner);
  const holds = readCondition(said.holds, page, `${name}.holds`, inner);
  const evidence = said.evidence && readTemplate(said.evidence, page, `${name}.evidence`, inner);
  if (holds === undefined || page.problems.length > before) return undefined;
  return { each, subject, when, holds, evidence, otherwise: said.otherwise ?? 'fail' };
}
