import { editDistance } from '../../kernel/nearest.ts';
import { knownNpmServers, knownPythonServers } from './known-servers.ts';

/** Which names are compared: those of npm or of PyPI. */
export type Registry = 'npm' | 'pypi';

/**
 * A known name that another one looks like. `same-look`: other characters that look alike, or other separators. `slip`: a
 * letter too many, too few, or two swapped. `letter`: one letter is another, which honest names may have in common.
 */
export interface Lookalike {
  readonly known: string;
  readonly how: 'same-look' | 'scope' | 'slip' | 'letter';
}

/** Longest name that is compared, characters; npm allows 214. */
const LONGEST = 214;
/** Shortest part of a name in which one letter is compared, characters: shorter words are near each other by chance. */
const SHORTEST_PART = 5;

/** The known server that a name may be mistaken for; undefined for known names and for all that resemble none. */
export function looksLikeKnown(name: string, registry: Registry): Lookalike | undefined {
  if (name.length > LONGEST || name.length < 4) return undefined;
  const plain = registry === 'pypi' ? pythonName(name) : name.toLowerCase();
  const { names, byLook, parts } = known()[registry];
  if (names.has(plain)) return undefined;
  const alike = byLook.get(lookOf(plain));
  if (alike !== undefined) return { known: alike, how: 'same-look' };
  for (const each of names) if (isOtherScope(plain, each)) return { known: each, how: 'scope' };
  const mine = partsOf(plain);
  let letter: string | undefined;
  for (const [each, theirs] of parts) {
    const how = partDiffers(mine, theirs);
    if (how === 'slip') return { known: each, how };
    if (how === 'letter') letter ??= each;
  }
  return letter === undefined ? undefined : { known: letter, how: 'letter' };
}

/** PyPI holds names for the same whatever their case and separators. */
function pythonName(name: string): string {
  return name.toLowerCase().replaceAll(/[-_.]+/g, '-');
}

/** Letters of other scripts that look like Latin ones, and digits that stand for letters. */
const ALIKE: ReadonlyMap<string, string> = new Map(
  'аa,еe,оo,рp,сc,уy,хx,іi,ѕs,ԁd,һh,ӏl,ѵv,ԛq,ԝw,αa,εe,οo,ρp,νv,ιi,κk,τt,υu,ɡg,ıi,0o,1l,3e,5s'
    .split(',')
    .map((pair) => [pair.slice(0, 1), pair.slice(1)] as const),
);

/** How a name looks: separators, doubles of shapes and scripts do not count. */
function lookOf(name: string): string {
  const latin = name
    .normalize('NFKD')
    .toLowerCase()
    .replaceAll(/[^a-z@/]/g, (char) => ALIKE.get(char) ?? char);
  // The scope stays apart: anybody may take a name without it, and honest forks do under their own.
  const scope = latin.startsWith('@') ? '@' : '';
  return (
    scope +
    latin
      .replaceAll('rn', 'm')
      .replaceAll('vv', 'w')
      .replaceAll(/[^a-z0-9/]/g, '')
  );
}

/** The same name under a scope that is nearly the known one: `@modelcontextprotocl/server-memory`. */
function isOtherScope(name: string, other: string): boolean {
  const [scope, base] = split(name);
  const [knownScope, knownBase] = split(other);
  if (scope === '' || knownScope.length < 6 || base !== knownBase) return false;
  return (
    scope !== knownScope && Math.abs(scope.length - knownScope.length) <= 2 && editDistance(scope, knownScope) <= 2
  );
}

function split(name: string): readonly [string, string] {
  const slash = name.startsWith('@') ? name.indexOf('/') : -1;
  return slash === -1 ? ['', name] : [name.slice(1, slash), name.slice(slash + 1)];
}

/** Compares part by part, so that `slack-mcp` is not near `stack-mcp-server`: exactly one part may differ, by one step. */
function partDiffers(a: readonly string[], b: readonly string[]): 'slip' | 'letter' | undefined {
  if (a.length !== b.length) return undefined;
  const at = a.findIndex((part, index) => part !== b[index]);
  const [mine = '', theirs = ''] = [a[at], b[at]];
  if (a.some((part, index) => index > at && part !== b[index])) return undefined;
  if (Math.min(mine.length, theirs.length) < SHORTEST_PART || Math.abs(mine.length - theirs.length) > 1)
    return undefined;
  if (editDistance(mine, theirs) !== 1) return undefined;
  // A plural, a number and a `y` for `ies` are how honest names differ.
  if (/[s\d]$/.test(mine.length > theirs.length ? mine : theirs) && mine.slice(0, -1) === theirs) return undefined;
  if (/[s\d]$/.test(theirs) && theirs.slice(0, -1) === mine) return undefined;
  const isSubstituted = mine.length === theirs.length && sorted(mine) !== sorted(theirs);
  return isSubstituted ? 'letter' : 'slip';
}

function sorted(text: string): string {
  return text.split('').sort().join('');
}

function partsOf(name: string): string[] {
  return name.split(/[-_./@]+/);
}

interface Known {
  readonly names: ReadonlySet<string>;
  readonly byLook: ReadonlyMap<string, string>;
  readonly parts: readonly (readonly [string, readonly string[]])[];
}

function prepare(list: readonly string[]): Known {
  return {
    names: new Set(list),
    byLook: new Map(list.map((name) => [lookOf(name), name])),
    parts: list.map((name) => [name, partsOf(name)]),
  };
}

let prepared: Readonly<Record<Registry, Known>> | undefined;

/** Prepared once, when the first name is asked about: a scan may meet a thousand. */
function known(): Readonly<Record<Registry, Known>> {
  prepared ??= { npm: prepare(knownNpmServers), pypi: prepare(knownPythonServers.map(pythonName)) };
  return prepared;
}
