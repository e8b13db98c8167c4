import { readConfigFacts } from '../collect/read-config-facts.ts';
import { readToolsFacts } from '../collect/read-tools.ts';
import { readClientFacts } from '../collect/read-client.ts';
import { readManifestFacts } from '../collect/read-manifest.ts';
import type { Parts } from '../facts/index.ts';

/** How a fixture that is a real file becomes facts; parts without a reader have fixtures in TypeScript. */
export const fixtureReaders: { readonly [Part in keyof Parts]?: (text: string, file: string) => Parts[Part] } = {
  config: readConfigFacts,
  tools: readToolsFacts,
  client: readClientFacts,
  manifest: readManifestFacts,
};
