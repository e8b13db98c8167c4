import { ConfigErrors, interpretConfig } from '../config/load.ts';
import { readSecret } from '../config/read-secret.ts';
import type { MerlonError } from '../kernel/errors.ts';

/**
 * What keeps the gateway from loading a configuration's text, whatever it is started with: a variable that is not set here
 * may be set there, and a bind may be accepted by a flag.
 */
export async function loadProblems(
  text: string,
  file: string,
  env: Readonly<Record<string, string | undefined>>,
): Promise<readonly MerlonError[]> {
  try {
    await interpretConfig(text.replace(/^\uFEFF/, ''), file, { env, readSecret, allowUnsafeBind: true });
    return [];
  } catch (error) {
    if (!(error instanceof ConfigErrors)) throw error;
    return error.problems.filter(({ code }) => code !== 'CONFIG_SECRET_MISSING');
  }
}
