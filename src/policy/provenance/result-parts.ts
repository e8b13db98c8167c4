import { isExactNumber, isObject, type Json, type JsonObject } from '../../kernel/jsonrpc.ts';
import type { Node } from './structure/node.ts';
import { nodeOf, readStructure } from './structure/read-structure.ts';

/** A text of a result, with what structure it has. */
export interface Part {
  readonly text: string;
  readonly node: Node | undefined;
}

/** All that a result says. */
export interface Content {
  readonly parts: readonly Part[];
  /** True where something could not be read: a picture, or too much. */
  readonly isCut: boolean;
}

/** The texts of a result, up to so many characters in all. Attacker-controlled. */
export function contentOf(result: JsonObject, characters: number): Content {
  const parts: Part[] = [];
  let [left, isCut] = [characters, false];
  const take = (text: string, read: () => Node | undefined): void => {
    const isWhole = text.length <= left;
    isCut ||= !isWhole;
    if (left > 0) parts.push({ text: text.slice(0, left), node: isWhole ? read() : undefined });
    left -= Math.min(left, text.length);
  };
  const content: readonly Json[] = Array.isArray(result['content']) ? (result['content'] as readonly Json[]) : [];
  for (const block of content) {
    const text = textOf(block);
    if (text === undefined) isCut = true;
    else take(text, () => readStructure(text));
  }
  const { structuredContent } = result;
  if (structuredContent !== undefined) take(JSON.stringify(structuredContent), () => nodeOf(structuredContent));
  return { parts, isCut };
}

function textOf(block: Json): string | undefined {
  if (!isObject(block) || isExactNumber(block)) return undefined;
  const { text, resource } = block;
  if (typeof text === 'string') return text;
  return isObject(resource) && typeof resource['text'] === 'string' ? resource['text'] : undefined;
}
