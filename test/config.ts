import type { MerlonError } from '../src/kernel/errors.ts';
import { ConfigErrors, interpretConfig, type Loaded, type LoadOptions } from '../src/config/load.ts';
import type { ConfigWarning } from '../src/config/problems.ts';
import type { Surroundings } from '../src/config/references.ts';

/** Where the text under test pretends to come from. */
export const FILE = '/etc/merlon/merlon.yaml';

/** The lines that make TLS complete, so that only what a test is about is wrong. */
export const TLS = 'server: { tls_cert: a.pem, tls_key: a.key }\n';

/** An environment and files to refer to; anything may be replaced. */
export function surroundings(
  given: Partial<LoadOptions> & { files?: Record<string, string>; readableByOthers?: boolean } = {},
): LoadOptions & Surroundings {
  const { files = {}, readableByOthers = false, ...options } = given;
  return {
    env: {},
    readSecret: async (path) => {
      const text = files[path];
      return text === undefined ? { failure: 'does not exist.' } : { text, readableByOthers };
    },
    ...options,
  };
}

/** The configuration that `text` comes to. */
export function load(text: string, given: Parameters<typeof surroundings>[0] = {}): Promise<Loaded> {
  return interpretConfig(text, FILE, surroundings(given));
}

/** What is wrong with `text`; nothing when it loads. Any other failure passes through. */
export async function faults(
  text: string,
  given: Parameters<typeof surroundings>[0] = {},
): Promise<{ problems: readonly MerlonError[]; warnings: readonly ConfigWarning[] }> {
  try {
    const { warnings } = await load(text, given);
    return { problems: [], warnings };
  } catch (error) {
    if (error instanceof ConfigErrors) return error;
    throw error;
  }
}

/** The problems as `line:column CODE`. */
export async function places(text: string, given: Parameters<typeof surroundings>[0] = {}): Promise<string[]> {
  const { problems } = await faults(text, given);
  return problems.map(({ place, code }) => `${place?.line}:${place?.column} ${code}`);
}
