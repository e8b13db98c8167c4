import { clientNamed } from '../clients/catalog.ts';
import { readTree } from '../clients/read-tree.ts';
import { showable } from '../detect/showable.ts';
import { createMask } from '../detect/mask.ts';
import { MerlonError } from '../kernel/errors.ts';
import { type Language, same, type Text } from '../kernel/text.ts';
import { clientOfPath, formatOf, shapeOf } from '../scanner/collect/client/client-shape.ts';
import { formatOfConfig, readConfigFacts } from '../scanner/collect/config/read-config-facts.ts';
import { secretValues } from '../scanner/fix/config-secrets.ts';
import { type FixableCheck, fixableChecks, fixClient, type Fixed, type FixNote } from '../scanner/fix/fix-client.ts';
import { fixConfig } from '../scanner/fix/fix-config.ts';
import { type MovedValues, variableNames } from '../scanner/fix/variable-names.ts';
import { recognize } from '../scanner/recognize.ts';
import { checkWritable, type FoundFile, readClientFile, replaceClientFile } from './client-file.ts';
import { problemLines } from './config-check.ts';
import type { ConnectIo } from './connect-options.ts';
import { addToEnvFile, canHoldInEnvFile, type EnvFile } from './env-file.ts';
import { loadProblems } from './fix-loads.ts';
import { type FixSpec, holds, judgeFile, proofLines, prove } from './fix-proof.ts';
import { installedVersion } from './installed-version.ts';
import { merlonCommand } from './merlon-command.ts';
import { sideOf } from './show-text.ts';
import { unifiedDiff } from './unified-diff.ts';
import { ConfigErrors } from '../config/load.ts';

/** What is asked of every file. */
export interface FixJob {
  /** Ids of the checks whose findings are mended. */
  readonly only: readonly string[];
  /** True where the user named the checks. */
  readonly isNamed: boolean;
  readonly pins: ReadonlyMap<string, string>;
  readonly print: boolean;
  readonly yes: boolean;
  readonly language: Language;
  /** Where credentials that are moved out are written to. */
  readonly envFile: EnvFile | undefined;
  readonly io: ConnectIo;
}

/** How a file was mended, before it is written. */
interface Plan {
  readonly spec: FixSpec;
  readonly fixed: Fixed;
  readonly moved: MovedValues;
  /** The text as a difference, without secrets. */
  readonly diff: () => readonly string[];
  /** Why the mended text must not be written. */
  readonly problems: readonly MerlonError[];
}

/** What came of a file. */
export interface FixOutcome {
  /** False where it was declined, would not load, or a new scan does not confirm it. */
  readonly isDone: boolean;
  readonly envFile: EnvFile | undefined;
}

/** Mends one file: shows it, asks, writes, and proves it by a new scan. @throws MerlonError */
export async function fixFile(path: string, client: string | undefined, job: FixJob): Promise<FixOutcome> {
  const { io, language } = job;
  const say = (text: Text): void => io.say(showable(text[language]));
  const found = readClientFile(path);
  const label = showable(path);
  if (found.text === undefined) {
    throw new MerlonError('USAGE', `There is no file ${label}.`, { todo: 'Check the path.' });
  }
  const plan = await planFor(path, found.text, client, job);
  const { fixed } = plan;
  const ended = (isDone: boolean): FixOutcome => ({ isDone, envFile: job.envFile });
  if (fixed.text === found.text) {
    say({ en: `${label}: nothing to mend.`, zh: `${label}：没有可修复的内容。` });
    for (const note of fixed.left) say(leftLine(note));
    return ended(true);
  }
  for (const line of plan.diff()) io.print(line);
  for (const note of fixed.done) say(doneLine(note));
  for (const note of fixed.left) say(leftLine(note));
  if (valuesOf(plan.moved).some((value) => value.length >= MIN_TELLING && fixed.text.includes(value))) say(ELSEWHERE);
  if (plan.problems.length > 0) {
    say({ en: `${label} would not load, so nothing was written:`, zh: `${label} 修改后无法加载，因此未写入：` });
    for (const line of problemLines(new ConfigErrors(path, plan.problems))) say(same(line));
    return ended(false);
  }
  if (job.print) {
    say(NOT_WRITTEN);
    return ended(true);
  }
  checkWritable(found);
  if (!(await isWanted(label, job))) {
    say(NOT_WRITTEN);
    return ended(false);
  }
  return await write(found, plan, job);
}

async function write(found: FoundFile, plan: Plan, job: FixJob): Promise<FixOutcome> {
  const { io, language } = job;
  const say = (text: Text): void => io.say(showable(text[language]));
  const { fixed, spec } = plan;
  const before = await judgeFile(spec, io);
  // The credentials first: should the file then not be written, none is lost.
  const envFile = keepValues(plan.moved, job, say);
  const backup = replaceClientFile(found, fixed.text);
  const kept = backup === undefined ? same('') : { en: ` As it was: ${backup}`, zh: ` 原文件：${backup}` };
  say({ en: `Wrote ${found.path}.${kept.en}`, zh: `已写入 ${found.path}。${kept.zh}` });
  if (backup !== undefined && fixed.done.some(({ check }) => check.endsWith('-no-literal-secrets'))) {
    say({
      en: 'That backup still holds the credentials: delete it when all works, and revoke them.',
      zh: '该备份仍含有凭据：确认一切正常后请删除它，并吊销这些凭据。',
    });
  }
  const proved = prove(before, await judgeFile(spec, io), fixed);
  for (const line of proofLines(proved)) say(line);
  return { isDone: holds(proved), envFile };
}

/** Writes what was moved where the user wants it, else says what to set. Names only, never a value. */
function keepValues(moved: MovedValues, { envFile }: FixJob, say: (text: Text) => void): EnvFile | undefined {
  const values = new Map<string, string>();
  for (const [name, value] of moved) if (value !== undefined) values.set(name, value);
  const unset = [...moved.keys()].filter((name) => envFile === undefined || !values.has(name));
  const now = envFile === undefined ? undefined : addToEnvFile(envFile, values);
  if (now !== undefined && values.size > 0) {
    const names = [...values.keys()].join(', ');
    say({
      en: `In ${now.path}, readable for its owner alone: ${names}. Keep it out of version control.`,
      zh: `已存入仅所有者可读的 ${now.path}：${names}。请勿纳入版本控制。`,
    });
  }
  for (const name of unset) say({ en: `set    ${name}`, zh: `需设置 ${name}` });
  return now;
}

async function planFor(path: string, text: string, client: string | undefined, job: FixJob): Promise<Plan> {
  const { io, pins } = job;
  const versionOf = (name: string, registry: 'npm' | 'pypi'): string | undefined =>
    pins.get(name) ?? (registry === 'npm' ? installedVersion(name, io.cwd, io.home) : undefined);
  const taken = new Map(
    Object.entries(io.env).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
  );
  for (const [name, value] of job.envFile?.values ?? []) taken.set(name, value);
  const canHold = job.envFile === undefined ? () => true : canHoldInEnvFile;
  const { nameFor, moved } = variableNames({ text, taken, canHold });
  const around = { versionOf, nameFor, moved };
  return isServers(path, text, client)
    ? await planForServer(path, text, job, around)
    : planForClient(path, text, client, job, around);
}

type Around = Pick<Parameters<typeof fixConfig>[2], 'versionOf' | 'nameFor'> & { readonly moved: MovedValues };

/** True for a server's configuration. @throws MerlonError USAGE for what is neither a client's nor a server's */
function isServers(path: string, text: string, client: string | undefined): boolean {
  if (client !== undefined || clientOfPath(path) !== undefined) return false;
  const kind = recognize(text, path);
  if (kind === 'server-config') return true;
  // `merlon.yaml` may hold nothing but upstreams, as a client's file does.
  if (kind === 'client-config' || kind === undefined) return readConfigFacts(text, path).isMerlon;
  throw new MerlonError('USAGE', `${showable(path)} is neither a client's file nor a server's configuration.`, {
    todo: 'Only those are mended; merlon scan says what is to be done about others.',
  });
}

function planForClient(path: string, text: string, named: string | undefined, job: FixJob, around: Around): Plan {
  const { io } = job;
  const client = named === undefined ? clientOfPath(path) : clientNamed(named);
  const format = formatOf(path);
  const { tree } = readTree(text.replace(/^\uFEFF/, ''), format);
  const shape = shapeOf(tree, client?.id, format);
  const merlon = merlonCommand(io.program, io.env['PATH'] ?? '', io.platform);
  const only = fixableChecks.filter((check: FixableCheck) => job.only.includes(check));
  const fixed = fixClient(text, { file: path, format, shape, client }, { ...around, only, merlon });
  const known = [merlon.command, ...merlon.args];
  // What VS Code asks for is in no variable.
  const moved = client?.reference.kind === 'input' ? new Map<string, string>() : usedOf(around.moved, fixed.text);
  return {
    spec: { kind: 'client-config', file: path, ...(client === undefined ? {} : { client: client.id }) },
    fixed,
    moved,
    problems: [],
    diff: () => diffOf(text, fixed, { path, format, root: shape.root, known, secrets: valuesOf(around.moved) }),
  };
}

async function planForServer(path: string, text: string, job: FixJob, around: Around): Promise<Plan> {
  const { env } = job.io;
  const format = formatOfConfig(text, path);
  const isMerlon = readConfigFacts(text, path).isMerlon || (await loadProblems(text, path, env)).length === 0;
  const fixed = fixConfig(
    text,
    { file: path, format, dialect: isMerlon ? 'merlon' : 'other' },
    { ...around, only: job.only, moveAnyway: job.isNamed && job.only.includes('config-no-literal-secrets') },
  );
  const moved = usedOf(around.moved, fixed.text);
  const secrets = [...secretValues(text, path, format), ...valuesOf(around.moved)];
  const problems = isMerlon ? await loadProblems(fixed.text, path, { ...env, ...Object.fromEntries(moved) }) : [];
  return {
    spec: { kind: 'server-config', file: path },
    fixed,
    moved,
    problems,
    diff: () => diffOf(text, fixed, { path, format, root: ['mcpServers'], known: [], secrets }),
  };
}

/** The values of which the mended text knows: a name that came to nothing is none to set. */
function usedOf(moved: MovedValues, text: string): MovedValues {
  return new Map([...moved].filter(([name]) => text.includes(name)));
}

function valuesOf(moved: MovedValues): string[] {
  return [...moved.values()].flatMap((value) => (value === undefined ? [] : [value]));
}

interface DiffOptions extends Pick<Parameters<typeof sideOf>[1], 'format' | 'root' | 'known'> {
  readonly path: string;
  readonly secrets: readonly string[];
}

function diffOf(before: string, fixed: Fixed, { path, secrets, ...about }: DiffOptions): readonly string[] {
  const show = { ...about, label: showable(path), ours: [], references: fixed.shown, secrets };
  const mask = createMask({ secrets });
  return unifiedDiff(sideOf(before, show), sideOf(fixed.text, show)).map((line) => mask.exact(line));
}

/** Shortest credential that is looked for in the rest of the file, characters: a shorter one may be any word. */
const MIN_TELLING = 6;
const ELSEWHERE: Text = {
  en: 'left   The text of a credential that was moved stands in the file once more, perhaps in a comment: remove it by hand.',
  zh: '保留　 已移出的凭据文本仍出现在文件别处（可能在注释中）：请手动删除。',
};

const NOT_WRITTEN: Text = { en: 'Nothing was written.', zh: '未写入任何内容。' };

function doneLine(note: FixNote): Text {
  return { en: `mends  ${noteText(note).en}`, zh: `修复　 ${noteText(note).zh}` };
}

function leftLine(note: FixNote): Text {
  return { en: `left   ${noteText(note).en}`, zh: `保留　 ${noteText(note).zh}` };
}

function noteText({ check, subject, text }: FixNote): Text {
  return { en: `${check} · ${subject}: ${text.en}`, zh: `${check} · ${subject}：${text.zh}` };
}

async function isWanted(label: string, { yes, language, io }: FixJob): Promise<boolean> {
  if (yes) return true;
  if (io.ask === undefined) {
    throw new MerlonError('USAGE', 'There is no terminal to ask on, so nothing was written.', {
      todo: 'Pass --yes to write without being asked.',
    });
  }
  return await io.ask(language === 'zh' ? `写入 ${label}？[y/N] ` : `Write ${label}? [y/N] `);
}
