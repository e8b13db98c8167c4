import { isAlias, type Node, visit } from 'yaml';

/** What each alias of a YAML document stands for: the last node before it that carries its anchor (YAML 1.2, 7.1). */
export function aliasTargets(root: Node | null): ReadonlyMap<unknown, Node> {
  const anchors = new Map<string, Node>();
  const targets = new Map<unknown, Node>();
  visit(root, {
    Node(_key, node) {
      if (isAlias(node)) {
        const target = anchors.get(node.source);
        if (target !== undefined) targets.set(node, target);
      } else if (node.anchor !== undefined) anchors.set(node.anchor, node);
    },
  });
  return targets;
}

/** The value of a YAML scalar as JSON has it; anything else is null. */
export function plainScalar(value: unknown): string | number | boolean | null {
  if (typeof value === 'bigint') return Number(value);
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' ? value : null;
}
