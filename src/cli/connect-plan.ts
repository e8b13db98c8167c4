import { resolve } from 'node:path';
import type { Client, ClientFile } from '../clients/client.ts';
import type { Change } from '../clients/edit.ts';
import { throughMerlon } from '../clients/goes-through.ts';
import { canRefer, changesFor, type Command, type Key, type Wish } from '../clients/our-entry.ts';
import type { ServerEntry } from '../clients/read.ts';
import { type Left, wrapServer } from '../clients/wrap.ts';
import { MerlonError } from '../kernel/errors.ts';
import { type ConnectIo, type ConnectOptions, keyVariable } from './connect-options.ts';
import { checkUpstream, gatewayAddress, readConfig } from './gateway-address.ts';

/** What is going to be changed in a client's file, and what has to be said about it. */
export interface Plan {
  readonly changes: readonly Change[];
  /** Names of the entries that are Merlon's own. */
  readonly ours: readonly string[];
  readonly notes: readonly string[];
}

/** What a plan is made for. */
export interface PlanContext {
  readonly client: Client;
  readonly file: ClientFile;
  readonly path: string;
  readonly merlon: Command;
  /** Servers that stand in the file itself, not in those further places that are only read. */
  readonly entries: readonly ServerEntry[];
}

/** New entries: one for the whole gateway, or one for each upstream named. @throws MerlonError USAGE and what the configuration has wrong */
export async function planEntries(
  names: readonly string[],
  context: PlanContext,
  options: ConnectOptions,
  io: ConnectIo,
): Promise<Plan> {
  if (context.file.shape.http === undefined && options.stdio !== true) {
    throw new MerlonError('USAGE', `${context.client.title} only starts programs, it goes to no address.`, {
      todo: 'Add --stdio, which makes it start the gateway itself.',
    });
  }
  const upstreams = names.length === 0 ? [undefined] : [...new Set(names)];
  const changes: Change[] = [];
  const ours: string[] = [];
  for (const upstream of upstreams) {
    const name = options.name ?? (upstream === undefined ? 'merlon' : `merlon-${upstream}`);
    const wish = await wishFor(upstream, context, options, io);
    checkFree(name, context, io);
    changes.push(...(changesFor(context.client, context.file, name, wish) ?? []));
    ours.push(name);
  }
  return { changes, ours, notes: notesFor(context, options) };
}

async function wishFor(
  upstream: string | undefined,
  { merlon }: PlanContext,
  options: ConnectOptions,
  io: ConnectIo,
): Promise<Wish> {
  const config = resolve(io.cwd, options.config);
  if (options.stdio === true) {
    const loaded = await readConfig(config, io.env);
    if (upstream !== undefined) checkUpstream(upstream, config, loaded);
    const role = options.role === undefined ? [] : ['--role', options.role];
    const args = [...merlon.args, 'stdio', upstream ?? '--all', '-c', config, ...role];
    return { kind: 'stdio', run: { command: merlon.command, args } };
  }
  const key = keyFor(options, io);
  return { kind: 'http', url: await gatewayAddress(upstream, { ...options, config, env: io.env }), key };
}

function keyFor(options: ConnectOptions, { env }: ConnectIo): Key {
  const variable = keyVariable(options);
  if (options.literalKey !== true) return { env: variable };
  const literal = env[variable] ?? '';
  if (/^[\x21-\x7e]+$/.test(literal)) return { literal };
  throw new MerlonError('USAGE', `--literal-key writes the value of ${variable}, which is not set or no key.`, {
    todo: `Set ${variable} for this command. A key on the command line itself would be seen by other users.`,
  });
}

function checkFree(name: string, { entries, path }: PlanContext, io: ConnectIo): void {
  const there = entries.find((entry) => entry.name === name);
  if (there === undefined || throughMerlon(there, { program: io.program.file }) !== undefined) return;
  throw new MerlonError('USAGE', `${path} has a server ${name} already, which does not go through Merlon.`, {
    todo: 'Choose another name with --name.',
  });
}

function notesFor({ client, path }: PlanContext, options: ConnectOptions): string[] {
  const after = client.afterwards === undefined ? [] : [client.afterwards];
  const variable = keyVariable(options);
  if (options.stdio === true) return after;
  if (options.literalKey === true) return [`The key itself is in ${path} now: keep others from reading it.`, ...after];
  if (!canRefer(client)) {
    return [
      `${client.title} has no documented way to name a secret, so the entry holds no key and the gateway will refuse it.`,
      'Add the header Authorization: Bearer KEY to the entry yourself, or run this again with --literal-key or --stdio.',
      ...after,
    ];
  }
  if (client.reference.kind === 'input') return after;
  return [`Set ${variable} to the API key in the environment in which ${client.title} starts.`, ...after];
}

const LEFT: Readonly<Record<Left, string>> = {
  'not-stdio': 'it is reached at an address: put that server behind a gateway with a configuration',
  'env-file': 'its variables come from a file that Merlon would not pass on',
  'env-name': 'one of its variables has an odd name',
  elsewhere: 'it belongs to one project',
};

/** `merlon wrap` in front of servers that are there. @throws MerlonError USAGE when a name is not there */
export function planWrapping(names: readonly string[], context: PlanContext, io: ConnectIo): Plan {
  const { entries, file, merlon, path } = context;
  const unknown = names.find((name) => !entries.some((entry) => entry.name === name));
  if (unknown !== undefined) {
    throw new MerlonError('USAGE', `${path} has no server ${JSON.stringify(unknown)}.`, {
      todo: entries.length === 0 ? 'It has none.' : `It has ${entries.map(({ name }) => name).join(', ')}.`,
    });
  }
  const changes: Change[] = [];
  const notes: string[] = [];
  for (const entry of entries) {
    if (names.length > 0 && !names.includes(entry.name)) continue;
    if (throughMerlon(entry, { program: io.program.file }) !== undefined) {
      notes.push(`${entry.name} goes through Merlon already.`);
      continue;
    }
    const wrapping = wrapServer(entry, file.shape, merlon);
    if ('changes' in wrapping) changes.push(...wrapping.changes);
    else notes.push(`${entry.name} is left as it is: ${LEFT[wrapping.left]}.`);
  }
  const after = context.client.afterwards;
  return { changes, ours: [], notes: after === undefined || changes.length === 0 ? notes : [...notes, after] };
}
