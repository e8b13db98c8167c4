import type { Format, Shape } from '../../../clients/client.ts';
import { type Own, throughMerlon } from '../../../clients/goes-through.ts';
import { readTree } from '../../../clients/read-tree.ts';
import { readServers, type ServerEntry } from '../../../clients/read.ts';
import { entryOf, type MapTree, placesIn, plain, type Tree, valueAt } from '../../../clients/tree.ts';
import { addressParts } from '../../secrets/address-parts.ts';
import type { Where } from '../../check.ts';
import type { ClientFacts, ServerEntryFacts } from '../../facts/client.ts';
import { packageOf } from '../../launch/package-of.ts';
import { clientOfPath, formatOf, shapeOf } from './client-shape.ts';
import { type Argument, argumentsOf, type PlaceOf, valuesOf } from './client-values.ts';
import { tlsOffIn } from './tls-off.ts';

/** Most servers of one file; a file with more is another kind of file. */
const MAX_SERVERS = 1_000;

/** Settings beside the servers with which a client uses servers or tools without asking. */
const SETTINGS: readonly (readonly string[])[] = [
  ['enableAllProjectMcpServers'],
  ['permissions', 'defaultMode'],
  ['chat.tools.autoApprove'],
  ['chat.tools.global.autoApprove'],
  ['agent', 'always_allow_tool_actions'],
  ['assistant', 'always_allow_tool_actions'],
];
/** Settings of an entry with which its tools are used without asking. */
const APPROVALS = ['autoApprove', 'autoApproveTools', 'alwaysAllow', 'always_allow', 'trust', 'trusted'];

/**
 * What a client's file says, without a single value that could be secret. Never throws: attacker-controlled text gives
 * problems.
 * @param file how people know it: `~/.cursor/mcp.json`; its name decides the format
 * @param client id in the catalogue; without it the place of the file, then its content decides
 * @param own what tells Merlon's own entries besides their form
 */
export function readClientFacts(text: string, file: string, client?: string, own: Own = {}): ClientFacts {
  const bare = text.startsWith('\uFEFF') ? text.slice(1) : text;
  const format = formatOf(file);
  const { tree } = readTree(bare, format);
  const id = client ?? clientOfPath(file)?.id;
  const shape = shapeOf(tree, id, format);
  const { entries, findings } = readServers(bare, { format, shape });
  const placeOf = placesIn(bare);
  const whereOf = ({ start }: Pick<Tree, 'start'>, path: readonly string[]): Where => ({
    file,
    ...placeOf(start),
    path,
  });
  const problems = findings.map(({ message, line, column }) => ({ message, where: { file, line, column } }));
  if (entries.length > MAX_SERVERS) {
    problems.push({
      message: `Only the first ${MAX_SERVERS} servers were looked at.`,
      where: { file, line: 1, column: 1 },
    });
  }
  return {
    file,
    client: id,
    servers: entries.slice(0, MAX_SERVERS).flatMap((entry) => {
      const found = treeOf(entry, tree, bare.length, placeOf);
      return found === undefined ? [] : [serverFacts(entry, found, { file, shape, format, whereOf, own })];
    }),
    settings: SETTINGS.flatMap((path) => {
      const value = valueAt(tree, path);
      return value === undefined ? [] : [{ path, value: plain(value), where: whereOf(value, path) }];
    }),
    problems,
  };
}

/** The tree of an entry: the one that begins where the entry does, since a name may stand twice. */
function treeOf(entry: ServerEntry, tree: Tree | undefined, end: number, placeOf: ReturnType<typeof placesIn>) {
  const isAt = (start: number): boolean => {
    const { line, column } = start <= end ? placeOf(start) : { line: 0, column: 0 };
    return line === entry.line && column === entry.column;
  };
  const parent = valueAt(tree, entry.path.slice(0, -1));
  if (parent?.kind === 'map') {
    const found = parent.entries.find(({ key, keySpan }) => key === entry.name && isAt(keySpan.start))?.value;
    return found?.kind === 'map' ? found : undefined;
  }
  const item = parent?.kind === 'list' ? parent.items.find(({ start }) => isAt(start)) : undefined;
  return item?.kind === 'map' ? item : undefined;
}

interface Around {
  readonly file: string;
  readonly shape: Shape;
  readonly format: Format;
  readonly whereOf: PlaceOf;
  readonly own: Own;
}

function serverFacts(entry: ServerEntry, tree: MapTree, { file, shape, whereOf, own }: Around): ServerEntryFacts {
  const { name, line, column, transport, disabled, command, args, url } = entry;
  const where = { file, line, column, path: entry.path };
  const place: PlaceOf = (at, path) => whereOf(at, [...entry.path, ...path]);
  const { values, shown } = argumentsOf(placedArguments(args, tree, shape, where, place));
  return {
    name,
    where,
    transport,
    disabled,
    command,
    args: shown,
    url: url === undefined ? undefined : addressParts(url).shown,
    values: [...valuesOf(tree, shape, place), ...values],
    approvals: APPROVALS.flatMap((key) => {
      const found = entryOf(tree, key);
      return found === undefined ? [] : [{ key, value: plain(found.value), where: place(found.value, [key]) }];
    }),
    package: command === undefined ? undefined : packageOf({ command, args: shown }),
    behindMerlon: throughMerlon(entry, own) !== undefined,
    tlsOff: tlsOffIn(tree, shape, args, place),
  };
}

/** The arguments with their places: items of one list, or of the command's list and then of that. */
function placedArguments(
  args: readonly string[],
  tree: MapTree,
  { stdio }: Shape,
  where: Where,
  place: PlaceOf,
): Argument[] {
  const items = [stdio.command, stdio.args ?? 'args'].flatMap((key) => {
    const list = valueAt(tree, [key]);
    if (list?.kind !== 'list') return [];
    const texts = list.items.map((item, index) => ({ item, place: place(item, [key, String(index)]) }));
    return texts.filter(({ item }) => item.kind === 'scalar' && item.value !== null);
  });
  // The command itself comes first in a list that holds both.
  const from = items.length - args.length;
  return args.map((text, index) => ({ text, where: items[from + index]?.place ?? where }));
}
