import { basename } from 'node:path';
import { isObject } from '../../../kernel/jsonrpc.ts';
import type { ToolsFacts } from '../../facts/tools.ts';
import { toToolsFacts, type RawLists } from './to-tools-facts.ts';

/** Longest file that is read as a list of tools, bytes. */
export const MAX_TOOLS_FILE = 16 * 1024 * 1024;
const MAX_LINES = 10_000;

/**
 * Facts of a saved `tools/list`: a result `{tools: […]}`, a JSON-RPC response with one, a bare list of tools, or JSON
 * Lines of any of these; undefined where the text is none of them. An `instructions` beside the tools counts as the
 * server's. A `nextCursor` in the last result says that there is more.
 */
export function parseToolsText(text: string, server: string): ToolsFacts | undefined {
  const documents = documentsOf(text);
  if (documents === undefined) return undefined;
  const parts = documents.map(listsOf).filter((lists) => lists !== undefined);
  if (parts.length === 0) return undefined;
  const instructions = parts.map((part) => part.instructions).findLast((one) => typeof one === 'string');
  const isWhole = parts.length === documents.length && parts.at(-1)?.isCut !== true;
  return toToolsFacts(server, {
    tools: parts.flatMap((part) => asList(part.tools)),
    prompts: parts.flatMap((part) => asList(part.prompts)),
    instructions,
    isCut: !isWhole,
  });
}

/** Reads a fixture of the checks of tools; throws where the text is no list of tools. */
export function readToolsFacts(text: string, file: string): ToolsFacts {
  const facts = parseToolsText(text, basename(file));
  if (facts === undefined) throw new Error(`${file}: no list of tools`);
  return facts;
}

function asList(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? (value as unknown[]) : [];
}

function documentsOf(text: string): unknown[] | undefined {
  const plain = text.startsWith('\uFEFF') ? text.slice(1) : text;
  const whole = parsed(plain);
  if (whole !== undefined) return [whole.value];
  const lines = plain
    .split('\n', MAX_LINES + 1)
    .map((line) => line.trim())
    .filter((line) => line !== '');
  const documents = lines.map(parsed);
  if (documents.length < 2 || documents.length > MAX_LINES || documents.includes(undefined)) return undefined;
  return documents.map((document) => document?.value);
}

function parsed(text: string): { readonly value: unknown } | undefined {
  try {
    return { value: JSON.parse(text) as unknown };
  } catch {
    return undefined;
  }
}

function listsOf(document: unknown): RawLists | undefined {
  if (Array.isArray(document)) return isToolList(document) ? { tools: document } : undefined;
  if (!isObject(document)) return undefined;
  if (isObject(document['result'])) return listsOf(document['result']);
  if (Array.isArray(document['tools']) || Array.isArray(document['prompts'])) {
    const { tools, prompts, instructions, nextCursor } = document;
    return { tools, prompts, instructions, isCut: typeof nextCursor === 'string' };
  }
  // One tool on a line of its own.
  return isTool(document) ? { tools: [document] } : undefined;
}

function isToolList(list: readonly unknown[]): boolean {
  return list.some(isTool) || list.length === 0;
}

function isTool(value: unknown): boolean {
  if (!isObject(value) || typeof value['name'] !== 'string') return false;
  return 'inputSchema' in value || typeof value['description'] === 'string';
}
