import { checkDepth, isObject, type JsonObject } from '../../kernel/jsonrpc.ts';
import type { ToolFacts, ToolsFacts } from '../facts/tools.ts';
import { blind, type Blind, type Look, saw } from '../look.ts';
import type { Line } from './line.ts';
import type { Opened } from './open.ts';
import { say } from './say.ts';

/** How much of a server's lists is read; what is beyond is not seen, and `isCut` says so. */
export interface ListBounds {
  /** Pages of one list. Default 50. */
  readonly pages: number;
  /** Entries of one list. Default 2,000. */
  readonly entries: number;
  /** Characters of all pages of all lists. Default 8 Mi. */
  readonly characters: number;
}

/** The default bounds. */
export const listBounds: ListBounds = { pages: 50, entries: 2_000, characters: 8 * 1024 * 1024 };

/** Characters that are kept of one schema, as JSON; a larger one becomes {@link UNKEPT_SCHEMA}. */
const MAX_SCHEMA_CHARS = 64 * 1024;
const MAX_SCHEMA_DEPTH = 100;
const MAX_TEXT_CHARS = 64 * 1024;
const MAX_NAME_CHARS = 512;

/** Stands for a schema that is there, and too large or too deep to be kept. */
export const UNKEPT_SCHEMA = { $comment: 'Not kept: larger than 64 KiB, or deeper than 100 levels.' } as const;

/** Reads what an open endpoint offers to models, page by page. Never throws. Blind as the first page of the tools is. */
export async function listTools(
  line: Line,
  opened: Opened,
  headers: Readonly<Record<string, string>>,
  server: string,
  bounds: ListBounds = listBounds,
): Promise<Look<ToolsFacts>> {
  const pages = createPages(line, { ...opened, headers: { ...headers, ...opened.headers } }, bounds);
  const tools = await pages.read('tools');
  if ('blind' in tools) return tools;
  // Only where they are offered: a client that keeps to the protocol would not ask either.
  const prompts = isObject(opened.capabilities['prompts']) ? await pages.read('prompts') : saw([]);
  if ('blind' in prompts) pages.cut();
  const facts = tools.saw.map((tool) => toolFacts(tool, () => pages.cut()));
  return saw({
    server,
    instructions: opened.facts.instructions,
    tools: facts,
    prompts: 'blind' in prompts ? [] : prompts.saw.map((prompt) => promptFacts(prompt, () => pages.cut())),
    isCut: pages.isCut,
  });
}

interface Pages {
  readonly isCut: boolean;
  cut(): void;
  read(list: 'tools' | 'prompts'): Promise<Look<readonly JsonObject[]>>;
}

function createPages(line: Line, { era, headers }: Pick<Opened, 'era' | 'headers'>, bounds: ListBounds): Pages {
  let isCut = false;
  let room = bounds.characters;

  async function page(list: string, cursor: string | undefined): Promise<Look<JsonObject>> {
    const saying = { era, method: `${list}/list`, headers, ...(cursor === undefined ? {} : { params: { cursor } }) };
    const look = await say(line, saying, { maxBodyBytes: Math.max(room, 1) });
    if ('blind' in look) return look;
    const { heard, answer } = look.saw;
    room -= heard.body.length;
    if (answer?.result !== undefined) return saw(answer.result);
    if (answer?.error.code === METHOD_UNKNOWN) return saw({});
    return refused(list, heard.status);
  }

  async function read(list: 'tools' | 'prompts'): Promise<Look<readonly JsonObject[]>> {
    const entries: JsonObject[] = [];
    const cursors = new Set<string>();
    let cursor: string | undefined;
    for (let pages = 0; pages < bounds.pages && room > 0; pages += 1) {
      const look = await page(list, cursor);
      if ('blind' in look) {
        if (pages === 0) return look;
        break;
      }
      const { [list]: found, nextCursor: next } = look.saw;
      if (Array.isArray(found)) for (const entry of found) if (isObject(entry)) entries.push(entry);
      if (entries.length > bounds.entries) break;
      if (next === undefined || next === null) return saw(entries);
      // A cursor that comes again leads in a circle; one that is no text leads nowhere.
      if (typeof next !== 'string' || cursors.has(next)) break;
      cursors.add(next);
      cursor = next;
    }
    isCut = true;
    return saw(entries.slice(0, bounds.entries));
  }

  return {
    get isCut() {
      return isCut;
    },
    cut() {
      isCut = true;
    },
    read,
  };
}

/** JSON-RPC: the server has no such list. */
const METHOD_UNKNOWN = -32601;

function refused(list: string, status: number): Blind {
  if (status === 401) {
    return blind('no-credential', `${list}/list asks for a credential (401).`, `${list}/list 要求凭据(401)。`);
  }
  if (status === 403) return blind('forbidden', `${list}/list is refused (403).`, `${list}/list 被拒绝(403)。`);
  return blind(
    'unreadable',
    `${list}/list was not answered with a list (${status}).`,
    `${list}/list 的应答不是列表(${status})。`,
  );
}

function toolFacts(tool: JsonObject, onCut: () => void): ToolFacts {
  const { name, title, description, inputSchema, annotations } = tool;
  const hints = isObject(annotations) ? annotations : {};
  return {
    name: textOf(name, MAX_NAME_CHARS, onCut) ?? '',
    title: textOf(title, MAX_NAME_CHARS, onCut) ?? textOf(hints['title'], MAX_NAME_CHARS, onCut),
    description: textOf(description, MAX_TEXT_CHARS, onCut) ?? '',
    inputSchema: keptSchema(inputSchema, onCut),
    annotations: {
      ...flag('readOnlyHint', hints),
      ...flag('destructiveHint', hints),
      ...flag('idempotentHint', hints),
      ...flag('openWorldHint', hints),
    },
  };
}

function promptFacts({ name, description }: JsonObject, onCut: () => void): ToolsFacts['prompts'][number] {
  return {
    name: textOf(name, MAX_NAME_CHARS, onCut) ?? '',
    description: textOf(description, MAX_TEXT_CHARS, onCut) ?? '',
  };
}

function textOf(value: unknown, max: number, onCut: () => void): string | undefined {
  if (typeof value !== 'string') return undefined;
  if (value.length > max) onCut();
  return value.slice(0, max);
}

function flag<Name extends string>(name: Name, hints: JsonObject): { readonly [Key in Name]?: boolean } {
  const value = hints[name];
  return typeof value === 'boolean' ? ({ [name]: value } as { [Key in Name]: boolean }) : {};
}

/** A schema that others can walk through and write down without running out of stack or memory. */
function keptSchema(schema: unknown, onCut: () => void): unknown {
  try {
    checkDepth(schema, MAX_SCHEMA_DEPTH);
    if (schema === undefined || JSON.stringify(schema).length <= MAX_SCHEMA_CHARS) return schema;
  } catch {
    // Too deep.
  }
  onCut();
  return UNKEPT_SCHEMA;
}
