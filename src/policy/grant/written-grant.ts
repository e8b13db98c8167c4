import type { Json, JsonObject } from '../../kernel/jsonrpc.ts';
import type { TaskGrant } from './task-grant.ts';

/** Fields whose keys are the caller's own words: argument paths. */
const BY_PATH: ReadonlySet<string> = new Set(['args', 'integrity']);

/** A grant as it is written in configurations and said by the API: the same words in snake_case. */
export function writtenGrant(grant: TaskGrant): JsonObject {
  return snake(grant);
}

function snake(value: object): JsonObject {
  const entries = Object.entries(value).map(([key, item]: [string, unknown]) => {
    const inner = BY_PATH.has(key) && isRecord(item) ? mapValues(item) : written(item);
    return [key.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`), inner] as const;
  });
  return Object.fromEntries(entries);
}

function mapValues(value: object): JsonObject {
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, written(item)]));
}

function written(value: unknown): Json {
  if (Array.isArray(value)) return value.map(written);
  if (isRecord(value)) return snake(value);
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' ? value : null;
}

function isRecord(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
