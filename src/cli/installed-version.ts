import { readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** Most copies of one package in the cache of npx that are compared. */
const MAX_COPIES = 200;
/** Largest package.json that is read, bytes. */
const MAX_BYTES = 1024 * 1024;
const NAME = /^(@[a-z0-9][\w.-]{0,100}\/)?[a-z0-9][\w.-]{0,200}$/i;
const VERSION = /^\d{1,9}\.\d{1,9}\.\d{1,9}(?:[-+][0-9A-Za-z.+-]{1,128})?$/;

/** The version of a package of npm that is installed: in the nearest `node_modules`, else the one that npx used last. */
export function installedVersion(name: string, from: string, home: string): string | undefined {
  if (!NAME.test(name)) return undefined;
  for (let folder = from; ; folder = dirname(folder)) {
    const version = versionIn(join(folder, 'node_modules', name));
    if (version !== undefined) return version;
    if (dirname(folder) === folder) break;
  }
  const cache = join(home, '.npm', '_npx');
  const copies = namesIn(cache)
    .slice(0, MAX_COPIES)
    .map((each) => join(cache, each, 'node_modules', name));
  const [newest] = copies.map((path) => ({ path, when: changedAt(path) })).sort((a, b) => b.when - a.when);
  return newest === undefined ? undefined : versionIn(newest.path);
}

function versionIn(folder: string): string | undefined {
  try {
    const path = join(folder, 'package.json');
    const facts = statSync(path);
    if (!facts.isFile() || facts.size > MAX_BYTES) return undefined;
    const found: unknown = JSON.parse(readFileSync(path, 'utf8'));
    const version = typeof found === 'object' && found !== null && 'version' in found ? found.version : undefined;
    return typeof version === 'string' && VERSION.test(version) ? version : undefined;
  } catch {
    return undefined;
  }
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

function changedAt(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0;
}
