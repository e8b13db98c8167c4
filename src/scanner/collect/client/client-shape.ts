import { clientNamed, clients } from '../../../clients/catalog.ts';
import type { Client, ClientFile, Format, Shape } from '../../../clients/client.ts';
import {
  at,
  codex,
  continueDev,
  goose,
  mcpServers,
  opencode,
  typedStdio,
  vscode,
  zed,
} from '../../../clients/shapes.ts';
import { type Tree, valueAt } from '../../../clients/tree.ts';

/** The format that a file's name says. JSON is read with comments: whoever wrote it, its client may take them. */
export function formatOf(file: string): Format {
  const name = file.toLowerCase();
  if (name.endsWith('.toml')) return 'toml';
  return name.endsWith('.yaml') || name.endsWith('.yml') ? 'yaml' : 'jsonc';
}

/** The client whose file this is, told by where it lies; undefined where several or none would fit. */
export function clientOfPath(file: string): Client | undefined {
  const path = `/${file.replaceAll('\\', '/').replace(/^~?\//, '')}`;
  const fitting = clients.filter((client) => client.files.some((each) => fits(path, each)));
  return fitting.length === 1 ? fitting[0] : undefined;
}

function fits(path: string, { paths }: Pick<ClientFile, 'paths'>): boolean {
  // A name alone, such as `mcp.json`, says nothing; two parts or a hidden name do.
  return paths.some(({ path: rule }) => (rule.includes('/') || rule.startsWith('.')) && path.endsWith(`/${rule}`));
}

/** Generic shapes, by the keys under which servers stand. The first that is there counts. */
const GUESSES: readonly { readonly shape: Shape; readonly kind: 'map' | 'list' }[] = [
  {
    shape: mcpServers({
      stdio: typedStdio,
      http: at('http'),
      sse: at('sse'),
      alsoRead: [['projects', '*', 'mcpServers']],
    }),
    kind: 'map',
  },
  { shape: continueDev, kind: 'list' },
  { shape: vscode, kind: 'map' },
  { shape: zed, kind: 'map' },
  { shape: codex, kind: 'map' },
  { shape: { ...vscode, root: ['mcp', 'servers'] }, kind: 'map' },
  { shape: opencode, kind: 'map' },
  { shape: goose, kind: 'map' },
];

/** How a file writes its servers down: as its client does, else as what stands in it says. */
export function shapeOf(tree: Tree | undefined, client: string | undefined, format: Format): Shape {
  const own = clientNamed(client ?? '')?.files.filter((file) => isOf(file.format, format)) ?? [];
  const there = own.find(({ shape }) => holds(tree, shape.root, shape.collection));
  const guess = GUESSES.find(({ shape, kind }) => holds(tree, shape.root, kind));
  const also = GUESSES.find(({ shape }) => (shape.alsoRead ?? []).some(([first]) => holds(tree, [first ?? ''], 'map')));
  return (there ?? guess ?? own[0] ?? also ?? { shape: mcpServers({}) }).shape;
}

function isOf(format: Format, other: Format): boolean {
  return format.slice(0, 4) === other.slice(0, 4);
}

function holds(tree: Tree | undefined, root: readonly string[], kind: 'map' | 'list'): boolean {
  return valueAt(tree, root)?.kind === kind;
}
