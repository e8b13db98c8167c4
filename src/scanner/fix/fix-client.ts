import type { Client, Format, Shape } from '../../clients/client.ts';
import { type Change, editText } from '../../clients/edit.ts';
import { throughMerlon } from '../../clients/goes-through.ts';
import type { Command } from '../../clients/our-entry.ts';
import { readServers, type ServerEntry } from '../../clients/read.ts';
import { wrapServer } from '../../clients/wrap.ts';
import type { Text } from '../../kernel/text.ts';
import { dropApprovals, dropSettings } from './drop-approvals.ts';
import { pinPackage } from './pin-package.ts';
import { referToSecrets } from './refer-to-secrets.ts';
import { type NameVariable, variableNames } from './variable-names.ts';

/** The checks whose findings can be mended in a client's file. */
export const fixableChecks = [
  'client-no-auto-approval',
  'client-packages-pinned',
  'client-no-literal-secrets',
  'client-behind-gateway',
] as const;
export type FixableCheck = (typeof fixableChecks)[number];

/** The file that is mended. */
export interface FixTarget {
  /** How people know the file, for errors. */
  readonly file: string;
  readonly format: Format;
  readonly shape: Shape;
  /** Decides in which notation a secret is referred to; without it none is moved. */
  readonly client: Pick<Client, 'id' | 'title' | 'reference'> | undefined;
}

export interface FixOptions {
  readonly only: readonly FixableCheck[];
  /** The version to write for a package, where one is known; nothing is asked of any network. */
  readonly versionOf: (name: string, registry: 'npm' | 'pypi') => string | undefined;
  /** How clients start Merlon. */
  readonly merlon: Command;
  /** Names the variable for a credential that is moved. Default: the telling name, numbered where another has it. */
  readonly nameFor?: NameVariable;
}

/** Something that was done, or left and why. Never holds a value of the file. */
export interface FixNote {
  /** Id of the check. */
  readonly check: string;
  readonly subject: string;
  readonly text: Text;
}

/** What one step of the mending comes to for one server. */
export interface Step {
  readonly changes: readonly Change[];
  readonly done: readonly Text[];
  readonly left: readonly Text[];
  /** Texts written into the file that are no secret, such as a reference. */
  readonly shown?: readonly string[];
}

export interface Fixed {
  readonly text: string;
  readonly done: readonly FixNote[];
  readonly left: readonly FixNote[];
  readonly shown: readonly string[];
}

/**
 * Mends what can surely be mended in a client's file, and nothing else in it. Pure: the caller shows and writes the text.
 * @throws MerlonError CONFIG_SYNTAX, CONFIG_INVALID where the file cannot be edited safely
 */
export function fixClient(text: string, target: FixTarget, options: FixOptions): Fixed {
  const { file, format, shape } = target;
  const all = { done: [] as FixNote[], left: [] as FixNote[], shown: [] as string[] };
  // A broken file deserves to be named before all else.
  let now = editText(text, format, [], file);
  const { nameFor = variableNames({ text }).nameFor } = options;
  // One after the other, and wrapping last: it takes the command as the steps before have left it.
  for (const check of fixableChecks) {
    if (!options.only.includes(check)) continue;
    const entries = readServers(now, { format, shape }).entries;
    const steps = [
      ...(check === 'client-no-auto-approval' ? dropSettings(now, format) : []),
      ...entries.map((entry) => ({
        subject: entry.name,
        step: stepFor(check, entry, target, { ...options, nameFor }),
      })),
    ];
    for (const { subject, step } of steps) {
      now = editText(now, format, step.changes, file);
      all.done.push(...step.done.map((each) => ({ check, subject, text: each })));
      all.left.push(...step.left.map((each) => ({ check, subject, text: each })));
      all.shown.push(...(step.shown ?? []));
    }
  }
  return { text: now, ...all };
}

const NOTHING: Step = { changes: [], done: [], left: [] };

type Naming = FixOptions & { readonly nameFor: NameVariable };

function stepFor(check: FixableCheck, entry: ServerEntry, target: FixTarget, options: Naming): Step {
  if (check === 'client-packages-pinned') return pinPackage(entry, target.shape, options.versionOf);
  if (check === 'client-no-literal-secrets') return referToSecrets(entry, target, options.nameFor);
  return check === 'client-behind-gateway'
    ? wrap(entry, target.shape, options.merlon)
    : dropApprovals(entry, target.shape);
}

function wrap(entry: ServerEntry, shape: Shape, merlon: Command): Step {
  // Told by its program too, wherever it is installed: nothing is wrapped twice.
  const [program] = merlon.args;
  if (throughMerlon(entry, program === undefined ? {} : { program }) !== undefined) return NOTHING;
  const wrapping = wrapServer(entry, shape, merlon);
  if ('changes' in wrapping) {
    const done = { en: 'Merlon stands in front of it.', zh: '已由 Merlon 前置。' };
    return { changes: wrapping.changes, done: [done], left: [] };
  }
  const why = wrapping.left;
  return { ...NOTHING, left: [{ en: `It cannot be wrapped (${why}).`, zh: `无法包装（${why}）。` }] };
}
