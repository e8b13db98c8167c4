import { readConfigFacts } from '../collect/config/read-config-facts.ts';
import { readToolsFacts } from '../collect/tools/read-tools.ts';
import { readClientFacts } from '../collect/client/read-client.ts';
import { readManifestFacts } from '../collect/manifest/read-manifest.ts';
import type { Parts } from '../facts/index.ts';

/** How a fixture that is a real file becomes facts; parts without a reader have fixtures in TypeScript. */
export const fixtureReaders: { readonly [Part in keyof Parts]?: (text: string, file: string) => Parts[Part] } = {
  config: readConfigFacts,
  tools: readToolsFacts,
  client: readClientFacts,
  manifest: readManifestFacts,
};
