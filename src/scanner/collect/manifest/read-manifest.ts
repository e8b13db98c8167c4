import { readTree } from '../../../clients/read-tree.ts';
import { entryOf, type MapTree, placesIn, type Tree, valueAt } from '../../../clients/tree.ts';
import { addressParts } from '../../secrets/address-parts.ts';
import type { Where } from '../../check.ts';
import type { ManifestFacts, ManifestInput, ManifestPackage } from '../../facts/manifest.ts';
import { holdsOf } from '../../secrets/holds-secret.ts';
import { imagePackage, packageOf } from '../../launch/package-of.ts';
import { type Argument, argumentsOf } from '../client/client-values.ts';

/** Most packages, addresses and inputs of each kind. */
const MOST = 500;

type Path = readonly string[];
type Place = (tree: Pick<Tree, 'start'>, path: Path) => Where;
type Remote = ManifestFacts['remotes'][number];
type Command = NonNullable<ManifestFacts['command']>;

/** What a `server.json` or an MCPB `manifest.json` says. Never throws: attacker-controlled text gives problems. */
export function readManifestFacts(text: string, file: string): ManifestFacts {
  const bare = text.startsWith('\uFEFF') ? text.slice(1) : text;
  const { tree, faults } = readTree(bare, 'json');
  const placeOf = placesIn(bare);
  const place: Place = ({ start }, path) => ({ file, ...placeOf(start), path });
  const problems = faults.slice(0, 20).map(({ message, offset }) => ({ message, where: { file, ...placeOf(offset) } }));
  const isBundle = tree !== undefined && isMcpb(tree);
  if (tree !== undefined && !isBundle && !isServerJson(tree)) {
    problems.push({
      message: 'This is neither a server.json nor an MCPB manifest.',
      where: { file, line: 1, column: 1 },
    });
  }
  const parts = tree === undefined ? NOTHING : isBundle ? bundleParts(tree, place) : registryParts(tree, place);
  return {
    file,
    format: isBundle ? 'mcpb' : 'server.json',
    name: textAt(tree, ['name']),
    version: textAt(tree, ['version']),
    repository: textAt(tree, ['repository', 'url']) ?? textAt(tree, ['repository']),
    ...parts,
    problems,
  };
}

type Parts = Pick<ManifestFacts, 'packages' | 'remotes' | 'inputs' | 'command' | 'commands'>;
const NOTHING: Parts = { packages: [], remotes: [], inputs: [], command: undefined };

function isMcpb(tree: Tree): boolean {
  const isVersioned = entryOf(tree, 'manifest_version') !== undefined || entryOf(tree, 'dxt_version') !== undefined;
  return isVersioned || valueAt(tree, ['server', 'mcp_config']) !== undefined;
}

function isServerJson(tree: Tree): boolean {
  const schema = textAt(tree, ['$schema']) ?? '';
  return (
    schema.endsWith('server.schema.json') ||
    ['packages', 'remotes'].some((key) => valueAt(tree, [key])?.kind === 'list')
  );
}

function registryParts(tree: Tree, place: Place): Parts {
  const packages = itemsAt(tree, ['packages']);
  const remotes = itemsAt(tree, ['remotes']);
  const transports = packages.map(({ item, path }) => ({
    item: valueAt(item, ['transport']),
    path: [...path, 'transport'],
  }));
  return {
    packages: packages.flatMap(({ item, path }) => packageAt(item, place(item, path)) ?? []),
    remotes: [...remotes, ...transports].flatMap(({ item, path }) => remoteAt(item, path, place) ?? []),
    inputs: [...packages, ...remotes, ...transports]
      .flatMap(({ item, path }) => inputsOf(item, path, place))
      .slice(0, MOST),
    command: undefined,
  };
}

function itemsAt(tree: Tree | undefined, path: Path): { item: Tree; path: Path }[] {
  const list = valueAt(tree, path);
  if (list?.kind !== 'list') return [];
  return list.items.slice(0, MOST).map((item, index) => ({ item, path: [...path, String(index)] }));
}

function packageAt(item: Tree, where: Where): ManifestPackage | undefined {
  const registry =
    textAt(item, ['registryType']) ?? textAt(item, ['registry_type']) ?? textAt(item, ['registry_name']) ?? '';
  const name = textAt(item, ['identifier']) ?? textAt(item, ['name']);
  if (name === undefined) return undefined;
  const sha256 = textAt(item, ['fileSha256']) ?? textAt(item, ['file_sha256']);
  const version = textAt(item, ['version']);
  const image = registry === 'oci' ? imagePackage(name) : undefined;
  if (image === undefined)
    return { registry, name: name.includes('://') ? addressParts(name).shown : name, version, sha256, where };
  const digest = image.isPinned ? image.version?.slice('sha256:'.length) : undefined;
  return { registry, name: image.name, version: version ?? image.version, sha256: sha256 ?? digest, where };
}

function remoteAt(item: Tree | undefined, path: Path, place: Place): Remote | undefined {
  const url = textAt(item, ['url']);
  return item === undefined || url === undefined
    ? undefined
    : { url: addressParts(url).shown, where: place(item, path) };
}

const INPUT_LISTS = [
  'environmentVariables',
  'environment_variables',
  'headers',
  'runtimeArguments',
  'runtime_arguments',
  'packageArguments',
  'package_arguments',
];

/** Inputs in the lists of a package or an address, and those that their values are put together of. */
function inputsOf(item: Tree | undefined, path: Path, place: Place): ManifestInput[] {
  const listed = INPUT_LISTS.flatMap((key) =>
    itemsAt(item, [key]).flatMap(({ item: input, path: below }) => {
      const at = [...path, ...below];
      const name =
        textAt(input, ['name']) ?? textAt(input, ['valueHint']) ?? textAt(input, ['value_hint']) ?? 'argument';
      const variables = variablesOf(input, at, place, [name]);
      // What is made of inputs is as secret as they are marked.
      const isSecret = flagAt(input, 'isSecret', 'is_secret') || variables.length > 0;
      return [inputAt(input, name, isSecret, place(input, at)), ...variables];
    }),
  );
  return [...listed, ...variablesOf(item, path, place, [])];
}

function variablesOf(item: Tree | undefined, path: Path, place: Place, usedAs: readonly string[]): ManifestInput[] {
  const map = valueAt(item, ['variables']);
  if (map?.kind !== 'map') return [];
  return map.entries.slice(0, MOST).map(({ key, value }) => ({
    ...inputAt(value, key, flagAt(value, 'isSecret', 'is_secret'), place(value, [...path, 'variables', key])),
    usedAs,
  }));
}

function inputAt(input: Tree, name: string, isSecret: boolean, where: Where): ManifestInput {
  const values = ['value', 'default'].flatMap((key) => textAt(input, [key]) ?? []);
  return {
    name,
    isSecret,
    hasLiteralSecret: values.some((value) => holdsOf(name.replace(/^-+/, ''), value) === 'literal'),
    where,
  };
}

function flagAt(tree: Tree, ...keys: readonly string[]): boolean {
  return keys.some((key) => {
    const value = valueAt(tree, [key]);
    return value?.kind === 'scalar' && value.value === true;
  });
}

const CONFIG = ['server', 'mcp_config'] as const;

function bundleParts(tree: Tree, place: Place): Parts {
  const overrides = valueAt(tree, [...CONFIG, 'platform_overrides']);
  const platforms =
    overrides?.kind === 'map'
      ? overrides.entries.slice(0, 20).map(({ key }) => [...CONFIG, 'platform_overrides', key])
      : [];
  const runs = [[...CONFIG], ...platforms].flatMap((path) => commandAt(tree, path, place) ?? []);
  const environment = [[...CONFIG], ...platforms].flatMap((path) => variablesAt(tree, [...path, 'env'], place));
  const commands = runs.map(({ run }) => run);
  return {
    packages: commands.flatMap((run) => fetched(run) ?? []),
    remotes: [],
    inputs: [
      ...configInputs(tree, place, environment),
      ...runs.flatMap(({ inputs }) => inputs),
      ...environment.flatMap(({ input }) => input ?? []),
    ],
    command: commands[0],
    commands: commands.slice(1),
  };
}

function commandAt(tree: Tree, path: Path, place: Place): { run: Command; inputs: ManifestInput[] } | undefined {
  const command = valueAt(tree, [...path, 'command']);
  const text = command === undefined ? undefined : textOf(command);
  if (command === undefined || text === undefined) return undefined;
  const list = itemsAt(tree, [...path, 'args']);
  const args = list.flatMap(({ item, path: at }): Argument[] => {
    const arg = textOf(item);
    return arg === undefined ? [] : [{ text: arg, where: place(item, at) }];
  });
  const { values, shown } = argumentsOf(args);
  const inputs = values
    .filter(({ holds }) => holds === 'literal')
    .map(({ name, where }) => ({ name, isSecret: true, hasLiteralSecret: true, where }));
  return { run: { command: text, args: shown, where: place(command, [...path, 'command']) }, inputs };
}

/** A variable of the bundle: the inputs that it is made of, and itself where it holds a credential. */
interface BundleVariable {
  readonly name: string;
  readonly value: string;
  readonly input: ManifestInput | undefined;
}

function variablesAt(tree: Tree, path: Path, place: Place): BundleVariable[] {
  const map = valueAt(tree, path);
  if (map?.kind !== 'map') return [];
  return map.entries.slice(0, MOST).flatMap(({ key: name, value: at }) => {
    const value = textOf(at);
    if (value === undefined) return [];
    const isLiteral = holdsOf(name, value) === 'literal';
    const input = isLiteral
      ? { name, isSecret: true, hasLiteralSecret: true, where: place(at, [...path, name]) }
      : undefined;
    return [{ name, value, input }];
  });
}

function configInputs(tree: Tree, place: Place, environment: readonly BundleVariable[]): ManifestInput[] {
  const map = valueAt(tree, ['user_config']);
  if (map?.kind !== 'map') return [];
  return map.entries.slice(0, MOST).map(({ key, value }) => ({
    ...inputAt(value, key, flagAt(value, 'sensitive') || !isText(value), place(value, ['user_config', key])),
    usedAs: environment
      .flatMap(({ name, value: of }) => (of.includes(`\${user_config.${key}}`) ? [name] : []))
      .slice(0, 20),
  }));
}

/** Only text can be marked as sensitive; folders, numbers and switches are none. */
function isText(input: Tree): boolean {
  return input.kind === 'map' && (textAt(input, ['type']) ?? 'string') === 'string';
}

const REGISTRIES: ReadonlyMap<string, string> = new Map([
  ['uvx', 'pypi'],
  ['pipx', 'pypi'],
  ['docker', 'oci'],
  ['other', ''],
]);

/** What the command of a bundle fetches besides what is in it. */
function fetched({ command, args, where }: Command): ManifestPackage | undefined {
  const found = packageOf({ command, args });
  if (found === undefined || found.runner === 'other') return undefined;
  const { runner, name, version, isPinned } = found;
  const sha256 = isPinned && version?.startsWith('sha256:') === true ? version.slice('sha256:'.length) : undefined;
  return { registry: REGISTRIES.get(runner) ?? 'npm', name, version, sha256, where };
}

function textOf(tree: Tree): string | undefined {
  return tree.kind === 'scalar' && tree.value !== null ? String(tree.value) : undefined;
}

function textAt(tree: Tree | MapTree | undefined, path: Path): string | undefined {
  const value = valueAt(tree, path);
  return value?.kind === 'scalar' && typeof value.value === 'string' ? value.value : undefined;
}
