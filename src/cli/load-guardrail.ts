import { readFile } from 'node:fs/promises';
import type { Config } from '../config/load.ts';
import { MerlonError } from '../kernel/errors.ts';
import type { Cedar } from '../policy/guardrail/cedar.ts';
import { createGuardrail, type Guardrail } from '../policy/guardrail/create-guardrail.ts';

/** Files of guardrails, as the configuration names them. */
export interface GuardrailFiles {
  readonly policies: string;
  readonly schema?: string | undefined;
}

/** Loads the package that evaluates policies. */
export type LoadCedar = () => Promise<Cedar>;

const PACKAGE = '@cedar-policy/cedar-wasm';

/**
 * Loads the guardrails that a configuration names. The package that evaluates them is optional; without it there is no
 * gateway with guardrails rather than one without.
 * @throws MerlonError GUARDRAIL_UNAVAILABLE, GUARDRAIL_INVALID, CONFIG_NOT_FOUND
 */
export async function loadGuardrail(files: GuardrailFiles, load: LoadCedar = loadCedar): Promise<Guardrail> {
  const [policies, schema] = await Promise.all([
    readText(files.policies),
    files.schema === undefined ? undefined : readText(files.schema),
  ]);
  return createGuardrail({ policies, schema, file: files.policies, cedar: await load() });
}

/** The guardrails of a configuration; undefined where it names none. */
export async function guardrailOf({ permissions }: Config): Promise<Guardrail | undefined> {
  return permissions.guardrails === undefined ? undefined : await loadGuardrail(permissions.guardrails);
}

async function loadCedar(): Promise<Cedar> {
  try {
    return await import('@cedar-policy/cedar-wasm/nodejs');
  } catch (cause) {
    throw new MerlonError('GUARDRAIL_UNAVAILABLE', `Guardrails are configured, and ${PACKAGE} cannot be loaded.`, {
      todo: `Install it beside Merlon (npm install ${PACKAGE}), or remove permissions.guardrails.`,
      cause,
    });
  }
}

async function readText(file: string): Promise<string> {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(await readFile(file));
  } catch (cause) {
    throw new MerlonError('CONFIG_NOT_FOUND', `The file ${JSON.stringify(file)} of the guardrails cannot be read.`, {
      todo: 'Correct permissions.guardrails, or make the file readable.',
      cause,
    });
  }
}
