import { z } from 'zod';
import { MerlonError } from '../../kernel/errors.ts';
import { parsePath } from '../constraint/argument-path.ts';
import { constraintSettings } from '../constraint/settings.ts';
import { sources } from '../provenance/source.ts';
import { effects } from '../tool/tool-profile.ts';
import { parseScopeOf, type ScopeAction } from './scope.ts';
import { resources } from './task.ts';

/** A whole number with its bounds. */
function whole(min: number, max: number) {
  return z.int().min(min).max(max);
}

const argument = z
  .string()
  .refine((text) => parsePath(text) !== undefined, 'an argument path, such as recipients or attachments[].file_id');

const onDeny = z.enum(['deny', 'ask']);

const budget = z
  .strictObject({
    kind: z
      .enum(['count', 'sum', 'distinct'])
      .describe('What is counted: calls, the sum of a number that each call carries, or its different values.'),
    argument: argument.optional().describe('The path of the number or value. Default: none; all but `count` need it.'),
    max: z.number().min(0).describe('The most that all calls together may come to.'),
    per_seconds: whole(1, 31_536_000)
      .optional()
      .describe('The span in seconds that `max` is for; not with `distinct`. Default: the whole task.'),
  })
  .superRefine(refuseHalfBudgets);

/** A grant as it is written, before it is known which tools there are. */
export const grantSettings = z.strictObject({
  tool: z
    .string()
    .regex(/^(\*|[A-Za-z][A-Za-z0-9_-]*\/(\*|[^*\p{C}]+))$/u, 'upstream/tool, upstream/* or *; names are no patterns')
    .describe('`upstream/tool`, all tools of one as `upstream/*`, or `*` for all that the role may use.'),
  effects: z
    .array(z.enum(effects))
    .min(1)
    .optional()
    .describe('What the tool may be able to do; one that can do more is left out. Default: whatever it can do.'),
  args: z
    .record(argument, constraintSettings)
    .optional()
    .describe('What arguments must be, by path. Default: anything.'),
  integrity: z
    .record(argument, z.array(z.enum(sources)).min(1))
    .optional()
    .describe('Where values must come from, by path; takes the place of `pinned` there. Default: as `pinned` says.'),
  other_args: z
    .enum(['any', 'plain', 'none'])
    .optional()
    .describe(
      'Arguments that are not named: all, all but sinks, none. Default: `plain` where arguments are named or pinned, else `any`.',
    ),
  uses: whole(1, 1_000_000).optional().describe('Calls, at most. Default: no bound.'),
  budgets: z.array(budget).optional().describe('Bounds over all calls of each tool. Default: none.'),
  on_deny: onDeny.optional().describe('What happens to a call that this grant refuses. Default: as the type says.'),
  always_ask: z.boolean().optional().describe('Every call has to be approved, however well it fits. Default: false.'),
  second_factor: z.boolean().optional().describe('An approval needs a second factor. Default: false.'),
});

const scopes = (action: ScopeAction) =>
  z.array(z.string().superRefine((text, context) => refuseNoScope(action, text, context))).default([]);

const type = z.strictObject({
  name: z
    .string()
    .regex(/^\S{1,64}$/, 'a name of 1 to 64 characters without spaces')
    .describe('The name that tasks are opened with: 1 to 64 characters without spaces, unique.'),
  roles: z.array(z.string()).min(1).describe('The roles that may open such tasks.'),
  seconds: whole(1, 86_400).default(3_600).describe('Seconds after which a task ends by itself.'),
  resources: z
    .array(z.enum(resources))
    .default([])
    .describe('What a task may ask for by name; it then gets the `scopes` that belong to it.'),
  scopes: z
    .strictObject({
      read: scopes('read').describe('Folders that may be read: `files:/srv/reports/`.'),
      write: scopes('write').describe('Folders that may be written.'),
      execute: scopes('execute').describe('`sandboxed_code`, and origins: `network:https://api.example.com/`.'),
    })
    .optional()
    .describe(
      'What the resources stand for. Default: `sandboxed_code`, and `files:/tmp/` to read and write; no network.',
    ),
  grants: z.array(grantSettings).prefault([]).describe('Tools that every such task may use, and how.'),
  pinned: z
    .boolean()
    .default(true)
    .describe('Values that do harm must come from the user, from trusted tools or from what the user named.'),
  on_deny: onDeny.default('deny').describe('What happens to calls that a task does not allow: an end, or a question.'),
});

/** The `permissions.tasks` section. */
export const tasksSettings = z.strictObject({
  types: z
    .array(type)
    .superRefine((types, context) => refuseSameNames(types, context, 'type'), { when: () => true })
    .prefault([])
    .describe('Kinds of work, each with the most that a task of it may do.'),
  approval_seconds: whole(10, 3_600).default(120).describe('Seconds that a person has to approve; then it is a no.'),
  max_open_per_caller: whole(1, 10_000).default(50).describe('Open tasks of one caller.'),
});

/** A kind of work, as it is configured. */
export type TaskTypeSettings = z.output<typeof type>;

function refuseNoScope(action: ScopeAction, text: string, context: z.core.$RefinementCtx): void {
  try {
    parseScopeOf(action, text);
  } catch (error) {
    if (!(error instanceof MerlonError)) throw error;
    const what = error.message.replace(/^A scope /, '').replace(/\.$/, '');
    context.addIssue({ code: 'custom', message: `${what} (${error.todo.replace(/\.$/, '')})` });
  }
}

function refuseHalfBudgets(
  { kind, argument: path, max, per_seconds }: BudgetSettings,
  context: z.core.$RefinementCtx,
): void {
  const refuse = (key: string, message: string) => context.addIssue({ code: 'custom', path: [key], message });
  if (kind === 'count' && path !== undefined) refuse('argument', 'means nothing to `count`');
  if (kind !== 'count' && path === undefined) refuse('argument', `is missing: \`${kind}\` needs it`);
  if (kind === 'distinct' && per_seconds !== undefined) refuse('per_seconds', 'means nothing to `distinct`');
  if (kind !== 'sum' && !Number.isInteger(max)) refuse('max', 'must be a whole number');
  if (kind === 'distinct' && max > 10_000) refuse('max', 'must be at most 10000');
}

interface BudgetSettings {
  readonly kind: 'count' | 'sum' | 'distinct';
  readonly argument?: string | undefined;
  readonly max: number;
  readonly per_seconds?: number | undefined;
}

/** Refuses names that are there twice, even where a neighbour is malformed, so that all problems are seen at once. */
export function refuseSameNames(items: unknown, context: z.core.$RefinementCtx, what: string): void {
  if (!Array.isArray(items)) return;
  const seen = new Set<string>();
  for (const [index, item] of items.entries()) {
    const name = (item as { name?: unknown } | null | undefined)?.name;
    if (typeof name !== 'string') continue;
    if (seen.has(name)) {
      context.addIssue({ code: 'custom', path: [index, 'name'], message: `is the name of an earlier ${what}` });
    }
    seen.add(name);
  }
}
