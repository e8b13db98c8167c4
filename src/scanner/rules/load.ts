import { readdirSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { MerlonError } from '../../kernel/errors.ts';
import { Problems } from '../../kernel/problems.ts';
import type { AnyCheck } from '../check.ts';
import { readTextFile } from '../written/read-file.ts';
import { readCheckModule } from './check-module.ts';
import { readRules, type Rule } from './rule.ts';
import { mismatchError, tryRule } from './try-rule.ts';

/** What files and folders of rules came to. */
export interface LoadedRules {
  readonly rules: readonly Rule[];
  /** Checks out of modules. */
  readonly written: readonly AnyCheck[];
  /** Both, as the scanner asks them. */
  readonly checks: readonly AnyCheck[];
}

/** What loading takes from around it. */
export interface LoadOptions {
  /** Ids of checks that there are already. */
  readonly taken: Iterable<string>;
  /** Runs a module and gives what it exports. Default: `import()`. */
  readonly importModule?: (url: string) => Promise<unknown>;
  /** False where the caller holds the rules against their examples itself. Default true: a rule that fails them is broken. */
  readonly triesExamples?: boolean;
}

const RULES = /\.(ya?ml|json)$/i;
const MODULE = /\.m?[jt]s$/i;
/** Most files of a folder. */
const MAX_FILES = 1_000;

/**
 * Loads rules from files and folders, and checks from modules that are named themselves. A folder's modules are never
 * run, and never passed over in silence either.
 * @throws Problems with everything that is wrong in any of them
 */
export async function loadRules(paths: readonly string[], options: LoadOptions): Promise<LoadedRules> {
  const taken = new Set(options.taken);
  const rules: Rule[] = [];
  const written: AnyCheck[] = [];
  const problems: MerlonError[] = [];
  for (const path of paths) {
    try {
      for (const file of filesOf(path)) {
        const found = MODULE.test(file) ? await loadModule(file, options, taken) : undefined;
        if (found !== undefined) written.push(...found);
        else rules.push(...loadFile(file, taken, problems));
      }
    } catch (error) {
      problems.push(...problemsIn(error));
    }
  }
  if (options.triesExamples !== false) problems.push(...rules.flatMap(tryRule).map(mismatchError));
  if (problems.length > 0) throw new Problems('What steers the scan', problems);
  return { rules, written, checks: [...rules.map(({ check }) => check), ...written] };
}

function filesOf(path: string): readonly string[] {
  if (statSync(path, { throwIfNoEntry: false })?.isDirectory() !== true) {
    if (RULES.test(path) || MODULE.test(path)) return [path];
    throw new MerlonError('RULE_INVALID', `${path} is neither a file of rules nor a module.`, {
      todo: 'Rules end in .yaml, .yml or .json, modules in .ts, .mts, .js or .mjs.',
    });
  }
  const names = readdirSync(path).toSorted();
  const module = names.find((name) => MODULE.test(name) && !/\.(d|test|spec)\.m?[jt]s$/i.test(name));
  if (module !== undefined) {
    throw new MerlonError('CHECK_MODULE_INVALID', `${join(path, module)} is a module in a folder of rules.`, {
      todo: 'Name the module itself if it is to run, and keep it in another folder.',
    });
  }
  const files = names.filter((name) => RULES.test(name));
  if (files.length === 0 || files.length > MAX_FILES) {
    throw new MerlonError('RULE_INVALID', `The folder ${path} has ${files.length === 0 ? 'no' : 'too many'} rules.`, {
      todo: 'Name a folder with files that end in .yaml, .yml or .json.',
    });
  }
  return files.map((name) => join(path, name));
}

/** A file's problems are kept, so that those of the other files are told as well. */
function loadFile(file: string, taken: Set<string>, problems: MerlonError[]): readonly Rule[] {
  try {
    const rules = readRules(readTextFile(file), file, taken);
    for (const { check } of rules) taken.add(check.id);
    return rules;
  } catch (error) {
    problems.push(...problemsIn(error));
    return [];
  }
}

async function loadModule(
  file: string,
  { importModule = (url) => import(url) as Promise<unknown> }: LoadOptions,
  taken: Set<string>,
): Promise<readonly AnyCheck[]> {
  const checks = readCheckModule(await imported(file, importModule), file);
  for (const { id } of checks) {
    if (taken.has(id)) throw new MerlonError('CHECK_MODULE_INVALID', `${file}: there is a check ${id} already.`);
    taken.add(id);
  }
  return checks;
}

async function imported(file: string, importModule: (url: string) => Promise<unknown>): Promise<unknown> {
  try {
    return await importModule(pathToFileURL(resolve(file)).href);
  } catch (error) {
    const kind = error instanceof Error ? error.name : typeof error;
    throw new MerlonError('CHECK_MODULE_INVALID', `${file} cannot be loaded (${kind}).`, {
      cause: error,
      todo: `Run it alone to see why: node ${file}`,
    });
  }
}

function problemsIn(error: unknown): readonly MerlonError[] {
  if (error instanceof Problems) return error.problems;
  if (error instanceof MerlonError) return [error];
  throw error;
}
