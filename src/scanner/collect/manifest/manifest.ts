import { resolve } from 'node:path';
import type { ManifestFacts } from '../../facts/manifest.ts';
import { blind, type Look, saw } from '../../look.ts';
import type { Collect } from '../../target.ts';
import { asText, readUserFile, shownPath } from '../read-user-file.ts';
import { readManifestFacts } from './read-manifest.ts';
import { zipEntry } from './zip-entry.ts';

/** Largest bundle that is read, bytes. */
const MAX_BUNDLE = 256 * 1024 * 1024;
/** Largest manifest that is read, bytes. */
const MAX_MANIFEST = 2 * 1024 * 1024;

/** Reads a `server.json`, an MCPB `manifest.json`, or the one within a bundle; nothing of a bundle is unpacked to disk. */
export const collectManifest: Collect<'manifest'> = async ({ file }, surroundings) => {
  const path = resolve(surroundings.project, file);
  const shown = shownPath(path, surroundings.home);
  surroundings.step(shown, 'read');
  const look = await lookAt(path, shown);
  const named = 'saw' in look ? look.saw.name : undefined;
  const name = named === undefined ? shown : `${named.slice(0, 100)}: ${shown}`;
  return [{ id: `manifest:${shown}`, kind: 'manifest', name, parts: { manifest: look } }];
};

async function lookAt(path: string, shown: string): Promise<Look<ManifestFacts>> {
  const read = await readUserFile(path, /\.(mcpb|dxt|zip)$/i.test(path) ? MAX_BUNDLE : MAX_MANIFEST);
  if (!('saw' in read)) return read;
  const { bytes } = read.saw;
  if (!isZip(bytes)) return textFacts(bytes, shown);
  const manifest = zipEntry(bytes, 'manifest.json', MAX_MANIFEST);
  if (manifest === undefined) {
    return blind(
      'unreadable',
      'The bundle holds no manifest.json that can be read.',
      '包中没有可读取的 manifest.json。',
    );
  }
  return textFacts(manifest, `${shown}/manifest.json`);
}

function textFacts(bytes: Uint8Array, shown: string): Look<ManifestFacts> {
  const text = asText(bytes);
  return 'saw' in text ? saw(readManifestFacts(text.saw, shown)) : text;
}

function isZip(bytes: Uint8Array): boolean {
  return bytes[0] === 0x50 && bytes[1] === 0x4b && (bytes[2] === 3 || bytes[2] === 5);
}
