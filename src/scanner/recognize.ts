import { readTree } from '../clients/read-tree.ts';
import { type Tree, valueAt } from '../clients/tree.ts';
import { formatOf } from './collect/client/client-shape.ts';

/** What a file that the user named is, told by what is in it. */
export type FileKind = 'scan-config' | 'server-config' | 'client-config' | 'manifest' | 'tools';

/** Tells what a file is; undefined where nothing in it is known. */
export function recognize(text: string, file: string): FileKind | undefined {
  // A ZIP archive: what MCPB bundles are.
  if (file.toLowerCase().endsWith('.mcpb')) return 'manifest';
  const { tree } = readTree(text.replace(/^\uFEFF/, ''), formatOf(file));
  // Saved lists are often a JSON document a line.
  if (tree === undefined) return /^\s*\{[^\n]*"tools"/.test(text.slice(0, 65_536)) ? 'tools' : undefined;
  return RULES.find(([, holds]) => holds(tree))?.[0];
}

function has(...path: string[]) {
  return (tree: Tree): boolean => valueAt(tree, path) !== undefined;
}

function is(kind: Tree['kind'], ...path: string[]) {
  return (tree: Tree): boolean => valueAt(tree, path)?.kind === kind;
}

function any(...rules: ((tree: Tree) => boolean)[]) {
  return (tree: Tree): boolean => rules.some((rule) => rule(tree));
}

function both(...rules: ((tree: Tree) => boolean)[]) {
  return (tree: Tree): boolean => rules.every((rule) => rule(tree));
}

const RULES: readonly (readonly [FileKind, (tree: Tree) => boolean])[] = [
  [
    'scan-config',
    any(
      has('mcp_server'),
      both(is('list', 'targets'), (tree) => !has('server')(tree)),
    ),
  ],
  ['manifest', any(has('manifest_version'), both(has('name'), any(is('list', 'packages'), is('list', 'remotes'))))],
  ['tools', any((tree) => tree.kind === 'list', is('list', 'tools'), is('list', 'result', 'tools'))],
  [
    'server-config',
    any(is('map', 'server'), is('map', 'auth'), is('map', 'permissions'), is('map', 'security'), is('map', 'logging')),
  ],
  [
    'client-config',
    any(
      ...['mcpServers', 'servers', 'context_servers', 'mcp_servers', 'mcp', 'extensions', 'projects'].map((key) =>
        has(key),
      ),
      has('enableAllProjectMcpServers'),
    ),
  ],
];
