import { checkDepth, isObject } from '../../../kernel/jsonrpc.ts';
import { type ToolFacts, type ToolsFacts, UNKEPT_SCHEMA } from '../../facts/tools.ts';

/** What a server's lists held, as plain JSON; nothing of it is trusted. */
export interface RawLists {
  readonly tools: unknown;
  readonly prompts?: unknown;
  readonly instructions?: unknown;
  /** True where not all pages were read. */
  readonly isCut?: boolean;
}

/** Most entries of a list that are kept. */
export const MAX_ENTRIES = 2_000;
const MAX_NAME = 512;
const MAX_TEXT = 100_000;
/** Longest schema that is kept, characters of JSON. */
const MAX_SCHEMA = 400_000;

/** Deepest schema that is kept: checks walk through it. */
const MAX_SCHEMA_DEPTH = 100;

/** Facts of the lists of one server. Entries that are no objects with a name are left out; what is too long is cut. */
export function toToolsFacts(server: string, lists: RawLists): ToolsFacts {
  const cut = new Cut(lists.isCut === true);
  const tools = entriesOf(lists.tools, cut).flatMap((entry) => toolOf(entry, cut));
  const prompts = entriesOf(lists.prompts, cut).flatMap((entry) => promptOf(entry, cut));
  const instructions = typeof lists.instructions === 'string' ? cut.text(lists.instructions, MAX_TEXT) : undefined;
  return { server, instructions, tools, prompts, isCut: cut.happened };
}

/** Remembers whether anything was left out. */
class Cut {
  happened: boolean;

  constructor(happened: boolean) {
    this.happened = happened;
  }

  text(text: string, most: number): string {
    if (text.length <= most) return text;
    this.happened = true;
    return text.slice(0, most).toWellFormed();
  }
}

function entriesOf(list: unknown, cut: Cut): readonly unknown[] {
  if (!Array.isArray(list)) return [];
  if (list.length > MAX_ENTRIES) cut.happened = true;
  return list.slice(0, MAX_ENTRIES);
}

function toolOf(entry: unknown, cut: Cut): ToolFacts[] {
  if (!isObject(entry) || typeof entry['name'] !== 'string') {
    // Something a client may still show a model: it was not looked at.
    cut.happened = true;
    return [];
  }
  const annotations = isObject(entry['annotations']) ? entry['annotations'] : {};
  const title = entry['title'] ?? annotations['title'];
  return [
    {
      name: cut.text(entry['name'], MAX_NAME),
      title: typeof title === 'string' ? cut.text(title, MAX_TEXT) : undefined,
      description: typeof entry['description'] === 'string' ? cut.text(entry['description'], MAX_TEXT) : '',
      inputSchema: schemaOf(entry['inputSchema'], cut),
      ...outputSchemaOf(entry['outputSchema'], cut),
      annotations: hintsOf(annotations),
    },
  ];
}

function outputSchemaOf(schema: unknown, cut: Cut): Pick<ToolFacts, 'outputSchema'> {
  return schema === undefined ? {} : { outputSchema: schemaOf(schema, cut) };
}

function schemaOf(schema: unknown, cut: Cut): unknown {
  const length = lengthOf(schema);
  if (length === 0 || length <= MAX_SCHEMA) return schema;
  cut.happened = true;
  return UNKEPT_SCHEMA;
}

/** Characters of a value as JSON; infinite where it nests too deep. */
function lengthOf(value: unknown): number {
  try {
    checkDepth(value, MAX_SCHEMA_DEPTH);
    return JSON.stringify(value)?.length ?? 0;
  } catch {
    return Number.POSITIVE_INFINITY;
  }
}

const HINTS = ['readOnlyHint', 'destructiveHint', 'idempotentHint', 'openWorldHint'] as const;

function hintsOf(annotations: object): ToolFacts['annotations'] {
  const fields = annotations as Readonly<Record<string, unknown>>;
  return Object.fromEntries(HINTS.flatMap((hint) => (typeof fields[hint] === 'boolean' ? [[hint, fields[hint]]] : [])));
}

function promptOf(entry: unknown, cut: Cut): ToolsFacts['prompts'] {
  if (!isObject(entry) || typeof entry['name'] !== 'string') return [];
  const description = typeof entry['description'] === 'string' ? entry['description'] : '';
  return [{ name: cut.text(entry['name'], MAX_NAME), description: cut.text(description, MAX_TEXT) }];
}
