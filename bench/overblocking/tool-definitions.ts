import { isObject, type Json, type JsonObject } from '../../src/kernel/jsonrpc.ts';
import type { ToolLike } from '../../src/kernel/tool-like.ts';
import { profileOf } from '../../src/policy/tool/profile-of.ts';
import type { ToolProfile } from '../../src/policy/tool/tool-profile.ts';
import type { SessionSet } from './sessions.ts';

/**
 * The profiles of all tools that sessions call. Their definitions are not in the data: names are, and the arguments give
 * a schema of names and types. Outputs come from the company's own records, which an operator would call trusted.
 */
export function profilesOf(sets: readonly SessionSet[]): Map<string, ToolProfile> {
  const schemas = new Map<string, JsonObject>();
  for (const { upstream, sessions } of sets) {
    for (const { name, args } of sessions.flatMap(({ calls }) => calls)) {
      const tool = `${upstream}/${name}`;
      schemas.set(tool, merged(schemas.get(tool) ?? { type: 'object' }, schemaOf(args)));
    }
  }
  const profiles = new Map<string, ToolProfile>();
  for (const [tool, inputSchema] of schemas) {
    const [upstream = '', name = ''] = tool.split('/');
    const definition: ToolLike = { name, description: '', inputSchema };
    const profile = profileOf(definition, { upstream, override: { output: 'trusted' } });
    if (profile !== undefined) profiles.set(tool, profile);
  }
  return profiles;
}

function schemaOf(value: Json | undefined): JsonObject {
  if (Array.isArray(value)) {
    return { type: 'array', items: value.map((item: Json) => schemaOf(item)).reduce(merged, {}) };
  }
  if (!isObject(value)) return { type: value === null || value === undefined ? 'string' : typeof value };
  const properties = Object.fromEntries(Object.entries(value).map(([key, item]) => [key, schemaOf(item)]));
  return { type: 'object', properties };
}

function merged(one: JsonObject, other: JsonObject): JsonObject {
  const [mine, theirs] = [propertiesOf(one), propertiesOf(other)];
  const keys = [...new Set([...Object.keys(mine), ...Object.keys(theirs)])];
  const both = keys.map((key) => [key, merged(objectOf(mine[key]), objectOf(theirs[key]))] as const);
  const items = merge(one['items'], other['items']);
  return {
    ...one,
    ...other,
    ...(items === undefined ? {} : { items }),
    ...(keys.length === 0 ? {} : { properties: Object.fromEntries(both) }),
  };
}

function merge(one: Json | undefined, other: Json | undefined): JsonObject | undefined {
  return one === undefined && other === undefined ? undefined : merged(objectOf(one), objectOf(other));
}

function propertiesOf(schema: JsonObject): JsonObject {
  return objectOf(schema['properties']);
}

function objectOf(value: Json | undefined): JsonObject {
  return isObject(value) ? value : {};
}
