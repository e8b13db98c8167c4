import { hash } from 'node:crypto';
import { canonicalJson } from '../../kernel/canonical-json.ts';
import { isExactNumber, type Json, type JsonObject } from '../../kernel/jsonrpc.ts';
import type { ToolLike } from '../../kernel/tool-like.ts';

/** How deep a definition may nest; JSON-RPC messages may nest 100 levels. */
const MAX_DEPTH = 128;
/** Values in a definition, at most. */
const MAX_VALUES = 200_000;

/**
 * The canonical text of what a tool is defined by: name, title, description, schemas, annotations. Undefined for a
 * definition that is no JSON (a function, `NaN`, a cycle) or too large to look at: nobody could tell it from another one.
 */
export function canonicalDefinition(tool: ToolLike): string | undefined {
  const { name, title, description, inputSchema, outputSchema, annotations } = tool;
  const definition = { name, title, description, inputSchema, outputSchema, annotations };
  return isJson(definition) ? canonicalJson(definition) : undefined;
}

/** SHA-256 (hex) of {@link canonicalDefinition}; undefined where there is none. */
export function definitionHash(tool: ToolLike): string | undefined {
  const text = canonicalDefinition(tool);
  return text === undefined ? undefined : hashOf(text);
}

/** SHA-256 (hex) of a text. */
export function hashOf(text: string): string {
  return hash('sha256', text);
}

// Absent fields may be undefined; nothing further inside may.
function isJson(definition: object): definition is JsonObject {
  let left = MAX_VALUES;

  function ok(value: unknown, depth: number): value is Json {
    left -= 1;
    if (left < 0 || depth === 0) return false;
    if (value === null || typeof value === 'string' || typeof value === 'boolean') return true;
    if (typeof value === 'number') return Number.isFinite(value);
    if (typeof value !== 'object') return false;
    if (isExactNumber(value)) return true;
    if (Array.isArray(value)) {
      // A hole or an undefined item would be written like a null.
      for (let index = 0; index < value.length; index += 1) if (!ok(value[index], depth - 1)) return false;
      return true;
    }
    const prototype: unknown = Object.getPrototypeOf(value);
    if (prototype !== null && prototype !== Object.prototype) return false;
    return Object.values(value).every((item) => ok(item, depth - 1));
  }

  return Object.values(definition).every((value) => value === undefined || ok(value, MAX_DEPTH));
}
