import type { ClientFile, HttpKeys, Shape, Transport, Value } from './client.ts';
import { readTree } from './read-tree.ts';
import { entryOf, type FaultCode, type MapTree, placesIn, plain, type Tree, valueAt } from './tree.ts';

/** One server as a client's file has it. All of it is text from anywhere. */
export interface ServerEntry {
  readonly name: string;
  /** Undefined where the entry has neither a program nor an address. */
  readonly transport: Transport | undefined;
  readonly command?: string;
  readonly args: readonly string[];
  readonly env: ReadonlyMap<string, string>;
  /** Variables that the client passes on by name. */
  readonly envNames: readonly string[];
  readonly url?: string;
  readonly headers: ReadonlyMap<string, string>;
  readonly disabled: boolean;
  /** The whole entry as data. */
  readonly raw: Value;
  /** Keys and names that lead to the entry. */
  readonly path: readonly string[];
  /** Where it begins; both count from 1. */
  readonly line: number;
  readonly column: number;
}

/** What a finding of {@link readServers} is about; stable. */
export type FindingCode = FaultCode | 'servers-invalid' | 'entry-invalid' | 'value-ignored';

/** Something that keeps a part of a file from being understood; never quotes it. */
export interface Finding {
  readonly code: FindingCode;
  readonly message: string;
  readonly line: number;
  readonly column: number;
}

/** What {@link readServers} found. */
export interface Servers {
  readonly entries: readonly ServerEntry[];
  readonly findings: readonly Finding[];
}

/** Most findings that are reported of one file; a file with more is another kind of file. */
const MAX_FINDINGS = 200;

/** Reads the servers out of the text of a client's file. Never throws: attacker-controlled text gives findings. */
export function readServers(text: string, file: Pick<ClientFile, 'format' | 'shape'>): Servers {
  const bare = text.startsWith('\uFEFF') ? text.slice(1) : text;
  const { tree, faults } = readTree(bare, file.format);
  const placeOf = placesIn(bare);
  const findings: Finding[] = [];
  const note = (code: FindingCode, message: string, { start }: { start: number }): void => {
    if (findings.length < MAX_FINDINGS) findings.push({ code, message, ...placeOf(start) });
  };
  for (const { code, message, offset } of faults) note(code, message, { start: offset });
  if (tree === undefined) return { entries: [], findings };
  if (tree.kind !== 'map') {
    note('servers-invalid', 'The file holds no map.', tree);
    return { entries: [], findings };
  }
  const { shape } = file;
  const entries = [shape.root, ...(shape.alsoRead ?? [])]
    .flatMap((root) => expand(tree, root, []))
    .flatMap(({ path, at }) => serversAt(at, path, shape, note))
    .flatMap(({ name, path, start, value }) => {
      const entry = toEntry(value, shape, (what, span) => note('value-ignored', what, span));
      return entry === undefined ? [] : [{ ...entry, name, path, ...placeOf(start) }];
    });
  return { entries, findings };
}

/** Where a root with `*` leads. */
function expand(tree: Tree, root: readonly string[], path: readonly string[]): { path: readonly string[]; at: Tree }[] {
  const [step, ...rest] = root;
  if (step === undefined) return [{ path, at: tree }];
  if (tree.kind !== 'map') return [];
  if (step === '*') return tree.entries.flatMap(({ key, value }) => expand(value, rest, [...path, key]));
  const found = entryOf(tree, step);
  return found === undefined ? [] : expand(found.value, rest, [...path, step]);
}

type Note = (code: FindingCode, message: string, span: { start: number }) => void;

interface Place {
  readonly name: string;
  readonly path: readonly string[];
  readonly start: number;
  readonly value: MapTree;
}

function serversAt(at: Tree, path: readonly string[], shape: Shape, note: Note): Place[] {
  if (at.kind === 'scalar' && at.value === null) return [];
  if (at.kind === 'map' && shape.collection === 'map') {
    return at.entries.flatMap(({ key: name, keySpan, value }) => {
      if (value.kind === 'map') return [{ name, path: [...path, name], start: keySpan.start, value }];
      note('entry-invalid', 'A server is no map.', value);
      return [];
    });
  }
  if (at.kind === 'list' && shape.collection === 'list') {
    return at.items.flatMap((value) => {
      const name = textAt(value, 'name');
      if (value.kind === 'map' && name !== undefined)
        return [{ name, path: [...path, name], start: value.start, value }];
      note('entry-invalid', 'A server has no name.', value);
      return [];
    });
  }
  note('servers-invalid', `The servers are no ${shape.collection}.`, at);
  return [];
}

type Ignore = (message: string, span: { start: number }) => void;
type Read = Omit<ServerEntry, 'name' | 'path' | 'line' | 'column'>;

function toEntry(tree: MapTree, shape: Shape, ignore: Ignore): Read | undefined {
  const type = textAt(tree, 'type') ?? textAt(tree, 'transportType');
  if (type !== undefined && shape.ignoredTypes?.includes(type) === true) return undefined;
  const [command, ...first] = wordsOf(tree, shape, ignore);
  const address = addressOf(tree, shape);
  const transport = transportOf(type, command !== undefined, address?.transport);
  const headers = address?.keys.headers ?? shape.http?.headers ?? ['headers'];
  const off = shape.disabled;
  const isOff = off !== undefined && scalarAt(tree, off.key) === off.when;
  return {
    transport,
    ...(command === undefined ? {} : { command }),
    args: first,
    env: textMap(valueAt(tree, [shape.stdio.env]), ignore),
    envNames: shape.stdio.envNames === undefined ? [] : textList(valueAt(tree, [shape.stdio.envNames]), ignore),
    ...(address === undefined ? {} : { url: address.url }),
    headers: textMap(valueAt(tree, headers), ignore),
    disabled: isOff,
    raw: plain(tree),
  };
}

/** The program and its arguments. Some clients take a command as one list; others are found to hold one all the same. */
function wordsOf(tree: MapTree, { stdio }: Shape, ignore: Ignore): string[] {
  const command = valueAt(tree, [stdio.command]);
  if (command === undefined) return [];
  const args = textList(valueAt(tree, [stdio.args ?? 'args']), ignore);
  if (command.kind === 'list') return [...textList(command, ignore), ...args];
  if (command.kind === 'scalar' && typeof command.value === 'string') return [command.value, ...args];
  ignore('A command is no text.', command);
  return [];
}

interface Address {
  readonly url: string;
  readonly transport: Transport;
  readonly keys: HttpKeys;
}

const ELSEWHERE: readonly HttpKeys[] = ['url', 'serverUrl', 'httpUrl', 'uri'].map((url) => ({ url }));

function addressOf(tree: MapTree, { http, sse }: Shape): Address | undefined {
  for (const keys of [http, sse, ...ELSEWHERE]) {
    const url = keys === undefined ? undefined : textAt(tree, keys.url);
    // Where both have the same key, the type decides; see below.
    if (keys !== undefined && url !== undefined) return { url, transport: keys === sse ? 'sse' : 'http', keys };
  }
  return undefined;
}

const TRANSPORTS: ReadonlyMap<string, Transport> = new Map([
  ['stdio', 'stdio'],
  ['local', 'stdio'],
  ['http', 'http'],
  ['streamable-http', 'http'],
  ['streamablehttp', 'http'],
  ['streamable_http', 'http'],
  ['remote', 'http'],
  ['sse', 'sse'],
]);

function transportOf(type: string | undefined, hasCommand: boolean, address: Transport | undefined) {
  const named = TRANSPORTS.get(type?.toLowerCase() ?? '');
  if (named === 'stdio' ? hasCommand : named !== undefined && address !== undefined) return named;
  return hasCommand ? 'stdio' : address;
}

function scalarAt(tree: Tree, key: string): unknown {
  const value = valueAt(tree, [key]);
  return value?.kind === 'scalar' ? value.value : undefined;
}

function textAt(tree: Tree, key: string): string | undefined {
  const value = scalarAt(tree, key);
  return typeof value === 'string' ? value : undefined;
}

function textList(tree: Tree | undefined, ignore: Ignore): string[] {
  if (tree === undefined || (tree.kind === 'scalar' && tree.value === null)) return [];
  if (tree.kind === 'list') return tree.items.flatMap((item) => asText(item, ignore) ?? []);
  ignore('This is no list.', tree);
  return [];
}

function textMap(tree: Tree | undefined, ignore: Ignore): Map<string, string> {
  const map = new Map<string, string>();
  if (tree === undefined || (tree.kind === 'scalar' && tree.value === null)) return map;
  if (tree.kind !== 'map') {
    ignore('This is no map.', tree);
    return map;
  }
  for (const { key, value } of tree.entries) {
    const text = asText(value, ignore);
    if (text !== undefined) map.set(key, text);
  }
  return map;
}

function asText(tree: Tree, ignore: Ignore): string | undefined {
  if (tree.kind === 'scalar' && tree.value !== null) return String(tree.value);
  ignore('This is no text.', tree);
  return undefined;
}
