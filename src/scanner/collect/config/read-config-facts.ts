import { basename, extname } from 'node:path';
import type { Format } from '../../../clients/client.ts';
import { readTree } from '../../../clients/read-tree.ts';
import { entryOf, type MapTree, placesIn, type Tree } from '../../../clients/tree.ts';
import type { Where } from '../../check.ts';
import type { ConfigFacts, Setting } from '../../facts/config.ts';
import { markSecret } from './mark-secret.ts';
import { merlonDefaults, merlonOnlyKeys, merlonSections, replacedLists } from './merlon-defaults.ts';

/** Most settings that are read of a file; Merlon's own has about 60. */
const MAX_SETTINGS = 10_000;
/** Most items of a list that are read. */
const MAX_ITEMS = 1_000;
/** Most problems that are told. */
const MAX_PROBLEMS = 50;

/**
 * Reads a server configuration in YAML, JSON or TOML. Lenient: a file that its server would refuse still gives facts, and
 * what cannot be understood is a problem with its place. Never throws, keeps no secret, and quotes nothing.
 */
export function readConfigFacts(text: string, file: string): ConfigFacts {
  const bare = text.startsWith('\uFEFF') ? text.slice(1) : text;
  const { tree, faults } = readTree(bare, formatOfConfig(bare, file));
  const placeAt = placesIn(bare);
  const reading = new Settings(file, (start) => placeAt(start));
  for (const { message, offset } of faults) reading.note(message, offset);
  if (tree?.kind === 'map') reading.walk(tree, []);
  else if (tree !== undefined) reading.note('The file holds no map.', tree.start);
  const isMerlon = tree?.kind === 'map' && isMerlons(tree, reading.settings, file);
  const settings = isMerlon ? withDefaults(reading.settings, file) : reading.settings;
  return { file, settings: Object.fromEntries(settings), isMerlon, problems: reading.problems };
}

/** A dotted path: a dot within a key is written `\.`, so that no key passes for a path. */
export function dotted(path: readonly string[]): string {
  return path.map((key) => key.replaceAll(/[\\.]/g, String.raw`\$&`)).join('.');
}

class Settings {
  readonly settings = new Map<string, Setting>();
  readonly problems: { readonly message: string; readonly where: Where }[] = [];
  readonly #file: string;
  readonly #placeAt: (start: number) => { line: number; column: number };
  #isFull = false;

  constructor(file: string, placeAt: (start: number) => { line: number; column: number }) {
    this.#file = file;
    this.#placeAt = placeAt;
  }

  note(message: string, start: number, path?: readonly string[]): void {
    if (this.problems.length < MAX_PROBLEMS) this.problems.push({ message, where: this.#where(start, path) });
  }

  walk(tree: Tree, path: readonly string[]): void {
    if (tree.kind === 'map') this.#walkMap(tree, path);
    else if (tree.kind === 'scalar') this.#put(path, tree, tree.value, { key: path.at(-1) ?? '' });
    else if (tree.items.every((item) => item.kind === 'scalar')) this.#putList(tree, path);
    else for (const [index, item] of tree.items.entries()) this.walk(item, [...path, String(index)]);
  }

  #walkMap(tree: MapTree, path: readonly string[]): void {
    for (const { key, value, keySpan } of tree.entries) {
      // YAML 1.1 merges maps here; YAML 1.2 and JSON know no such thing, so readers differ in what they make of it.
      if (key === '<<')
        this.note('A merge key (<<) is not followed: what it brings in is not judged.', keySpan.start, path);
      else this.walk(value, [...path, key]);
    }
  }

  #putList(tree: Tree & { kind: 'list' }, path: readonly string[]): void {
    const key = path.at(-1) ?? '';
    const items = tree.items.slice(0, MAX_ITEMS);
    if (items.length < tree.items.length) {
      this.note(`A list holds more than ${MAX_ITEMS} items: the rest is not judged.`, tree.start, path);
    }
    const values = items.map((item) => (item.kind === 'scalar' ? item.value : null));
    const held = values.map((value, at) => markSecret(value, at === 0 ? { key } : { key, before: values[at - 1] }));
    this.#add(path, tree.start, held);
  }

  #put(path: readonly string[], tree: Tree, value: string | number | boolean | null, named: { key: string }): void {
    // A key with nothing behind it is as good as not there.
    if (value !== null && path.length > 0) this.#add(path, tree.start, markSecret(value, named));
  }

  #add(path: readonly string[], start: number, value: unknown): void {
    if (this.settings.size < MAX_SETTINGS) {
      this.settings.set(dotted(path), { value, where: this.#where(start, path) });
    } else if (!this.#isFull) {
      this.#isFull = true;
      this.note(`The file holds more than ${MAX_SETTINGS} settings: the rest is not judged.`, start);
    }
  }

  #where(start: number, path?: readonly string[]): Where {
    const place = { file: this.#file, ...this.#placeAt(start) };
    return path === undefined ? place : { ...place, path };
  }
}

/** How a configuration is written: as its name says; JSON where it begins like it. */
export function formatOfConfig(text: string, file: string): Format {
  const extension = extname(file).toLowerCase();
  if (extension === '.toml') return 'toml';
  return extension === '.json' || extension === '.jsonc' || text.trimStart().startsWith('{') ? 'jsonc' : 'yaml';
}

/**
 * True for a file that is meant for Merlon: by its name, its schema, a key that Merlon alone has, or upstreams beside
 * appendix B's sections. Appendix B alone is anybody's: to fill in defaults there would be a pass from silence.
 */
function isMerlons(tree: MapTree, settings: ReadonlyMap<string, Setting>, file: string): boolean {
  const schema = settings.get('$schema')?.value;
  if (/^merlon([.-]|$)/i.test(basename(file))) return true;
  if (typeof schema === 'string' && schema.includes('merlon')) return true;
  if ([...settings.keys()].some((path) => merlonOnlyKeys.has(path))) return true;
  const sections = tree.entries.map(({ key }) => key);
  const others = sections.filter((key) => key !== 'mcpServers' && key !== '$schema');
  return (
    entryOf(tree, 'mcpServers')?.value.kind === 'map' &&
    others.length > 0 &&
    sections.every((key) => merlonSections.has(key))
  );
}

function withDefaults(settings: ReadonlyMap<string, Setting>, file: string): Map<string, Setting> {
  const filled = new Map(settings);
  const replaced = replacedLists.filter((list) =>
    [...settings.keys()].some((path) => path === list || path.startsWith(`${list}.`)),
  );
  for (const [path, value] of Object.entries(merlonDefaults)) {
    const isReplaced = replaced.some((list) => path === list || path.startsWith(`${list}.`));
    if (!filled.has(path) && !isReplaced) {
      filled.set(path, { value, where: { file, path: path.split('.') }, isDefault: true });
    }
  }
  return filled;
}
