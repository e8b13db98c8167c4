import type { Format } from './client.ts';
import { readJson } from './json-tree.ts';
import { readToml } from './toml-tree.ts';
import { MAX_TEXT, MAX_WRITTEN, type Reading } from './tree.ts';
import { readYaml } from './yaml-tree.ts';

/** Reads a text, which may come from anywhere, in the given format. Never throws; a text that cannot be read has no tree. */
export function readTree(text: string, format: Format): Reading {
  const longest = format === 'toml' || format === 'yaml' ? MAX_WRITTEN : MAX_TEXT;
  if (text.length > longest) {
    return { faults: [{ code: 'too-large', offset: 0, message: `It is longer than ${longest} characters.` }] };
  }
  try {
    if (format === 'toml') return readToml(text);
    return format === 'yaml' ? readYaml(text) : readJson(text, format === 'json');
  } catch {
    // The parsers are other people's code and the text is anybody's.
    return { faults: [{ code: 'unreadable', offset: 0, message: 'It cannot be read.' }] };
  }
}
