import { resolve } from 'node:path';
import { clientNamed, clients, nearestClient } from '../clients/catalog.ts';
import { pathsOf } from '../clients/locate.ts';
import { readTree } from '../clients/read-tree.ts';
import { showable } from '../detect/showable.ts';
import { MerlonError } from '../kernel/errors.ts';
import type { Outcome } from '../scanner/check.ts';
import { clientChecks } from '../scanner/checks/client/index.ts';
import { clientOfPath, formatOf, shapeOf } from '../scanner/collect/client-shape.ts';
import { readClientFacts } from '../scanner/collect/read-client.ts';
import {
  fixableChecks,
  type FixableCheck,
  fixClient,
  type FixNote,
  type FixTarget,
} from '../scanner/fix/fix-client.ts';
import { defaultThresholds } from '../scanner/thresholds.ts';
import { checkWritable, readClientFile, replaceClientFile } from './client-file.ts';
import type { ConnectIo } from './connect-options.ts';
import { installedVersion } from './installed-version.ts';
import { merlonCommand } from './merlon-command.ts';
import { sideOf } from './show-text.ts';
import { unifiedDiff } from './unified-diff.ts';

/** `merlon fix` as it was called; see the help of the command for each. */
export interface FixCommandOptions {
  readonly client?: string;
  readonly only?: string;
  readonly pin?: readonly string[];
  readonly wrap?: true;
  readonly print?: true;
  readonly yes?: true;
}

interface Job {
  readonly only: readonly FixableCheck[];
  readonly pins: ReadonlyMap<string, string>;
  readonly options: FixCommandOptions;
  readonly io: ConnectIo;
}

/** `merlon fix`: mends clients' files, shows what, and proves it by judging them again. Returns the exit code. @throws MerlonError */
export async function fix(files: readonly string[], options: FixCommandOptions, io: ConnectIo): Promise<number> {
  const job = { only: checksOf(options), pins: pinsOf(options.pin ?? []), options, io };
  if (options.client !== undefined && clientNamed(options.client) === undefined) throw unknownClient(options.client);
  const named = files.map((file) => ({ path: resolve(io.cwd, file), client: options.client }));
  const all = files.length > 0 ? named : discovered(io, options.client);
  if (all.length === 0) io.say('No file of a client was found. Name one: merlon fix FILE.');
  let isDeclined = false;
  for (const { path, client } of all) {
    if (!(await fixFile(path, client, job))) isDeclined = true;
  }
  return isDeclined ? 1 : 0;
}

function checksOf({ only, wrap }: FixCommandOptions): readonly FixableCheck[] {
  const usual = fixableChecks.filter((check) => check !== 'client-behind-gateway' || wrap === true);
  if (only === undefined) return usual;
  const names = only.split(',').map((name) => name.trim());
  const known: readonly string[] = fixableChecks;
  const unknown = names.find((name) => !known.includes(name));
  if (unknown !== undefined) {
    throw new MerlonError('USAGE', `There is no fix for ${JSON.stringify(unknown.slice(0, 60))}.`, {
      todo: `There is ${fixableChecks.join(', ')}.`,
    });
  }
  return fixableChecks.filter((check) => names.includes(check) || (check === 'client-behind-gateway' && wrap === true));
}

const EXACT = /^v?\d[0-9A-Za-z.!+-]{0,127}$/;

function pinsOf(pins: readonly string[]): Map<string, string> {
  return new Map(
    pins.map((pin) => {
      const at = pin.lastIndexOf('=');
      const [name, version] = [pin.slice(0, at), pin.slice(at + 1)];
      if (at > 0 && EXACT.test(version)) return [name, version] as const;
      throw new MerlonError('USAGE', '--pin takes NAME=VERSION with one exact version.', {
        todo: 'Such as --pin @modelcontextprotocol/server-memory=1.2.3.',
      });
    }),
  );
}

function unknownClient(id: string): MerlonError {
  const near = nearestClient(id);
  return new MerlonError('USAGE', `There is no client ${JSON.stringify(id.slice(0, 40))}.`, {
    todo: near === undefined ? `There is ${clients.map((each) => each.id).join(', ')}.` : `Did you mean ${near}?`,
  });
}

/** The files that clients write and Merlon may: not the older and additional places. */
function discovered(io: ConnectIo, only: string | undefined): { path: string; client: string }[] {
  const found = new Map<string, string>();
  for (const client of clients) {
    if (only !== undefined && client.id !== only) continue;
    for (const file of client.files.filter(({ readOnly }) => readOnly !== true)) {
      for (const each of pathsOf(file, { ...io, project: io.cwd })) {
        const path = resolve(io.cwd, each);
        if (!found.has(path) && isThere(path)) found.set(path, client.id);
      }
    }
  }
  return [...found].map(([path, client]) => ({ path, client }));
}

function isThere(path: string): boolean {
  try {
    return readClientFile(path).text !== undefined;
  } catch {
    // There, and unusable: reading it again says why.
    return true;
  }
}

/** Mends one file. False when it was declined. */
async function fixFile(path: string, client: string | undefined, { only, pins, options, io }: Job): Promise<boolean> {
  const found = readClientFile(path);
  const label = showable(path);
  if (found.text === undefined) {
    throw new MerlonError('USAGE', `There is no file ${label}.`, { todo: 'Check the path.' });
  }
  const before = found.text;
  const target = targetOf(before, path, client);
  const merlon = merlonCommand(io.program, io.env['PATH'] ?? '', io.platform);
  const versionOf = (name: string, registry: 'npm' | 'pypi'): string | undefined =>
    pins.get(name) ?? (registry === 'npm' ? installedVersion(name, io.cwd, io.home) : undefined);
  const fixed = fixClient(before, target, { only, versionOf, merlon });
  const leave = (): void => {
    for (const note of fixed.left) io.say(`left   ${noteLine(note)}`);
  };
  if (fixed.text === before) {
    io.say(`${label}: nothing to mend.`);
    leave();
    return true;
  }
  const { format, shape } = target;
  const show = {
    label,
    format,
    root: shape.root,
    ours: [],
    known: [merlon.command, ...merlon.args],
    references: fixed.shown,
  };
  for (const line of unifiedDiff(sideOf(before, show), sideOf(fixed.text, show))) io.print(line);
  for (const note of fixed.done) io.say(`mends  ${noteLine(note)}`);
  leave();
  if (options.print === true) {
    io.say('Nothing was written.');
    return true;
  }
  checkWritable(found);
  if (!(await isWanted(label, options, io))) return false;
  const backup = replaceClientFile(found, fixed.text);
  io.say(`Wrote ${label}.${backup === undefined ? '' : ` As it was: ${showable(backup)}`}`);
  if (backup !== undefined && fixed.done.some(({ check }) => check === 'client-no-literal-secrets')) {
    io.say('That backup still holds the credentials: delete it when all works, and revoke them.');
  }
  prove(path, before, target, io);
  return true;
}

function targetOf(text: string, path: string, named: string | undefined): FixTarget {
  const client = named === undefined ? clientOfPath(path) : clientNamed(named);
  const format = formatOf(path);
  const { tree } = readTree(text.replace(/^\uFEFF/, ''), format);
  return { file: path, format, shape: shapeOf(tree, client?.id, format), client };
}

function noteLine({ check, subject, text }: FixNote): string {
  return showable(`${check} · ${subject}: ${text.en}`);
}

async function isWanted(label: string, { yes }: FixCommandOptions, { ask, say }: ConnectIo): Promise<boolean> {
  if (yes === true) return true;
  if (ask === undefined) {
    throw new MerlonError('USAGE', 'There is no terminal to ask on, so nothing was written.', {
      todo: 'Pass --yes to write without being asked.',
    });
  }
  if (await ask(`Write ${label}? [y/N] `)) return true;
  say('Nothing was written.');
  return false;
}

/** Reads the file again as it is on disk and says which findings are gone, and which are there. */
function prove(path: string, before: string, { client }: FixTarget, io: ConnectIo): void {
  const now = findingsIn(readClientFile(path).text ?? '', path, client?.id);
  const then = findingsIn(before, path, client?.id);
  const gone = [...then.keys()].filter((key) => !now.has(key));
  const fresh = [...now.keys()].filter((key) => !then.has(key));
  for (const key of gone) io.say(`gone   ${showable(key)}`);
  for (const key of fresh) io.say(`new    ${showable(key)}`);
  const failing = [...now].filter(([, outcome]) => outcome === 'fail');
  for (const [key] of failing) io.say(`fails  ${showable(key)}`);
  io.say(`Judged again: ${gone.length} findings are gone, ${now.size} are left, ${failing.length} of them fail.`);
}

function findingsIn(text: string, path: string, client: string | undefined): Map<string, Outcome> {
  const facts = readClientFacts(text, path, client);
  const about = { now: Date.now(), kind: 'client-config', thresholds: defaultThresholds } as const;
  const found = new Map<string, Outcome>();
  for (const check of clientChecks) {
    for (const { outcome, subject } of [check.ask(facts, about)].flat()) {
      if (outcome === 'fail' || outcome === 'warn')
        found.set(`${check.id}${subject === undefined ? '' : ` · ${subject}`}`, outcome);
    }
  }
  return found;
}
