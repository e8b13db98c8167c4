import { isObject, type JsonObject, MAX_DEPTH } from '../kernel/jsonrpc.ts';

/** One `x-mcp-header` declaration of a tool's inputSchema. */
export interface ParamHeader {
  /** The part after `Mcp-Param-`, as declared: `Region`. */
  readonly header: string;
  /** Where the value stands in the arguments, key by key. */
  readonly path: readonly string[];
  readonly type: 'string' | 'integer' | 'boolean';
}

/** What has been found so far, and the way to where the search stands. */
interface Search {
  readonly found: ParamHeader[];
  readonly taken: Set<string>;
  readonly path: string[];
}

const MARK = 'x-mcp-header';
const TOKEN = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;
/** Keywords whose value is a schema or an array of schemas; a declaration below one is no declaration (HTTP-39). */
const SCHEMA_KEYWORDS = [
  'items',
  'prefixItems',
  'additionalItems',
  'unevaluatedItems',
  'contains',
  'contentSchema',
  'additionalProperties',
  'unevaluatedProperties',
  'propertyNames',
  'oneOf',
  'anyOf',
  'allOf',
  'not',
  'if',
  'then',
  'else',
];
/** Keywords whose value is an object of schemas by name, other than `properties`. */
const MAP_KEYWORDS = ['patternProperties', 'dependentSchemas', 'dependencies', '$defs', 'definitions'];
const NONE: readonly ParamHeader[] = Object.freeze([]);

/**
 * The declarations of an attacker-controlled inputSchema; `undefined` when one breaks the rules (HTTP-32 to HTTP-39),
 * which makes the tool unusable over HTTP.
 */
export function paramHeadersOf(inputSchema: unknown): readonly ParamHeader[] | undefined {
  const search: Search = { found: [], taken: new Set(), path: [] };
  if (!walk(inputSchema, search, true, MAX_DEPTH)) return undefined;
  return search.found.length === 0 ? NONE : search.found;
}

/** False as soon as a rule is broken. `isReachable`: the way here led through `properties` alone (HTTP-38). */
function walk(schema: unknown, search: Search, isReachable: boolean, depth: number): boolean {
  if (!isObject(schema)) return true;
  if (depth === 0) return false;
  if (MARK in schema && !(isReachable && declare(schema, search))) return false;
  return walkProperties(schema['properties'], search, isReachable, depth - 1) && walkOthers(schema, search, depth - 1);
}

function walkProperties(properties: unknown, search: Search, isReachable: boolean, depth: number): boolean {
  if (!isObject(properties)) return true;
  for (const key of Object.keys(properties)) {
    search.path.push(key);
    if (!walk(properties[key], search, isReachable, depth)) return false;
    search.path.pop();
  }
  return true;
}

function walkOthers(schema: JsonObject, search: Search, depth: number): boolean {
  const visit = (branch: unknown): boolean => walk(branch, search, false, depth);
  for (const keyword of SCHEMA_KEYWORDS) {
    const value = schema[keyword];
    if (value !== undefined && !(Array.isArray(value) ? value : [value]).every(visit)) return false;
  }
  for (const keyword of MAP_KEYWORDS) {
    const value = schema[keyword];
    if (isObject(value) && !Object.values(value).every(visit)) return false;
  }
  return true;
}

function declare(schema: JsonObject, { found, taken, path }: Search): boolean {
  const { [MARK]: header, type } = schema;
  if (path.length === 0 || typeof header !== 'string' || !TOKEN.test(header)) return false;
  if (type !== 'string' && type !== 'integer' && type !== 'boolean') return false;
  const lower = header.toLowerCase();
  if (taken.has(lower)) return false;
  taken.add(lower);
  found.push({ header, path: [...path], type });
  return true;
}
