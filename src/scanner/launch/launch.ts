import { unwrapped } from '../../clients/goes-through.ts';

/** A program and its arguments as an entry starts them. */
export interface Launch {
  readonly command: string;
  readonly args: readonly string[];
}

/** What a launch comes to once the programs that only start another one are taken off. */
export interface Unwrapped extends Launch {
  /** What was taken off, the outermost first: `cmd`, `merlon wrap`, `sudo`, `env` …. */
  readonly wrappers: readonly string[];
}

/** Most programs that are taken off one another; more is no honest launch. */
const MAX_WRAPPERS = 8;
/** Options of `sudo`, `nice` and their like that are followed by a value. */
const WITH_VALUE = /^-[ugnpCh]$|^--(user|group|adjustment|host)$/;
/** Programs that run what stands behind their `--` with secrets or settings added. */
const RUN_BEHIND_DASHES = new Set(['doppler', 'op', 'infisical', 'dotenv', 'dotenvx', 'aws-vault', 'mise', 'nix']);
const PREFIXES = new Set([
  'sudo',
  'doas',
  'pkexec',
  'env',
  'nohup',
  'nice',
  'ionice',
  'time',
  'exec',
  'stdbuf',
  'command',
]);

/** The name of a program without folder and Windows' endings, in lower case. */
export function programOf(command: string): string {
  const base = command.split(/[\\/]/).at(-1) ?? '';
  return base.toLowerCase().replace(/\.(exe|cmd|bat|ps1)$/, '');
}

/** Takes off `cmd /c`, `merlon wrap --`, `sudo`, `env A=b` and their like. Bounded; what is not understood stays. */
export function unwrapLaunch({ command, args }: Launch): Unwrapped {
  let launch: Launch = { command, args };
  const wrappers: string[] = [];
  while (wrappers.length < MAX_WRAPPERS) {
    const inner = innerOf(launch);
    if (inner === undefined || inner.command === '') break;
    wrappers.push(inner.wrapper);
    launch = inner;
  }
  return { command: launch.command, args: launch.args, wrappers };
}

function innerOf({ command, args }: Launch): (Launch & { readonly wrapper: string }) | undefined {
  const merlon = merlonInner({ command, args });
  if (merlon !== undefined) return { ...merlon, wrapper: 'merlon wrap' };
  const program = programOf(command);
  // Another copy of Merlon's command line: whoever it is, what it starts is what matters.
  if (program === 'node' && args[1] === 'wrap' && /[\\/]cli[\\/]main\.[jt]s$/.test(args[0] ?? '')) {
    return behindDashes('wrap', args);
  }
  if (program === 'cmd') return cmdInner(args);
  if (PREFIXES.has(program)) return prefixInner(program, args);
  return RUN_BEHIND_DASHES.has(program) ? behindDashes(program, args) : undefined;
}

function behindDashes(wrapper: string, args: readonly string[]): (Launch & { readonly wrapper: string }) | undefined {
  const dashes = args.indexOf('--');
  const [first, ...rest] = dashes === -1 ? [] : args.slice(dashes + 1);
  return first === undefined ? undefined : { command: first, args: rest, wrapper };
}

function merlonInner({ command, args }: Launch): Launch | undefined {
  const none = new Map<string, string>();
  const place = { name: '', raw: null, path: [], line: 1, column: 1 };
  return unwrapped({
    ...place,
    transport: 'stdio',
    command,
    args,
    env: none,
    envNames: [],
    headers: none,
    disabled: false,
  });
}

function cmdInner(args: readonly string[]): (Launch & { readonly wrapper: string }) | undefined {
  const at = args.findIndex((arg) => /^\/[ck]$/i.test(arg));
  if (at === -1) return undefined;
  const rest = args.slice(at + 1);
  const words = rest.length === 1 ? wordsOf(rest[0] ?? '') : rest;
  const [first, ...others] = words ?? [];
  return first === undefined || isComposed(rest.join(' '))
    ? undefined
    : { command: first, args: others, wrapper: 'cmd' };
}

function prefixInner(program: string, args: readonly string[]): (Launch & { readonly wrapper: string }) | undefined {
  let at = 0;
  for (let arg = args[at]; arg !== undefined; arg = args[at]) {
    if (arg === '--') {
      at += 1;
      break;
    }
    if (arg.startsWith('-')) at += program !== 'env' && WITH_VALUE.test(arg) ? 2 : 1;
    else if (/^[A-Za-z_]\w*=/.test(arg)) at += 1;
    else break;
  }
  const [first, ...rest] = args.slice(at);
  return first === undefined ? undefined : { command: first, args: rest, wrapper: program };
}

/** True for text that a shell would take as more than one program with its arguments. */
export function isComposed(text: string): boolean {
  // `<project>` is for a person to replace, and an address joins its parameters with `&`.
  const plain = text.replaceAll(/<[A-Za-z][\w .-]{0,60}>|\bhttps?:\/\/[^\s|;<>`"']{0,2000}/g, '');
  return /[;&|<>`\n\r]|\$\(/.test(plain);
}

/** The words of a simple command; undefined where a shell would be needed to tell. */
export function wordsOf(text: string): string[] | undefined {
  if (isComposed(text) || text.length > 4_096) return undefined;
  const words = text.trim().split(/\s+/);
  return words.map((word) => word.replaceAll(/^["']|["']$/g, '')).filter((word) => word !== '');
}

/** A piece of code that an entry hands to a shell or an interpreter on the command line. */
export interface Inline {
  /** `shell`: what a shell composes programs with. `code`: a program in a language of its own. */
  readonly kind: 'shell' | 'code';
  readonly program: string;
  readonly text: string;
  /** True for Base64 that hides what is run. */
  readonly isEncoded: boolean;
}

const SHELLS = new Set(['sh', 'bash', 'zsh', 'dash', 'ksh', 'ash', 'fish']);
const CODE_FLAGS: ReadonlyMap<string, RegExp> = new Map([
  ['node', /^(-e|-p|-pe|--eval|--print)$/],
  ['bun', /^(-e|--eval|-p|--print)$/],
  ['deno', /^eval$/],
  ['python', /^-c$/],
  ['perl', /^-[eE]$/],
  ['ruby', /^-e$/],
  ['php', /^-r$/],
]);

/** The code that a launch hands over, with what only starts another program taken off; undefined where there is none. */
export function inlineOf(launch: Launch): Inline | undefined {
  const { command, args } = unwrapLaunch(launch);
  const program = programOf(command).replace(/^python[\d.]*$/, 'python');
  const behind = (at: number): string => args.slice(at + 1).join(' ');
  if (SHELLS.has(program)) {
    const at = args.findIndex((arg) => /^-[a-z]*c$/.test(arg));
    return at === -1 ? undefined : { kind: 'shell', program, text: args[at + 1] ?? '', isEncoded: false };
  }
  if (program === 'cmd') {
    const at = args.findIndex((arg) => /^\/[ck]$/i.test(arg));
    return at === -1 ? undefined : { kind: 'shell', program, text: behind(at), isEncoded: false };
  }
  if (program === 'powershell' || program === 'pwsh') {
    const at = args.findIndex((arg) => /^-(c|command|e|ec|enc|encodedcommand)$/i.test(arg));
    const isEncoded = /^-e/i.test(args[at] ?? '');
    return at === -1 ? undefined : { kind: 'shell', program, text: behind(at), isEncoded };
  }
  const flag = CODE_FLAGS.get(program);
  const at = flag === undefined ? -1 : args.findIndex((arg) => flag.test(arg));
  // Behind the first plain argument the options belong to the script.
  const isBefore = at !== -1 && args.slice(0, at).every((arg) => arg.startsWith('-'));
  return isBefore ? { kind: 'code', program, text: behind(at), isEncoded: false } : undefined;
}
