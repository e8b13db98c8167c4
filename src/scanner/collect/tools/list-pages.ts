import { isObject } from '../../../kernel/jsonrpc.ts';
import { MAX_ENTRIES } from './to-tools-facts.ts';

/** What was gathered of a list. */
export interface ListedPages {
  readonly entries: readonly unknown[];
  /** True where a bound was reached, or a page after the first could not be had. */
  readonly isCut: boolean;
}

/** Most pages of a list that are asked for; a hostile server has always one more. */
const MAX_PAGES = 50;

/**
 * Gathers all pages of a list. `ask` sends one request and answers its result, or undefined where there is none; the
 * whole is undefined where already the first page failed.
 */
export async function listPages(
  ask: (params: { readonly cursor?: string }) => Promise<unknown>,
  field: 'tools' | 'prompts',
): Promise<ListedPages | undefined> {
  const entries: unknown[] = [];
  const seen = new Set<string>();
  let cursor: string | undefined;
  for (let page = 0; page < MAX_PAGES && entries.length <= MAX_ENTRIES; page += 1) {
    const result = await ask(cursor === undefined ? {} : { cursor });
    const list = isObject(result) ? result[field] : undefined;
    if (!isObject(result) || !Array.isArray(list)) return page === 0 ? undefined : { entries, isCut: true };
    entries.push(...list.slice(0, MAX_ENTRIES + 1));
    const next = result['nextCursor'];
    if (typeof next !== 'string') return { entries, isCut: false };
    // A cursor that comes again would go round in a circle.
    if (seen.has(next)) break;
    seen.add(next);
    cursor = next;
  }
  return { entries, isCut: true };
}
