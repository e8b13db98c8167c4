import { plain, type Tree } from '../../clients/tree.ts';
import { blind, type BlindReason, saw } from '../look.ts';
import { type Page, shownWord, suggestion, wrong } from '../written/page.ts';
import { kindOf as kindOfTree, oneOf } from '../written/readers.ts';
import { kindOf } from './path.ts';
import type { Shape } from './shape.ts';

const reasons: readonly BlindReason[] = [
  'not-offered',
  'not-asked',
  'unreachable',
  'timeout',
  'unreadable',
  'no-credential',
  'forbidden',
  'no-permission',
  'not-on-this-system',
  'error',
];

/**
 * Facts as a rule's example writes them: only what the rule reads, without the wrapping of what was seen;
 * `{ blind: timeout }` stands for what was not. Held against the shape, since a misspelt example proves nothing.
 */
export function readExample(tree: Tree, shape: Shape, page: Page, name: string): unknown {
  if (typeof shape === 'string') return readPlain(tree, shape, page, name);
  if ('look' in shape) return readLook(tree, shape.look, page, name);
  if ('oneOf' in shape) return oneOf(Object.keys(shape.oneOf))(tree, page, name);
  if ('list' in shape) {
    if (tree.kind !== 'list') return mismatch(tree, shape, page, name);
    return tree.items.map((item, index) => readExample(item, shape.list, page, `${name}[${index}]`));
  }
  if (tree.kind !== 'map') return mismatch(tree, shape, page, name);
  const facts: Record<string, unknown> = Object.create(null) as Record<string, unknown>;
  for (const { key, keySpan, value } of tree.entries) {
    const inner = 'map' in shape ? shape.map : Object.hasOwn(shape.fields, key) ? shape.fields[key] : undefined;
    if (inner !== undefined) facts[key] = readExample(value, inner, page, `${name}.${shownWord(key)}`);
    else if ('fields' in shape) {
      const known = suggestion(key, Object.keys(shape.fields));
      wrong(page, keySpan, `${shownWord(key)} is nothing that the facts have in ${name}.`, {
        code: 'CONFIG_UNKNOWN_KEY',
        ...known,
      });
    }
  }
  return facts;
}

function readPlain(tree: Tree, shape: Extract<Shape, string>, page: Page, name: string): unknown {
  if (shape === 'anything') return plain(tree);
  const value = tree.kind === 'scalar' ? tree.value : undefined;
  const type = { text: 'string', number: 'number', flag: 'boolean' }[shape];
  return typeof value === type ? value : mismatch(tree, shape, page, name);
}

function readLook(tree: Tree, shape: Shape, page: Page, name: string): unknown {
  const [entry] = tree.kind === 'map' ? tree.entries : [];
  if (tree.kind !== 'map' || tree.entries.length !== 1 || entry?.key !== 'blind') {
    return saw(readExample(tree, shape, page, name));
  }
  const reason = oneOf(reasons)(entry.value, page, `${name}.blind`);
  return reason === undefined ? undefined : blind(reason, 'It was not seen.', '未能看到。');
}

function mismatch(tree: Tree, shape: Shape, page: Page, name: string): undefined {
  return wrong(page, tree, `${name} must be ${kindOf(shape)}, not ${kindOfTree(tree)}.`);
}
