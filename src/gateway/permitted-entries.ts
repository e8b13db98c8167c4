import { isObject, type JsonObject } from '../kernel/jsonrpc.ts';
import { decide, listedOperation } from '../policy/decide.ts';
import type { Call, Pipeline } from './handle.ts';
import { isGiven, type Permit } from './tasks/permit.ts';

const LISTED = {
  tools: { kind: 'tool', key: 'name' },
  prompts: { kind: 'prompt', key: 'name' },
  resources: { kind: 'resource', key: 'uri' },
  resourceTemplates: { kind: 'resource', key: 'uriTemplate' },
} as const;

function isListed(list: string): list is keyof typeof LISTED {
  return list in LISTED;
}

/** A list cut down to what role and task may use: an entry is visible exactly when using it could be allowed. */
export function permitted(gate: Pipeline, call: Call, { task }: Permit, list: string, result: JsonObject): JsonObject {
  const { upstream, caller } = call;
  const entries = result[list];
  if (!isListed(list) || !Array.isArray(entries)) return result;
  const { kind, key } = LISTED[list];
  const role = gate.roleOf(caller);
  const visible = entries.filter((entry) => {
    const operation = isObject(entry) ? listedOperation(kind, upstream, entry[key]) : undefined;
    if (operation === undefined || !decide(role, operation).allowed) return false;
    return gate.tasks?.concerns(caller) !== true || isGiven(gate.tasks, caller, task, operation);
  });
  return { ...result, [list]: visible };
}
