import { accessSync, constants, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, isAbsolute, join, resolve } from 'node:path';
import { showable } from '../../../detect/showable.ts';
import { isObject } from '../../../kernel/jsonrpc.ts';
import type { Confinement, ToolsFacts } from '../../facts/tools.ts';
import { blind, type Blind, type Look, saw } from '../../look.ts';
import type { Collect, Surroundings, TargetSpec } from '../../target.ts';
import { confine } from './confine.ts';
import { listPages } from '../tools/list-pages.ts';
import {
  type Answered,
  defaultBounds,
  type NoResult,
  type ProcessBounds,
  startProcess,
  type StdioProcess,
} from './stdio-process.ts';
import { toToolsFacts } from '../tools/to-tools-facts.ts';

type StdioSpec = Extract<TargetSpec, { kind: 'stdio' }>;

/** How long all of it may take, ms. */
const ALL_MS = 60_000;
const MAX_NAME = 200;
const LEGACY = '2025-11-25';
const MODERN = '2026-07-28';

/**
 * Starts a server, asks for its lists, and ends it. Only ever called after an explicit request of the user: what it
 * starts is a program that nobody has looked at yet. It gets PATH, LANG, a home of its own and what the user names, and
 * a sandbox where there is one.
 */
export const collectStdio: Collect<'stdio'> = (spec, around) => collectStdioWithin(spec, around, defaultBounds);

/** {@link collectStdio} within bounds of the caller's. */
export async function collectStdioWithin(
  spec: StdioSpec,
  around: Surroundings,
  bounds: ProcessBounds,
): ReturnType<Collect<'stdio'>> {
  const name = showable(spec.name ?? spec.command.join(' ')).slice(0, MAX_NAME);
  const tools = await look(spec, name, around, bounds);
  return [{ id: `stdio:${name}`, kind: 'stdio', name, parts: { tools } }];
}

async function look(
  spec: StdioSpec,
  name: string,
  around: Surroundings,
  bounds: ProcessBounds,
): Promise<Look<ToolsFacts>> {
  const path = around.env['PATH'] ?? '/usr/local/bin:/usr/bin:/bin';
  const program = findProgram(spec.command[0] ?? '', path, around.project);
  if (program === undefined)
    return blind('unreachable', `The command of ${name} was not found.`, `找不到 ${name} 的命令。`);
  const freshHome = mkdtempSync(join(tmpdir(), 'merlon-scan-'));
  try {
    const confined = confine({
      command: [program, ...spec.command.slice(1)],
      program,
      folder: around.project,
      home: around.home,
      freshHome,
      path,
      network: spec.network === true,
    });
    around.step(name, wordsOf(confined.confinement));
    const [first, ...rest] = confined.command;
    if (first === undefined) return blind('error', `${name} names no command.`, `${name} 没有命令。`);
    const env = { PATH: path, HOME: confined.home, LANG: around.env['LANG'] ?? 'C.UTF-8', ...spec.env };
    const started = startProcess({
      command: [first, ...rest],
      env,
      folder: confined.folder,
      bounds,
      signal: AbortSignal.any([around.signal, AbortSignal.timeout(ALL_MS)]),
    });
    try {
      return await converse(started, name, confined.confinement, around);
    } finally {
      await started.end();
    }
  } catch (error) {
    const why = error instanceof Error && 'code' in error ? ` (${String(error.code)})` : '';
    return blind('error', `${name} could not be started${why}.`, `无法启动 ${name}${why}。`);
  } finally {
    rmSync(freshHome, { recursive: true, force: true });
  }
}

function wordsOf({ by, network }: Confinement): string {
  if (by === 'none') return 'starting it WITHOUT a sandbox: bubblewrap is not there or does not work';
  return `starting it in a bubblewrap sandbox, ${network ? 'with' : 'without'} the network`;
}

async function converse(
  started: StdioProcess,
  name: string,
  confinement: Confinement,
  { step }: Surroundings,
): Promise<Look<ToolsFacts>> {
  const opened = await open(started);
  if ('none' in opened) return whyNothing(opened.none, name, started);
  step(name, 'reading its lists');
  const tools = await readList(started, opened, 'tools');
  if ('none' in tools) return whyNothing(tools.none, name, started);
  const prompts = await readList(started, opened, 'prompts');
  const facts = toToolsFacts(name, {
    tools: tools.entries,
    prompts: 'none' in prompts ? [] : prompts.entries,
    instructions: opened.instructions,
    isCut: tools.isCut || 'none' in prompts || prompts.isCut,
  });
  return saw({ ...facts, confinement });
}

interface Opened {
  readonly instructions: unknown;
  readonly capabilities: unknown;
  /** What every request has to carry. */
  readonly meta: object;
}

/**
 * `initialize` first: nearly all servers speak it, and some of them do not survive a method they do not know. A server
 * of 2026-07-28 alone refuses it and is then asked in its own way.
 */
async function open(started: StdioProcess): Promise<Opened | { readonly none: NoResult }> {
  const clientInfo = { name: 'merlon-scan', version: '1' };
  const legacy = await started.ask('initialize', { protocolVersion: LEGACY, capabilities: {}, clientInfo });
  if ('result' in legacy && isObject(legacy.result)) {
    started.tell('notifications/initialized');
    const { instructions, capabilities } = legacy.result;
    return { instructions, capabilities, meta: {} };
  }
  const meta = {
    _meta: {
      'io.modelcontextprotocol/protocolVersion': MODERN,
      'io.modelcontextprotocol/clientCapabilities': {},
      'io.modelcontextprotocol/clientInfo': clientInfo,
    },
  };
  const modern = await started.ask('server/discover', meta);
  if ('result' in modern && isObject(modern.result)) {
    const { instructions, capabilities } = modern.result;
    return { instructions, capabilities, meta };
  }
  return { none: noneOf(legacy) };
}

function noneOf(answer: Answered): NoResult {
  return 'none' in answer ? answer.none : 'error';
}

async function readList(
  started: StdioProcess,
  { capabilities, meta }: Opened,
  field: 'tools' | 'prompts',
): Promise<{ readonly entries: readonly unknown[]; readonly isCut: boolean } | { readonly none: NoResult }> {
  let last: NoResult = 'error';
  const listed = await listPages(async (params) => {
    const answer = await started.ask(`${field}/list`, { ...params, ...meta });
    last = noneOf(answer);
    return 'result' in answer ? answer.result : undefined;
  }, field);
  if (listed !== undefined) return listed;
  // Only who never said to have such a list may have none.
  const isOffered = isObject(capabilities) && isObject(capabilities[field]);
  return isOffered || last !== 'error' ? { none: last } : { entries: [], isCut: false };
}

function whyNothing(none: NoResult, name: string, started: StdioProcess): Blind {
  const said = lastWords(started.stderr());
  const en = said === '' ? '' : ` It said: ${said}`;
  const zh = said === '' ? '' : ` 它的输出:${said}`;
  const exit = started.exit();
  if (none === 'timeout')
    return blind('timeout', `${name} did not answer in time.${en}`, `${name} 未在时限内回答。${zh}`);
  if (none === 'too-much')
    return blind('unreadable', `${name} wrote too much to be read.`, `${name} 的输出过多,无法读取。`);
  if (none === 'error')
    return blind(
      'error',
      `${name} answered with an error instead of its tools.${en}`,
      `${name} 返回了错误,没有给出工具列表。${zh}`,
    );
  if (exit === 'not-started') return blind('error', `${name} could not be started.`, `无法启动 ${name}。`);
  const code = exit?.code ?? exit?.signal ?? '?';
  return blind(
    'unreachable',
    `${name} ended (${code}) before it showed its tools.${en}`,
    `${name} 在给出工具列表之前已退出(${code})。${zh}`,
  );
}

/** The end of stderr, masked and on one line. */
function lastWords(stderr: string): string {
  return showable(stderr.slice(-1_000).replaceAll(/\s+/g, ' ')).trim().slice(-400);
}

/** Absolute path of a program, found as a shell would; relative entries of PATH do not count. */
function findProgram(command: string, path: string, folder: string): string | undefined {
  if (command === '') return undefined;
  const candidates = command.includes('/')
    ? [resolve(folder, command)]
    : path
        .split(delimiter)
        .filter((one) => isAbsolute(one))
        .map((one) => join(one, command));
  return candidates.find(isExecutable);
}

function isExecutable(file: string): boolean {
  if (!(statSync(file, { throwIfNoEntry: false })?.isFile() ?? false)) return false;
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
