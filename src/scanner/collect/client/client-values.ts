import type { Shape } from '../../../clients/client.ts';
import { readTree } from '../../../clients/read-tree.ts';
import { type MapTree, type Tree, valueAt } from '../../../clients/tree.ts';
import { expectsSecret } from '../../../detect/secret-keys.ts';
import { HIDDEN, addressParts } from '../../secrets/address-parts.ts';
import type { Where } from '../../check.ts';
import type { ValueFacts } from '../../facts/client.ts';
import { holdsOf } from '../../secrets/holds-secret.ts';

/** Says where a part of an entry stands. */
export type PlaceOf = (tree: Pick<Tree, 'start'>, path: readonly string[]) => Where;

/** Most values of one entry. */
const MAX_VALUES = 500;
const VARIABLES = ['env', 'envs', 'environment'];
const ADDRESSES = ['url', 'serverUrl', 'httpUrl', 'uri'];
const NAMES_OF_VARIABLES = new Set(['bearer_token_env_var', 'apiKeyEnv']);

/** What every variable, header, setting and part of the address of an entry holds. */
export function valuesOf(entry: MapTree, shape: Shape, place: PlaceOf): ValueFacts[] {
  const found: ValueFacts[] = [];
  const add = (kind: ValueFacts['kind'], name: string, holds: ValueFacts['holds'], where: Where): void => {
    if (found.length < MAX_VALUES) found.push({ kind, name, holds, where });
  };
  const eachText = (path: readonly string[], take: (name: string, text: string, where: Where) => void): void => {
    const map = valueAt(entry, path);
    if (map?.kind !== 'map') return;
    for (const { key, value } of map.entries.slice(0, MAX_VALUES)) {
      const text = textOf(value);
      if (text !== undefined) take(key, text, place(value, [...path, key]));
    }
  };
  for (const key of new Set([shape.stdio.env, ...VARIABLES])) {
    eachText([key], (name, text, where) => add('env', name, holdsOf(name, text), where));
  }
  const headers = [['headers'], ['http_headers'], ['requestOptions', 'headers'], ...withHeaders(shape)];
  for (const path of new Map(headers.map((each) => [each.join('.'), each])).values()) {
    eachText(path, (name, text, where) => add('header', name, holdsOf(name, text), where));
  }
  eachText(['env_http_headers'], (name, _, where) => add('header', name, 'reference', where));
  for (const key of ADDRESSES) {
    const value = valueAt(entry, [key]);
    const text = value === undefined ? undefined : textOf(value);
    if (value === undefined || text === undefined) continue;
    for (const { name, holds } of addressParts(text).parts) add('url', name, holds, place(value, [key]));
  }
  for (const { path, text, tree } of fieldsOf(entry)) {
    const name = path.at(-1) ?? '';
    if (NAMES_OF_VARIABLES.has(name)) add('field', name, 'reference', place(tree, path));
    else if (expectsSecret(name)) add('field', path.join('.'), holdsOf(name, text), place(tree, path));
  }
  return found;
}

function withHeaders({ http, sse }: Shape): string[][] {
  return [http?.headers, sse?.headers].flatMap((each) => (each === undefined ? [] : [[...each]]));
}

function textOf(tree: Tree): string | undefined {
  return tree.kind === 'scalar' && tree.value !== null ? String(tree.value) : undefined;
}

/** Settings of an entry and of the maps in it that have a purpose of their own, such as `oauth.clientSecret`. */
function fieldsOf(entry: MapTree): { path: readonly string[]; text: string; tree: Tree }[] {
  const inner = ['oauth', 'auth', 'requestOptions'];
  return [[], ...inner.map((key) => [key])].flatMap((at) => {
    const map = valueAt(entry, at);
    if (map?.kind !== 'map') return [];
    return map.entries.slice(0, MAX_VALUES).flatMap(({ key, value }) => {
      const text = value.kind === 'scalar' && typeof value.value === 'string' ? value.value : undefined;
      return text === undefined ? [] : [{ path: [...at, key], text, tree: value }];
    });
  });
}

/** An argument and where it stands. */
export interface Argument {
  readonly text: string;
  readonly where: Where;
}

/** What the arguments of a command hold, and the arguments without it. */
export function argumentsOf(args: readonly Argument[]): { readonly values: ValueFacts[]; readonly shown: string[] } {
  const values: ValueFacts[] = [];
  let flag = '';
  const shown = args.slice(0, MAX_VALUES).map(({ text, where }) => {
    const read = readArgument(text, flag);
    flag = /^--?[A-Za-z][\w-]*$/.test(text) ? text : '';
    for (const { name, holds } of read.values) values.push({ kind: 'arg', name, holds, where });
    return read.shown;
  });
  return { values, shown };
}

interface ReadArgument {
  readonly values: readonly Pick<ValueFacts, 'name' | 'holds'>[];
  readonly shown: string;
}

/** An argument by itself and behind an option: `--api-key x`, `--api-key=x`, `NAME=x`, `Name: x`, an address, a token. */
function readArgument(text: string, flag: string): ReadArgument {
  const inJson = text.startsWith('{') ? jsonHolds(text) : undefined;
  if (inJson !== undefined)
    return {
      values: [{ name: flag === '' ? 'argument' : flag, holds: inJson }],
      shown: inJson === 'literal' ? HIDDEN : text,
    };
  if (isSecretFlag(flag) && !text.startsWith('-')) return one(flag, text, '');
  const [, name = '', mark = ''] = /^(-{0,2}[A-Za-z_][\w.-]{0,127})(\s?[=:]\s?)(?!\/\/)/.exec(text) ?? [];
  const value = text.slice(name.length + mark.length);
  if (name !== '' && value !== '') {
    const inner = one(name.replace(/^-+/, ''), value, name + mark);
    if (inner.values[0]?.holds !== 'plain') return inner;
  }
  if (/^[a-z][a-z0-9+.-]{1,20}:\/\//i.test(text)) {
    const { shown, parts } = addressParts(text);
    return { values: parts.map(({ name: part, holds }) => ({ name: part, holds })), shown };
  }
  return one('argument', text, '');
}

function one(name: string, value: string, before: string): ReadArgument {
  const holds = holdsOf(name.replace(/^-+/, ''), value);
  return { values: [{ name, holds }], shown: holds === 'literal' ? before + HIDDEN : before + value };
}

/** A map of settings as one argument; undefined for what is none. */
function jsonHolds(text: string): ValueFacts['holds'] | undefined {
  const { tree } = text.length > 65_536 ? {} : readTree(text, 'json');
  return tree?.kind === 'map' ? mostOf(tree, '') : undefined;
}

const GRAVEST = ['literal', 'placeholder', 'reference', 'plain'] as const;

function mostOf(tree: Tree, name: string): ValueFacts['holds'] {
  if (tree.kind === 'scalar') return typeof tree.value === 'string' ? holdsOf(name, tree.value) : 'plain';
  const inner =
    tree.kind === 'map'
      ? tree.entries.map(({ key, value }) => mostOf(value, key))
      : tree.items.map((item) => mostOf(item, name));
  return GRAVEST.find((each) => inner.includes(each)) ?? 'plain';
}

function isSecretFlag(flag: string): boolean {
  return (
    flag !== '' && !/stdin$/i.test(flag) && (expectsSecret(flag) || /^--?(api-?key|token|key|secret)$/i.test(flag))
  );
}
