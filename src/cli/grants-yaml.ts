import { Document, isMap, isNode, isSeq, type Node } from 'yaml';
import { showable } from '../detect/showable.ts';
import type { Constraint } from '../policy/constraint/constraint.ts';
import type { Budget } from '../policy/grant/task-grant.ts';
import type { Missing } from '../policy/learn/coverage.ts';
import type { LearnedArgument, LearnedGrant, LearnedGroup } from '../policy/learn/learned.ts';

/** Learned grants as a part of a configuration, with what speaks for each of them as comments. */
export function grantsYaml(groups: readonly LearnedGroup[]): string {
  const types = groups.map((group) => ({
    name: nameOf(group, groups),
    roles: [group.role],
    pinned: true,
    grants: group.grants.map(({ template }) => grantSettings(template)),
  }));
  const document = new Document({ permissions: { tasks: { types } } }, { aliasDuplicateObjects: false });
  const list = document.getIn(['permissions', 'tasks', 'types']);
  if (isSeq(list)) for (const [index, item] of list.items.entries()) annotateType(item, groups[index]);
  return document.toString({ lineWidth: 120 });
}

/** A type that several roles work on becomes one type for each: their grants differ. */
function nameOf({ taskType, role }: LearnedGroup, all: readonly LearnedGroup[]): string {
  return all.filter((other) => other.taskType === taskType).length === 1 ? taskType : `${taskType}-${role}`;
}

const ABOUT_PINNED =
  'The record does not say where values came from: they must come from the request or trusted tools.';

function annotateType(item: unknown, group: LearnedGroup | undefined): void {
  if (!isMap(item) || group === undefined) return;
  comment(item, aboutGroup(group));
  const pinned = item.items.find(({ key }) => isNode(key) && key.toJSON() === 'pinned')?.key;
  if (isNode(pinned)) comment(pinned, [ABOUT_PINNED]);
  const grants = item.get('grants');
  if (!isSeq(grants)) return;
  for (const [index, node] of grants.items.entries()) annotateGrant(node, group.grants[index]);
}

function annotateGrant(node: unknown, grant: LearnedGrant | undefined): void {
  if (!isMap(node) || grant === undefined) return;
  comment(node, aboutGrant(grant));
  const args = node.get('args');
  if (!isMap(args)) return;
  for (const { key } of args.items) {
    const path = isNode(key) ? key.toJSON() : key;
    const argument = grant.arguments.find((one) => one.path === path);
    if (isNode(key) && argument !== undefined) comment(key, [aboutArgument(argument)]);
  }
}

/** Texts come from a record of what strangers may have written. */
function comment(node: Node, lines: readonly string[]): void {
  node.commentBefore = lines.map((line) => ` ${showable(line)}`).join('\n');
}

/** What is to be said of one kind of task, line by line. */
export function aboutGroup({ traces, calls, coverage, leftOut, tooFew }: LearnedGroup): string[] {
  return [
    `Learned from ${counted(traces, 'task')} with ${counted(calls, 'call')}.`,
    ...(tooFew === undefined ? [] : [`Too few: ${tooFew} tasks are needed, so nothing is proposed.`]),
    `Tasks that need a tool that is not here: ${shareText(coverage.tools)}.`,
    `Calls that these grants would not cover: ${shareText(coverage.calls)}.`,
    ...leftOut.map(({ why, calls: count, traces: tasks, tools }) => {
      return `Left out: ${counted(count, 'call')} in ${counted(tasks, 'task')}, ${reasons[why]} (${tools.join(', ')}).`;
    }),
  ];
}

const reasons: Readonly<Record<LearnedGroup['leftOut'][number]['why'], string>> = {
  exposed: 'made after the task had seen text of strangers',
  refused: 'which were refused',
  failed: 'which failed',
  unfinished: 'of which no end is recorded',
};

function counted(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? '' : 's'}`;
}

function shareText({ share, atMost, seenOnce, of }: Missing): string {
  return `${percent(share)} expected, below ${percent(atMost)} with 95 % confidence (${seenOnce} of ${of} seen once)`;
}

function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}

function aboutGrant({ calls, traces, definition, asksBecause }: LearnedGrant): string[] {
  return [
    `${counted(calls, 'call')} in ${counted(traces, 'task')}.`,
    ...(definition === undefined
      ? ['How the tool is defined is not known: name --lock.']
      : [`Defined as ${definition}.`]),
    ...(asksBecause === undefined ? [] : [`Asks each time: ${asksReasons[asksBecause]}.`]),
  ];
}

const asksReasons: Readonly<Record<NonNullable<LearnedGrant['asksBecause']>, string>> = {
  seen_once: 'only one task used it',
  wide_sink: 'nothing bounds an argument through which harm is done',
  arguments_unread: 'most of its arguments are not in the record',
};

function aboutArgument({ calls, traces, values, rung, vouched, isSink }: LearnedArgument): string {
  const different = values === undefined ? 'many values' : counted(values, 'value');
  const source = vouched ? ', all of known origin' : '';
  return `${rung}: ${different} in ${counted(calls, 'call')} of ${counted(traces, 'task')}${source}${isSink ? '; a sink' : ''}`;
}

/** A grant with the names of a configuration. */
export function grantSettings(template: LearnedGrant['template']): Record<string, unknown> {
  const { tool, effects, args, otherArgs, integrity, uses, budgets, alwaysAsk } = template;
  return present({
    tool,
    effects,
    args: args === undefined ? undefined : mapValues(args, constraintSettings),
    other_args: otherArgs,
    integrity,
    uses,
    budgets: budgets?.map(budgetSettings),
    always_ask: alwaysAsk,
  });
}

function constraintSettings(constraint: Constraint): Record<string, unknown> {
  const { oneOf, min, max, maxLength, pattern, subpath, origin, emailDomain, each, optional } = constraint;
  return present({
    one_of: oneOf,
    min,
    max,
    max_length: maxLength,
    pattern,
    subpath,
    origin,
    email_domain: emailDomain,
    each: each === undefined ? undefined : constraintSettings(each),
    optional,
  });
}

function budgetSettings(budget: Budget): Record<string, unknown> {
  if (budget.kind === 'distinct') return { ...budget };
  const { perSeconds, ...rest } = budget;
  return present({ ...rest, per_seconds: perSeconds });
}

function present(record: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(record).filter(([, value]) => value !== undefined));
}

function mapValues<From, To>(record: Readonly<Record<string, From>>, make: (value: From) => To): Record<string, To> {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, make(value)]));
}
