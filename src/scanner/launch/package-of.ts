import type { PackageFacts } from '../facts/client.ts';
import { containerRun } from './container-run.ts';
import { type Launch, inlineOf, programOf, unwrapLaunch, wordsOf } from './launch.ts';

type Runner = PackageFacts['runner'];

/** What a launch fetches and runs, or undefined where it runs what is already there and nobody can tell what that is. */
export function packageOf(launch: Launch): PackageFacts | undefined {
  const { command, args } = unwrapLaunch(launch);
  const program = programOf(command);
  const inline = inlineOf({ command, args });
  if (inline?.kind === 'shell') {
    const [first, ...rest] = wordsOf(inline.text) ?? [];
    // A shell that starts a shell is left alone, so that this ends.
    const isShell = first === undefined || inlineOf({ command: first, args: rest }) !== undefined;
    return isShell ? undefined : packageOf({ command: first, args: rest });
  }
  if (inline !== undefined) return undefined;
  const npm = npmRunner(program, args);
  if (npm !== undefined) return npmPackage(npm.runner, npm.args);
  if (program === 'uvx') return pythonPackage('uvx', args);
  if (program === 'uv') return uvPackage(args);
  if (program === 'pipx' && args[0] === 'run') return pythonPackage('pipx', args.slice(1));
  const container = containerRun({ command, args });
  if (container?.image !== undefined) return imagePackage(container.image);
  if (program === 'deno' && args[0] === 'run') return denoPackage(args.slice(1));
  return installedPackage(program, args);
}

function npmRunner(
  program: string,
  [first, ...rest]: readonly string[],
): { runner: Runner; args: readonly string[] } | undefined {
  const all = first === undefined ? rest : [first, ...rest];
  if (program === 'npx') return { runner: 'npx', args: all };
  if (program === 'npm' && (first === 'exec' || first === 'x')) return { runner: 'npx', args: rest };
  if (program === 'bunx') return { runner: 'bunx', args: all };
  if (program === 'bun' && first === 'x') return { runner: 'bunx', args: rest };
  if (program === 'pnpx') return { runner: 'pnpm-dlx', args: all };
  if (program === 'pnpm' && first === 'dlx') return { runner: 'pnpm-dlx', args: rest };
  return program === 'yarn' && first === 'dlx' ? { runner: 'yarn-dlx', args: rest } : undefined;
}

/** The values of the named options, and the first argument that is none. */
function readOptions(
  args: readonly string[],
  named: RegExp,
  withValue: RegExp,
): { readonly named: string[]; readonly first: string | undefined; readonly flags: string[] } {
  const found: { named: string[]; flags: string[] } = { named: [], flags: [] };
  for (let at = 0; at < args.length; at += 1) {
    const arg = args[at] ?? '';
    if (arg === '--') return { ...found, first: args[at + 1] };
    if (!arg.startsWith('-')) return { ...found, first: arg };
    const equals = arg.indexOf('=');
    const name = equals === -1 ? arg : arg.slice(0, equals);
    found.flags.push(name);
    const takesNext = equals === -1 && (named.test(name) || withValue.test(name));
    if (takesNext) at += 1;
    const value = equals === -1 ? args[at] : arg.slice(equals + 1);
    if (named.test(name) && value !== undefined) found.named.push(value);
  }
  return { ...found, first: undefined };
}

const NPM_WITH_VALUE =
  /^(-c|--call|-w|--workspace|--registry|--cache|--userconfig|--prefix|--node-options|--loglevel|--script-shell|-s|--shell|-n|--node-arg)$/;

function npmPackage(runner: Runner, args: readonly string[]): PackageFacts | undefined {
  const { named, first, flags } = readOptions(args, /^(-p|--package)$/, NPM_WITH_VALUE);
  // Nothing is fetched then: what is installed here runs.
  if (flags.includes('--no-install') || flags.includes('--no')) return undefined;
  const spec = named[0] ?? first;
  return spec === undefined ? undefined : npmSpec(runner, spec);
}

const EXACT_NPM = /^[v=]{0,2}\d{1,9}\.\d{1,9}\.\d{1,9}(?:[-+][0-9A-Za-z.+-]{1,128})?$/;
const COMMIT = /^[0-9a-f]{40}(?:[0-9a-f]{24})?$/;

/** Longest text that is read as the name of a package, characters. */
const LONGEST = 512;

/** True for what names a file or folder here, or no package at all. */
function isNoPackage(spec: string): boolean {
  return spec === '' || spec.length > LONGEST || /^(\.{0,2}[\\/]|~|[A-Za-z]:[\\/]|file:|\.$)/.test(spec);
}

/** Reads `name`, `@scope/name@1.2.3`, `alias@npm:name@^1`, `github:user/repository#commit`. */
export function npmSpec(runner: Runner, spec: string): PackageFacts | undefined {
  if (isNoPackage(spec)) return undefined;
  if (/^[a-z+]{2,12}:|^[^@/]+\/[^@]+$/i.test(spec) && !spec.startsWith('npm:')) return sourceSpec(runner, spec, '#');
  const at = spec.indexOf('@', spec.startsWith('npm:') ? 5 : 1);
  const behind = at === -1 ? '' : spec.slice(at + 1);
  if (behind.startsWith('npm:')) return npmSpec(runner, behind);
  const name = (at === -1 ? spec : spec.slice(0, at)).replace(/^npm:/, '');
  return facts(runner, name, behind, EXACT_NPM.test(behind));
}

function facts(runner: Runner, name: string, version: string, isPinned: boolean): PackageFacts | undefined {
  return name === '' ? undefined : { runner, name, version: version === '' ? undefined : version, isPinned };
}

/** A repository or an archive; only a commit names one artefact. */
function sourceSpec(runner: Runner, spec: string, mark: '#' | '@'): PackageFacts | undefined {
  const scheme = spec.indexOf('://');
  // `git@host` stands before the path, a version behind it.
  const path = scheme === -1 ? 0 : spec.indexOf('/', scheme + 3);
  const at = path === -1 ? -1 : spec.indexOf(mark, path);
  const version = at === -1 ? '' : (spec.slice(at + 1).split(/[#&?]/, 1)[0] ?? '');
  return facts(runner, withoutUser(at === -1 ? spec : spec.slice(0, at)), version, COMMIT.test(version));
}

/** An address may hold a credential; it is no part of the name. */
function withoutUser(name: string): string {
  const start = name.indexOf('://');
  const slash = name.indexOf('/', start + 3);
  const at = name.lastIndexOf('@', slash === -1 ? name.length : slash);
  return start !== -1 && at > start ? name.slice(0, start + 3) + name.slice(at + 1) : name;
}

const PYTHON_WITH_VALUE =
  /^(-p|--python|--with|-w|--with-editable|--with-requirements|--index|--default-index|-i|--index-url|--extra-index-url|-f|--find-links|--directory|--project|--cache-dir|--config-file|--env-file|-c|--constraints|--overrides|-P|--upgrade-package|--refresh-package|--pip-args|--python-platform|--exclude-newer|--index-strategy|--keyring-provider|--link-mode|--color)$/;

function pythonPackage(runner: 'uvx' | 'pipx', args: readonly string[]): PackageFacts | undefined {
  const { named: from, first } = readOptions(args, /^(--from|--spec)$/, PYTHON_WITH_VALUE);
  const spec = from[0] ?? first;
  return spec === undefined ? undefined : pythonSpec(runner, spec);
}

function uvPackage([first, second, ...rest]: readonly string[]): PackageFacts | undefined {
  if (first === 'tool' && second === 'run') return pythonPackage('uvx', rest);
  if (first !== 'run' || second === undefined) return undefined;
  // In a project its lock file decides; without one, what `--with` names is fetched.
  const { named: with_, flags } = readOptions([second, ...rest], /^--with$/, PYTHON_WITH_VALUE);
  const isProject = flags.some((flag) => flag === '--directory' || flag === '--project' || flag === '--with-editable');
  return isProject || with_[0] === undefined ? undefined : pythonSpec('uvx', with_[0]);
}

/** Reads `name`, `name==1.2`, `name@1.2`, `name[extra]>=1`, `git+https://…@commit`. */
export function pythonSpec(runner: 'uvx' | 'pipx', spec: string): PackageFacts | undefined {
  if (isNoPackage(spec)) return undefined;
  const direct = / ?@ ?(?=[a-z+]{2,10}:\/\/)/.exec(spec);
  if (direct !== null) return sourceSpec(runner, spec.slice(direct.index + direct[0].length), '@');
  if (/^[a-z+]{2,10}:/i.test(spec)) return sourceSpec(runner, spec, '@');
  const [, name = '', version = ''] = /^([A-Za-z0-9._-]+)(?:\[[^\]]*\])?\s*(.*)$/s.exec(spec) ?? [];
  const bare = version.replace(/^(===?|@)\s*/, '');
  const isPinned = bare !== version && /^v?\d[0-9A-Za-z.!+-]{0,127}$/.test(bare);
  return facts(runner, name, bare === version ? version.trim() : bare, isPinned);
}

/** Reads `registry:5000/name:tag@sha256:…`. A tag may be moved; only a digest names one artefact. */
export function imagePackage(image: string): PackageFacts | undefined {
  const [reference = '', digest = ''] = image.split('@', 2);
  const slash = reference.lastIndexOf('/');
  const colon = reference.indexOf(':', slash + 1);
  const name = colon === -1 ? reference : reference.slice(0, colon);
  const tag = colon === -1 ? '' : reference.slice(colon + 1);
  const isDigest = /^sha256:[0-9a-f]{64}$/.test(digest);
  return facts('docker', name, digest === '' ? tag : digest, isDigest);
}

function denoPackage(args: readonly string[]): PackageFacts | undefined {
  const { first } = readOptions(
    args,
    /^$/,
    /^(-c|--config|--import-map|--cert|--location|--seed|-L|--log-level|--lock)$/,
  );
  if (first === undefined) return undefined;
  if (first.startsWith('npm:') || first.startsWith('jsr:')) {
    const inner = first.slice(4).replace(/^\//, '');
    const found = npmSpec('deno', inner);
    return found === undefined
      ? undefined
      : { ...found, name: first.startsWith('jsr:') ? `jsr:${found.name}` : found.name };
  }
  if (!/^https?:\/\//i.test(first)) return undefined;
  const [, version = ''] = /@(v?\d[\w.-]{0,40})\//.exec(first) ?? [];
  return facts('deno', withoutUser(first.split(/[?#]/)[0] ?? ''), version, EXACT_NPM.test(version));
}

const PYTHON_MODULE = /^[A-Za-z_][\w.]{0,127}$/;

/** What is installed and run by name: a module of Python, a file below `node_modules`. Nothing is fetched. */
function installedPackage(program: string, args: readonly string[]): PackageFacts | undefined {
  if (/^python[\d.]*$/.test(program)) {
    const at = args.indexOf('-m');
    const module = at === -1 ? undefined : args[at + 1];
    return module !== undefined && PYTHON_MODULE.test(module) ? facts('other', module, '', false) : undefined;
  }
  if (program !== 'node' && program !== 'bun') return undefined;
  const script = args.find((arg) => !arg.startsWith('-')) ?? '';
  const parts = script.split(/[\\/]/);
  const at = parts.lastIndexOf('node_modules');
  if (at === -1) return undefined;
  const [first = '', second = ''] = parts.slice(at + 1);
  return facts('other', first.startsWith('@') ? `${first}/${second}` : first, '', false);
}
