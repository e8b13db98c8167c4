import { isDeepStrictEqual } from 'node:util';
import type { ClientFile, Format, Value } from '../clients/client.ts';
import { type Change, editText } from '../clients/edit.ts';
import { type Own, throughMerlon, unwrapped } from '../clients/goes-through.ts';
import { INPUT_ID, pathOfServer } from '../clients/our-entry.ts';
import { readTree } from '../clients/read-tree.ts';
import { readServers, type ServerEntry } from '../clients/read.ts';
import { plain, type Tree, valueAt } from '../clients/tree.ts';
import { setCommand } from '../clients/wrap.ts';

/** One backup. */
export interface Backup {
  readonly path: string;
  readonly text: string;
}

/** How a file is put back. */
export interface Undo {
  readonly text: string;
  /** The backup that this text is, byte for byte; absent where others changed the file since. */
  readonly from?: string;
}

/** What is looked at. */
export interface UndoContext {
  readonly path: string;
  readonly file: Pick<ClientFile, 'format' | 'shape'>;
  readonly text: string;
  /** The newest first. */
  readonly backups: readonly Backup[];
  readonly own: Own;
  /** Only these servers; none means all. */
  readonly names: readonly string[];
}

/**
 * Takes back the last change of connect. Where nothing else changed since, that is the backup byte for byte; else Merlon's
 * entries are taken out and what was wrapped is put back, and the rest stays. Undefined when there is nothing of Merlon's.
 * @throws MerlonError CONFIG_INVALID where the file cannot be edited safely
 */
export function undo(context: UndoContext): Undo | undefined {
  for (const backup of context.backups) {
    const ours = changedSince(context, backup.text);
    if (ours.length === 0) continue;
    if (isUntouched(context, backup, ours)) return { text: backup.text, from: backup.path };
    return { text: takeOut(context, ours, backup.text) };
  }
  const ours = changedSince(context, '');
  if (context.backups.length > 0 || ours.length === 0) return undefined;
  return { text: takeOut(context, ours, '') };
}

/** Merlon's entries in the file that were not there, or were others, in a backup. */
function changedSince({ text, file, own, names }: UndoContext, before: string): ServerEntry[] {
  const then = new Map(serversOf(before, file).map((entry) => [entry.name, entry.raw]));
  return serversOf(text, file).filter((entry) => {
    const isNamed = names.includes(entry.name);
    // With a backup to compare with, a name that the user gives is enough.
    const isOurs = throughMerlon(entry, own) !== undefined || (isNamed && before !== '');
    return (isNamed || names.length === 0) && isOurs && !isDeepStrictEqual(then.get(entry.name), entry.raw);
  });
}

/** Whether the backup with Merlon's changes made to it again is the file, byte for byte. */
function isUntouched({ text, file, path, own }: UndoContext, backup: Backup, ours: readonly ServerEntry[]): boolean {
  const { format, shape } = file;
  const then = new Map(serversOf(backup.text, file).map((entry) => [entry.name, entry]));
  const entries = ours.flatMap((entry): Change[] => {
    const before = then.get(entry.name);
    if (before !== undefined && unwrapped(entry, own) !== undefined) {
      return setCommand(shape, entry.name, { command: entry.command ?? '', args: entry.args }, before);
    }
    return [{ set: pathOfServer(shape, entry.name), to: entry.raw }];
  });
  const before = questionsIn(backup.text, file);
  const questions = questionsIn(text, file).filter((each) => !before.some((other) => isDeepStrictEqual(other, each)));
  const asked = questions.map((to): Change => ({ set: ['inputs', { key: 'id', is: INPUT_ID }], to }));
  try {
    return editText(backup.text, format, [...asked, ...entries], path) === text;
  } catch {
    return false;
  }
}

function takeOut({ text, file, path, own }: UndoContext, ours: readonly ServerEntry[], before: string): string {
  const { format, shape } = file;
  const then = new Map(serversOf(before, file).map((entry) => [entry.name, entry]));
  const changes = ours.flatMap((entry): Change[] => {
    const inner = unwrapped(entry, own);
    const at = pathOfServer(shape, entry.name);
    const earlier = then.get(entry.name);
    if (inner === undefined) return [earlier === undefined ? { remove: at } : { set: at, to: earlier.raw }];
    const back = setCommand(shape, entry.name, inner, entry);
    const { args } = shape.stdio;
    const hadArgs = inner.args.length > 0 || args === undefined || earlier === undefined || hasKey(earlier.raw, args);
    return hadArgs ? back : [...back, { remove: [...at, args] }];
  });
  const edited = editText(text, format, changes, path);
  const isAskedFor = edited.includes(`\${input:${INPUT_ID}}`) || questionsIn(before, file).length > 0;
  const hasQuestion = questionsIn(edited, file).length > 0;
  const question: Change[] = isAskedFor || !hasQuestion ? [] : [{ remove: ['inputs', { key: 'id', is: INPUT_ID }] }];
  return withoutLeftovers(editText(edited, format, question, path), before, [['inputs'], shape.root], { format, path });
}

/** Takes away what is empty now and was not there before. Without a backup nobody knows, and it stays. */
function withoutLeftovers(
  text: string,
  before: string,
  places: readonly (readonly string[])[],
  { format, path }: { readonly format: Format; readonly path: string },
): string {
  const at = (of: string, place: readonly string[]) => valueAt(readTree(of.replace(/^\uFEFF/, ''), format).tree, place);
  const leftovers = places.filter((place) => {
    const now = at(text, place);
    const isEmpty = now !== undefined && now.kind !== 'scalar' && Object.keys(plain(now) ?? {}).length === 0;
    return isEmpty && before !== '' && at(before, place) === undefined;
  });
  return editText(
    text,
    format,
    leftovers.map((remove) => ({ remove })),
    path,
  );
}

/** The servers at the place where connect writes. */
function serversOf(text: string, { format, shape }: UndoContext['file']): readonly ServerEntry[] {
  const { alsoRead: _, ...own } = shape;
  return readServers(text, { format, shape: own }).entries;
}

/** The questions of VS Code that ask for our key. */
function questionsIn(text: string, { format }: UndoContext['file']): Value[] {
  const list = valueAt(readTree(text.replace(/^\uFEFF/, ''), format).tree, ['inputs']);
  if (list?.kind !== 'list') return [];
  return list.items.filter((item) => isDeepStrictEqual(idOf(item), INPUT_ID)).map(plain);
}

function idOf(item: Tree): unknown {
  const id = valueAt(item, ['id']);
  return id?.kind === 'scalar' ? id.value : undefined;
}

function hasKey(value: Value, key: string): boolean {
  return typeof value === 'object' && value !== null && key in value;
}
