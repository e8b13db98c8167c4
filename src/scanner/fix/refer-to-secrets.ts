import type { Value } from '../../clients/client.ts';
import type { Change } from '../../clients/edit.ts';
import type { ServerEntry } from '../../clients/read.ts';
import type { Text } from '../../kernel/text.ts';
import { argumentsOf } from '../collect/client/client-values.ts';
import { holdsOf } from '../secrets/holds-secret.ts';
import type { FixTarget, Step } from './fix-client.ts';
import { rawAt, stepsTo, withArguments } from './server-path.ts';
import type { NameVariable } from './variable-names.ts';

type Client = NonNullable<FixTarget['client']>;

/** Clients that are known to put variables into arguments too. */
const IN_ARGUMENTS = new Set(['claude-code', 'cursor', 'vscode', 'gemini', 'opencode', 'kilo', 'merlon']);

interface Moves {
  readonly changes: Change[];
  readonly done: Text[];
  readonly left: Text[];
  readonly shown: string[];
}

/** Puts references in the place of credentials, in the notation of the client. The values stay in no message. */
export function referToSecrets(entry: ServerEntry, { client, shape }: FixTarget, nameFor: NameVariable): Step {
  const moves: Moves = { changes: [], done: [], left: [], shown: [] };
  const at = stepsTo(entry, shape);
  for (const [name, value] of entry.env) {
    if (holdsOf(name, value) === 'literal') moveVariable(name, value, { entry, client, moves, at, shape, nameFor });
  }
  const headersPath = shape.http?.headers ?? ['headers'];
  for (const [name, value] of entry.headers) {
    if (holdsOf(name, value) === 'literal')
      moveHeader(name, value, { entry, client, moves, at, shape, nameFor }, headersPath);
  }
  moveArguments({ entry, client, moves, at, shape, nameFor });
  return moves;
}

interface Around extends Pick<FixTarget, 'client' | 'shape'> {
  readonly entry: ServerEntry;
  readonly moves: Moves;
  readonly at: ReturnType<typeof stepsTo>;
  readonly nameFor: NameVariable;
}

function moveVariable(name: string, value: string, { entry, client, moves, at, shape, nameFor }: Around): void {
  const { env, envNames } = shape.stdio;
  const key = rawAt(entry, [env, name]) === undefined ? undefined : env;
  if (key === undefined || !VARIABLE.test(name)) return leave(moves, name);
  // Where the client passes variables on by name, that says it without any notation.
  if (envNames !== undefined) {
    // Only under its own name.
    if (nameFor(name, value) !== name) return leave(moves, name, client);
    const others = new Set([...entry.envNames, name]);
    moves.changes.push({ remove: [...at, key, name] }, { set: [...at, envNames], to: [...others] });
    moves.shown.push(name);
    return tell(moves, name, name);
  }
  const variable = canRefer(client) ? nameFor(variableIn(value) ?? name, credentialIn(value)) : undefined;
  const reference = variable === undefined ? undefined : referenceTo(client, variable, moves);
  if (variable === undefined || reference === undefined) return leave(moves, name, client);
  set(moves, [...at, key, name], schemeOf(value) + reference);
  tell(moves, name, variable, client);
}

function moveHeader(name: string, value: string, around: Around, path: readonly string[]): void {
  const { entry, client, moves, at, nameFor } = around;
  if (rawAt(entry, [...path, name]) === undefined) return leave(moves, name);
  const { reference } = client ?? {};
  const wanted = variableIn(value) ?? variableFor(entry.name, name);
  if (reference?.kind === 'field') {
    if (name.toLowerCase() !== 'authorization' || !/^bearer\s/i.test(value)) return leave(moves, name, client);
    const variable = nameFor(wanted, credentialIn(value));
    if (variable === undefined) return leave(moves, name, client);
    moves.changes.push({ remove: [...at, ...path, name] }, { set: [...at, reference.key], to: variable });
    moves.shown.push(variable);
    return tell(moves, name, variable, client);
  }
  const variable = canRefer(client) ? nameFor(wanted, credentialIn(value)) : undefined;
  const text = variable === undefined ? undefined : referenceTo(client, variable, moves);
  if (variable === undefined || text === undefined) return leave(moves, name, client);
  set(moves, [...at, ...path, name], schemeOf(value) + text);
  tell(moves, name, variable, client);
}

function moveArguments({ entry, client, moves, shape, nameFor }: Around): void {
  const read = entry.args.map((text, index) => ({ text, index, holds: isLiteral(entry.args, index) }));
  const literals = read.filter(({ holds }) => holds);
  if (literals.length === 0) return;
  const args = [...entry.args];
  for (const { text, index } of literals) {
    const [, before = '', name = ''] = /^(-{0,2}([A-Za-z][\w.-]{0,127})=)/.exec(text) ?? [];
    // Only an option names what follows it: `--token=VALUE` would put the value before into the name of the variable.
    const option = /^--?([A-Za-z][\w-]{0,127})$/.exec(entry.args[index - 1] ?? '')?.[1] ?? '';
    const flag = name === '' ? option : name;
    const label = flag === '' ? 'argument' : flag;
    const isWhole = name !== '' || option !== '';
    const takes = isWhole && IN_ARGUMENTS.has(client?.id ?? '') && canRefer(client);
    const variable = takes ? nameFor(variableFor(entry.name, label), text.slice(before.length)) : undefined;
    const reference = variable === undefined ? undefined : referenceTo(client, variable, moves);
    if (variable === undefined || reference === undefined) leave(moves, label, client);
    else {
      args[index] = before + reference;
      moves.shown.push(before + reference);
      tell(moves, label, variable, client);
    }
  }
  if (args.some((arg, index) => arg !== entry.args[index])) moves.changes.push(...withArguments(entry, shape, args));
}

/** Judged with the arguments before it, as they are read in a scan. */
function isLiteral(args: readonly string[], index: number): boolean {
  const placed = args.slice(Math.max(0, index - 1), index + 1).map((text) => ({ text, where: {} }));
  return argumentsOf(placed).shown.at(-1) !== args[index];
}

const VARIABLE = /^[A-Za-z_]\w{0,127}$/;

/** A value is only given a name where a reference can take its place. */
function canRefer(client: Client | undefined): boolean {
  return client?.reference.kind === 'header' || client?.reference.kind === 'input';
}

/** The credential within a value: without its scheme, and of a default the default. */
function credentialIn(value: string): string {
  const [, fallback] = /^\$\{[A-Za-z_]\w{0,127}:?-(.*)\}$/s.exec(value) ?? [];
  return fallback ?? value.slice(schemeOf(value).length);
}

/** The reference in the client's notation; what it needs besides is added to the changes. */
function referenceTo(client: Client | undefined, variable: string, moves: Moves): string | undefined {
  const { reference } = client ?? {};
  if (reference?.kind === 'header') return reference.value.replace(/^Bearer /, '').replace('NAME', () => variable);
  if (reference?.kind !== 'input') return undefined;
  const id = variable.toLowerCase().replaceAll('_', '-');
  const question = { type: 'promptString', id, description: variable, password: true };
  moves.changes.push({ set: ['inputs', { key: 'id', is: id }], to: question });
  return `\${input:${id}}`;
}

function set({ changes, shown }: Moves, path: Around['at'], to: string): void {
  changes.push({ set: path, to: to as Value });
  shown.push(to);
}

/** `Bearer ` and its like stay before the reference. */
function schemeOf(value: string): string {
  return /^(bearer|basic|token) /i.exec(value)?.[0] ?? '';
}

/** The variable that a value with a default refers to already: `${NAME:-value}`. */
function variableIn(value: string): string | undefined {
  return /^\$\{([A-Za-z_]\w{0,127}):?-/.exec(value)?.[1];
}

function variableFor(server: string, name: string): string {
  const plain = `${server}_${name}`.toUpperCase().replaceAll(/[^A-Z0-9]+/g, '_');
  return (/^[A-Z]/.test(plain) ? plain : `MCP_${plain}`).slice(0, 100);
}

function tell({ done }: Moves, name: string, variable: string, client?: Client): void {
  if (client?.reference.kind === 'input') {
    done.push({ en: `${name} is asked for by ${client.title}, once.`, zh: `${name} 将由 ${client.title} 询问一次。` });
    return;
  }
  const who = client?.id === 'merlon' ? { en: 'the gateway', zh: '网关' } : { en: 'the client', zh: '客户端' };
  done.push({
    en: `${name} comes from the variable ${variable}: set it where ${who.en} is started.`,
    zh: `${name} 取自变量 ${variable}：请在启动${who.zh}的环境中设置它。`,
  });
}

function leave({ left }: Moves, name: string, client?: Client): void {
  if (canRefer(client)) {
    left.push({ en: `${name} has to be moved by hand.`, zh: `${name} 需手动移出。` });
    return;
  }
  const who = client === undefined ? 'This client' : client.title;
  left.push({
    en: `${who} has no known notation for ${name}: let a program that fetches it start the server.`,
    zh: `${client?.title ?? '此客户端'} 没有已知的写法可引用 ${name}：请用能获取它的程序启动服务器。`,
  });
}
