import { isObject } from './jsonrpc.ts';

export { type Parameter, parametersOf } from './tool-parameters.ts';

/** A tool as a server describes it. All of it is attacker-controlled, and all of it may reach a model. */
export interface ToolLike {
  readonly name: string;
  readonly title?: string | undefined;
  readonly description: string;
  readonly inputSchema: unknown;
  readonly outputSchema?: unknown;
  readonly annotations?: ToolHints;
}

/** What a server says that its tool does; nobody has to believe it (MCP: annotations are untrusted). */
export interface ToolHints {
  readonly readOnlyHint?: boolean;
  readonly destructiveHint?: boolean;
  readonly idempotentHint?: boolean;
  readonly openWorldHint?: boolean;
}

/** A text of a tool that a model may read, and where it stands: `description`, `inputSchema.properties.path.description`. */
export interface ToolText {
  readonly at: string;
  readonly text: string;
}

const MAX_DEPTH = 24;
const MAX_TEXTS = 5_000;

/** Every text of a tool: name, title, description, and all strings and keys in its schemas. */
export function textsOf(tool: ToolLike): readonly ToolText[] {
  const texts: ToolText[] = [{ at: 'name', text: tool.name }];
  if (tool.title !== undefined) texts.push({ at: 'title', text: tool.title });
  texts.push({ at: 'description', text: tool.description });
  addTexts(texts, 'inputSchema', tool.inputSchema, MAX_DEPTH);
  addTexts(texts, 'outputSchema', tool.outputSchema, MAX_DEPTH);
  return texts;
}

function addTexts(texts: ToolText[], at: string, value: unknown, depth: number): void {
  if (texts.length >= MAX_TEXTS || depth === 0) return;
  if (typeof value === 'string') texts.push({ at, text: value });
  else if (Array.isArray(value)) for (const item of value) addTexts(texts, at, item, depth - 1);
  else if (isObject(value))
    for (const [key, item] of Object.entries(value)) {
      // A key is shown to the model as well; ordinary words of JSON Schema say nothing.
      if (key.length > 24 || !PLAIN_KEY.test(key)) texts.push({ at: `${at} (key)`, text: key });
      addTexts(texts, `${at}.${key.slice(0, 64)}`, item, depth - 1);
    }
}

const PLAIN_KEY = /^[\w$-]{1,24}$/;

/** The words of a name, in lower case: `readFile`, `read_file` and `Read-File` are `read`, `file`. At most 32. */
export function wordsOf(name: string): readonly string[] {
  return name
    .slice(0, 256)
    .replaceAll(/([a-z0-9])([A-Z])/g, '$1 $2')
    .replaceAll(/([A-Z])([A-Z][a-z])/g, '$1 $2')
    .toLowerCase()
    .split(/[^\p{L}\p{N}]+/u)
    .filter((word) => word !== '')
    .slice(0, 32);
}
