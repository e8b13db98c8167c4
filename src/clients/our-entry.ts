import type { Client, ClientFile, HttpKeys, Shape, StdioKeys, Value } from './client.ts';
import type { Change } from './edit.ts';
import type { Step } from './walk.ts';

/** A program and its arguments. */
export interface Command {
  readonly command: string;
  readonly args: readonly string[];
}

/** Where an entry goes: to a gateway's address, or to a program that the client starts. */
export type Wish =
  | { readonly kind: 'http'; readonly url: string; readonly key: Key }
  | { readonly kind: 'stdio'; readonly run: Command };

/** The API key: by the name of the variable that holds it, or itself. */
export type Key = { readonly env: string } | { readonly literal: string };

/** Id of the question that VS Code asks for the key. */
export const INPUT_ID = 'merlon-api-key';

/** Where a server's entry stands. */
export function pathOfServer({ root, collection }: Shape, name: string): Step[] {
  return [...root, collection === 'map' ? name : { key: 'name', is: name }];
}

/** True where the file can say that a key is needed without holding it. */
export function canRefer({ reference }: Client): boolean {
  return reference.kind !== 'none';
}

/** What to change in a client's file so that it has the entry; undefined where the client cannot go to an address. */
export function changesFor(client: Client, { shape }: ClientFile, name: string, wish: Wish): Change[] | undefined {
  const set = pathOfServer(shape, name);
  if (wish.kind === 'stdio') return [{ set, to: stdioEntry(shape, name, wish.run) }];
  if (shape.http === undefined) return undefined;
  const entry: Change = { set, to: httpEntry(client, shape, shape.http, name, wish) };
  if (client.reference.kind !== 'input' || 'literal' in wish.key) return [entry];
  const question = { type: 'promptString', id: INPUT_ID, description: 'API key of Merlon', password: true };
  return [{ set: ['inputs', { key: 'id', is: INPUT_ID }], to: question }, entry];
}

function stdioEntry({ stdio, named }: Shape, name: string, run: Command): Value {
  return {
    ...(named === undefined ? {} : { name }),
    ...(stdio.type === undefined ? {} : { type: stdio.type }),
    ...commandFields(stdio, run),
    ...stdio.always,
  };
}

/** Program and arguments as the client writes them. */
export function commandFields({ command, args }: StdioKeys, run: Command): Record<string, Value> {
  return args === undefined ? { [command]: [run.command, ...run.args] } : { [command]: run.command, [args]: run.args };
}

function httpEntry(
  client: Client,
  { named }: Shape,
  keys: HttpKeys,
  name: string,
  wish: Wish & { kind: 'http' },
): Value {
  const { reference } = client;
  const { key, url } = wish;
  const isField = reference.kind === 'field' && 'env' in key;
  const credential = isField ? { [reference.key]: key.env } : headerFields(keys, authorization(client, key));
  const names = reference.kind === 'header' && 'env' in key ? reference.namesKey : undefined;
  return {
    ...(named === undefined ? {} : { name }),
    ...(keys.type === undefined ? {} : { type: keys.type }),
    [keys.url]: url,
    ...credential,
    ...(names === undefined || !('env' in key) ? {} : { [names]: [key.env] }),
    ...keys.always,
  };
}

function authorization({ reference }: Client, key: Key): string | undefined {
  if ('literal' in key) return `Bearer ${key.literal}`;
  if (reference.kind === 'input') return `Bearer \${input:${INPUT_ID}}`;
  return reference.kind === 'header' ? reference.value.replace('NAME', () => key.env) : undefined;
}

function headerFields({ headers }: HttpKeys, value: string | undefined): Record<string, Value> {
  const [first, ...below] = headers ?? [];
  if (first === undefined || value === undefined) return {};
  return { [first]: below.reduceRight<Value>((inner, key) => ({ [key]: inner }), { Authorization: value }) };
}
