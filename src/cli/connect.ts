import { resolve } from 'node:path';
import { clientNamed, clients, nearestClient } from '../clients/catalog.ts';
import type { Client, ClientFile } from '../clients/client.ts';
import { editText } from '../clients/edit.ts';
import { KEY_VARIABLE } from '../clients/goes-through.ts';
import { pathsOf } from '../clients/locate.ts';
import { readServers } from '../clients/read.ts';
import { MerlonError } from '../kernel/errors.ts';
import { backupsOf, checkWritable, readClientFile, replaceClientFile, restoreClientFile } from './client-file.ts';
import { checkOptions, type ConnectIo, type ConnectOptions, keyVariable } from './connect-options.ts';
import { type Plan, planEntries, planWrapping } from './connect-plan.ts';
import { undo } from './connect-undo.ts';
import { listClients } from './list-clients.ts';
import { merlonCommand } from './merlon-command.ts';
import { showable } from '../detect/showable.ts';
import { sideOf } from './show-text.ts';
import { unifiedDiff } from './unified-diff.ts';

/** `merlon connect`: puts a client behind Merlon, or lists the clients. Returns the exit code. @throws MerlonError, and then nothing was written */
export async function connect(
  id: string | undefined,
  names: readonly string[],
  options: ConnectOptions,
  io: ConnectIo,
): Promise<number> {
  checkOptions(id, names, options);
  if (id === undefined) {
    listClients(io, options.json === true);
    return 0;
  }
  const client = known(id);
  const target = targetOf(client, options, io);
  if (options.undo === true) return await takeBack(target, names, options, io);
  if (options.print === true && options.wrap !== true) return await printEntry(target, names, options, io);
  return await change(target, names, options, io);
}

interface Target {
  readonly client: Client;
  readonly file: ClientFile;
  readonly path: string;
}

function known(id: string): Client {
  const client = clientNamed(id);
  if (client !== undefined) return client;
  const near = nearestClient(id);
  throw new MerlonError('USAGE', `There is no client ${JSON.stringify(id.slice(0, 40))}.`, {
    todo: near === undefined ? `There is ${clients.map((each) => each.id).join(', ')}.` : `Did you mean ${near}?`,
  });
}

function targetOf(client: Client, { file: named, project }: ConnectOptions, io: ConnectIo): Target {
  const scope = project === true ? 'project' : 'user';
  const files = client.files.filter((file) => file.scope === scope && file.readOnly !== true);
  const surroundings = { ...io, project: io.cwd };
  for (const file of files) {
    const paths = pathsOf(file, surroundings).map((path) => resolve(io.cwd, path));
    if (named !== undefined && paths.length > 0) return { client, file, path: resolve(io.cwd, named) };
    const path = paths.find((each) => isThere(each)) ?? paths[0];
    if (path !== undefined) return { client, file, path };
  }
  throw new MerlonError('USAGE', `${client.title} has no file for a project.`, { todo: 'Leave --project out.' });
}

function isThere(path: string): boolean {
  try {
    return readClientFile(path).text !== undefined;
  } catch {
    // There, and unusable: the command that follows says why.
    return true;
  }
}

async function planFor(
  target: Target,
  text: string,
  names: readonly string[],
  options: ConnectOptions,
  io: ConnectIo,
): Promise<Plan> {
  const merlon = merlonCommand(io.program, io.env['PATH'] ?? '', io.platform);
  const { alsoRead: _, ...shape } = target.file.shape;
  const { entries } = readServers(text, { ...target.file, shape });
  const context = { ...target, merlon, entries };
  return options.wrap === true ? planWrapping(names, context, io) : await planEntries(names, context, options, io);
}

/** `--print`: what would stand in a file that had nothing else. */
async function printEntry(
  target: Target,
  names: readonly string[],
  options: ConnectOptions,
  io: ConnectIo,
): Promise<number> {
  const { changes, notes } = await planFor(target, '', names, options, io);
  const text = editText('', target.file.format, changes, target.path);
  for (const line of text.trimEnd().split('\n')) io.print(line);
  for (const note of [`For ${target.path}; nothing was written.`, ...notes]) io.say(note);
  return 0;
}

async function change(
  target: Target,
  names: readonly string[],
  options: ConnectOptions,
  io: ConnectIo,
): Promise<number> {
  const found = readClientFile(target.path);
  const before = found.text ?? '';
  // Before the plan: a broken file deserves to be named first.
  editText(before, target.file.format, [], target.path);
  const { changes, ours, notes } = await planFor(target, before, names, options, io);
  const after = editText(before, target.file.format, changes, target.path);
  if (after === before) {
    for (const note of notes) io.say(note);
    io.say(`There is nothing to change in ${target.path}.`);
    return 0;
  }
  showDifference(target, before, after, ours, io);
  if (options.print === true) {
    for (const note of [...notes, 'Nothing was written.']) io.say(note);
    return 0;
  }
  checkWritable(found);
  if (!(await isWanted(target.path, options, io))) return 1;
  const backup = replaceClientFile(found, after);
  io.say(backup === undefined ? `Wrote ${target.path}.` : `Wrote ${target.path}. As it was: ${backup}`);
  for (const note of notes) io.say(note);
  return 0;
}

async function takeBack(
  target: Target,
  names: readonly string[],
  options: ConnectOptions,
  io: ConnectIo,
): Promise<number> {
  const found = readClientFile(target.path);
  const { path, file } = target;
  const own = { program: io.program.file, keys: [KEY_VARIABLE, keyVariable(options)] };
  const asked = options.name === undefined ? names : [...names, options.name];
  const backups = backupsOf(path).flatMap((each) => textOf(each));
  const back =
    found.text === undefined ? undefined : undo({ path, file, text: found.text, backups, own, names: asked });
  if (found.text === undefined || back === undefined) {
    throw new MerlonError('NOT_FOUND', `${path} has nothing of Merlon's that could be taken back.`, {
      todo: 'Name the file with --file or --project, or the server with --name.',
    });
  }
  showDifference(target, found.text, back.text, [], io);
  checkWritable(found);
  if (!(await isWanted(path, options, io))) return 1;
  restoreClientFile(found, back.text, back.from);
  io.say(
    back.from === undefined
      ? `Took Merlon's part out of ${path}; the rest stays as it is.`
      : `Restored ${path}, byte for byte.`,
  );
  return 0;
}

function textOf(path: string): { path: string; text: string }[] {
  try {
    const { text } = readClientFile(path);
    return text === undefined ? [] : [{ path, text }];
  } catch {
    return [];
  }
}

function showDifference(
  { file, path }: Target,
  before: string,
  after: string,
  ours: readonly string[],
  io: ConnectIo,
): void {
  const { command, args } = merlonCommand(io.program, io.env['PATH'] ?? '', io.platform);
  const options = {
    label: showable(path),
    format: file.format,
    root: file.shape.root,
    ours,
    known: [command, ...args],
  };
  for (const line of unifiedDiff(sideOf(before, options), sideOf(after, options))) io.print(line);
}

async function isWanted(path: string, { yes }: ConnectOptions, { ask, say }: ConnectIo): Promise<boolean> {
  if (yes === true) return true;
  if (ask === undefined) {
    throw new MerlonError('USAGE', 'There is no terminal to ask on, so nothing was written.', {
      todo: 'Pass --yes to write without being asked.',
    });
  }
  if (await ask(`Write ${path}? [y/N] `)) return true;
  say('Nothing was written.');
  return false;
}
