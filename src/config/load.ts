import { readFile, stat } from 'node:fs/promises';
import { MerlonError } from '../kernel/errors.ts';
import { inOrder } from '../kernel/problems.ts';
import { crossCheck } from './cross-checks.ts';
import { explain } from './explain.ts';
import { ConfigErrors, type ConfigWarning } from './problems.ts';
import { readSecret } from './read-secret.ts';
import { readYaml } from './read-yaml.ts';
import { followReferences, type Surroundings } from './references.ts';
import { resolvePaths } from './resolve-paths.ts';
import { type Config, configSchema } from './schema.ts';
import { findSecrets, passedSecrets } from './secrets.ts';
import { type SwitchedOff, switchedOff } from './switched-off.ts';
import { fitReferences, toValue } from './to-value.ts';

export { ConfigErrors, type ConfigWarning } from './problems.ts';
export type { Config } from './schema.ts';
export type { SwitchedOff } from './switched-off.ts';

/** Largest configuration file that is read, in bytes. */
const MAX_BYTES = 1_048_576;

/** What a configuration file came to. */
export interface Loaded {
  readonly config: Config;
  /** What is doubtful, in the order of the file. */
  readonly warnings: readonly ConfigWarning[];
  /** Every secret that the file names or holds or passes through, to be kept out of all logs. Some may be short. */
  readonly secrets: readonly string[];
  /** Every protection that the file turns off. */
  readonly switchedOff: readonly SwitchedOff[];
}

export interface LoadOptions {
  /** The environment that `${env:NAME}` reads; `process.env` in production. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Accepts a bind to other machines without TLS or without authentication; default false. */
  readonly allowUnsafeBind?: boolean;
  /** False where nothing will listen on an address: then it needs neither TLS nor its files. Default true. */
  readonly listens?: boolean;
  /** False where `${env:NAME}` and its like are ordinary text. Default true. */
  readonly references?: boolean;
}

/**
 * Reads and checks a configuration file, YAML or JSON. Nothing but what it returns or throws comes of it: no output, no
 * secret in any message.
 * @throws ConfigErrors with all problems at once
 */
export async function loadConfig(path: string, options: LoadOptions): Promise<Loaded> {
  return interpretConfig(await readText(path), path, { ...options, readSecret });
}

/**
 * {@link loadConfig} for text already read; `file` is where it came from, to which paths are relative.
 * @throws ConfigErrors with all problems at once
 */
export async function interpretConfig(
  text: string,
  file: string,
  { allowUnsafeBind = false, listens = true, references = true, ...surroundings }: LoadOptions & Surroundings,
): Promise<Loaded> {
  const { tree: written, problems: misread } = readYaml(text, file);
  if (written === undefined) throw new ConfigErrors(file, misread);
  const plain = { tree: written, problems: [], warnings: [] };
  const {
    tree: followed,
    problems: unfollowed,
    warnings: doubts,
  } = references ? await followReferences(written, surroundings) : plain;
  const tree = fitReferences(followed);
  const crossed = crossCheck(tree, { allowUnsafeBind, listens });
  const secrets = findSecrets(tree);
  const warnings = inOrder([...doubts, ...secrets.warnings, ...crossed.warnings]);
  const parsed = configSchema.safeParse(toValue(tree));
  const invalid = parsed.success ? [] : explain(parsed.error.issues, tree);
  const problems = [...misread, ...unfollowed, ...invalid, ...crossed.problems];
  if (problems.length > 0 || !parsed.success) throw new ConfigErrors(file, problems, warnings);
  const config = resolvePaths(parsed.data, file);
  const passed = Object.values(config.mcpServers).flatMap(({ envPassthrough }) => envPassthrough);
  const values = [...new Set([...secrets.values, ...passedSecrets(passed, surroundings.env)])];
  return { config, warnings, secrets: values, switchedOff: switchedOff(config) };
}

async function readText(path: string): Promise<string> {
  const fail = (code: 'CONFIG_NOT_FOUND' | 'CONFIG_SYNTAX', message: string) =>
    new ConfigErrors(path, [new MerlonError(code, message)]);
  let bytes: Buffer;
  try {
    const facts = await stat(path);
    if (!facts.isFile()) throw fail('CONFIG_NOT_FOUND', `${path} is not a file.`);
    if (facts.size > MAX_BYTES) throw fail('CONFIG_SYNTAX', `${path} is larger than ${MAX_BYTES} bytes.`);
    bytes = await readFile(path);
  } catch (error) {
    if (error instanceof ConfigErrors) throw error;
    const gone = (error as { code?: unknown }).code === 'ENOENT';
    throw fail('CONFIG_NOT_FOUND', `${path} ${gone ? 'does not exist' : 'cannot be read by this user'}.`);
  }
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw fail('CONFIG_SYNTAX', `${path} is not UTF-8 text.`);
  }
}
