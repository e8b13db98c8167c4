import { type ControlId, controlIds } from '../../controls/control.ts';
import { isObject } from '../../kernel/jsonrpc.ts';
import type { ApiInfo, ApiLogging, ApiRole, ApiTool, ControlReport } from '../facts/api.ts';

/** Most entries of any list; a longer one is not read at all, lest what is behind it be taken for good. */
export const MOST_ENTRIES = 10_000;
const MOST_NESTED = 200;
const LONGEST_NAME = 256;
const LONGEST_SENTENCE = 1_000;

/**
 * Reads attacker-controlled answers of `/api/v2`: what has the right shape is kept, bounded; anything else is dropped.
 * Undefined: it is not that answer at all.
 */
export function infoIn(value: unknown): ApiInfo | undefined {
  if (!isObject(value)) return undefined;
  const { name, version, secure, tls_version: tls, auth_required: auth, switched_off: off, not_enforced: not } = value;
  const isInfo = typeof secure === 'boolean' || typeof auth === 'boolean' || tls === null || typeof tls === 'string';
  if (!isInfo) return undefined;
  return {
    ...(typeof name === 'string' ? { name: cut(name) } : {}),
    ...(typeof version === 'string' ? { version: cut(version) } : {}),
    ...(typeof secure === 'boolean' ? { secure } : {}),
    ...(typeof tls === 'string' ? { tls_version: cut(tls) } : tls === null ? { tls_version: null } : {}),
    ...(typeof auth === 'boolean' ? { auth_required: auth } : {}),
    ...(Array.isArray(off) ? { switched_off: off.slice(0, MOST_NESTED).flatMap(switchedOff) } : {}),
    ...(Array.isArray(not) ? { not_enforced: textsIn(not, LONGEST_SENTENCE) } : {}),
  };
}

/** See {@link infoIn}. */
export function rolesIn(value: unknown): ApiRole[] | undefined {
  return listIn(value)?.flatMap((entry) => {
    if (!isObject(entry) || typeof entry['name'] !== 'string') return [];
    return [{ name: cut(entry['name']), permissions: textsIn(entry['permissions'], LONGEST_NAME) }];
  });
}

/** See {@link infoIn}. */
export function toolsIn(value: unknown): ApiTool[] | undefined {
  return listIn(value)?.flatMap((entry) => {
    if (!isObject(entry) || typeof entry['name'] !== 'string') return [];
    const { name, upstream, security } = entry;
    return [
      {
        name: cut(name),
        ...(typeof upstream === 'string' ? { upstream: cut(upstream) } : {}),
        ...(isObject(security) ? { security: securityIn(security) } : {}),
      },
    ];
  });
}

/** See {@link infoIn}. */
export function loggingIn(value: unknown): ApiLogging | undefined {
  if (!isObject(value)) return undefined;
  const { level, audit_enabled: audit } = value;
  if (typeof level !== 'string' && typeof audit !== 'boolean') return undefined;
  return {
    ...(typeof level === 'string' ? { level: cut(level) } : {}),
    ...(typeof audit === 'boolean' ? { audit_enabled: audit } : {}),
  };
}

/** See {@link infoIn}. Of several entries for one control the first counts. */
export function controlsIn(value: unknown): ControlReport[] | undefined {
  const known = new Map<ControlId, ControlReport>();
  const list = listIn(value);
  if (list === undefined) return undefined;
  for (const entry of list) {
    if (!isObject(entry)) continue;
    const id = controlIds.find((one) => one === entry['id']);
    const enforced = (['yes', 'partly', 'no'] as const).find((one) => one === entry['enforced']);
    if (id === undefined || enforced === undefined || known.has(id)) continue;
    known.set(id, { id, enforced, facts: factsIn(entry['facts']) });
  }
  return [...known.values()];
}

/** See {@link infoIn}; `/ready` of a server that is not ready says so as well. */
export function readyIn(value: unknown): boolean | undefined {
  return isObject(value) && typeof value['ready'] === 'boolean' ? value['ready'] : undefined;
}

function securityIn({ sandbox_enabled: sandbox, permission_scopes: scopes }: Readonly<Record<string, unknown>>) {
  return {
    ...(typeof sandbox === 'boolean' ? { sandbox_enabled: sandbox } : {}),
    ...(Array.isArray(scopes) ? { permission_scopes: textsIn(scopes, LONGEST_NAME) } : {}),
  };
}

function switchedOff(value: unknown): { key: string; sentence: string }[] {
  if (!isObject(value)) return [];
  const { key, sentence } = value;
  if (typeof key !== 'string' || typeof sentence !== 'string') return [];
  return [{ key: cut(key), sentence: cut(sentence, LONGEST_SENTENCE) }];
}

function factsIn(value: unknown): ControlReport['facts'] {
  if (!isObject(value)) return {};
  const facts: [string, string | number | boolean | null][] = [];
  for (const [key, fact] of Object.entries(value).slice(0, MOST_NESTED)) {
    if (typeof fact === 'string') facts.push([cut(key), cut(fact, LONGEST_SENTENCE)]);
    else if (typeof fact === 'number' || typeof fact === 'boolean' || fact === null) facts.push([cut(key), fact]);
  }
  return Object.fromEntries(facts);
}

function listIn(value: unknown): readonly unknown[] | undefined {
  return Array.isArray(value) && value.length <= MOST_ENTRIES ? value : undefined;
}

function textsIn(value: unknown, longest: number): string[] {
  const texts = Array.isArray(value) ? value.slice(0, MOST_NESTED) : [];
  return texts.flatMap((text: unknown) => (typeof text === 'string' ? [cut(text, longest)] : []));
}

function cut(text: string, longest: number = LONGEST_NAME): string {
  return text.slice(0, longest);
}
