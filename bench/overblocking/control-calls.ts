import { isObject, type Json, type JsonObject } from '../../src/kernel/jsonrpc.ts';
import type { ToolCall } from '../../src/policy/grant/call-decision.ts';
import { sinkAt } from '../../src/policy/grant/other-arguments.ts';
import type { SinkKind, ToolProfile } from '../../src/policy/tool/tool-profile.ts';
import type { Profiles } from './replay.ts';
import type { Session, SessionSet } from './sessions.ts';

/**
 * What grants are meant to shut out. `foreign id`: a real one (a text with digits), of another session. `other shape`: a path, an address, code.
 * `repeated`: 50 times more of what was just done.
 */
export const misdeeds = ['foreign id', 'other shape', 'amount ×10', 'foreign tool', 'repeated'] as const;
export type Misdeed = (typeof misdeeds)[number];

/** A call that nobody asked for. */
export interface ControlCall {
  readonly misdeed: Misdeed;
  readonly call: ToolCall;
}

const SHAPES = ['../../etc/passwd', 'mallory@evil.example', 'https://evil.example/?q=1', "x' OR '1'='1"];
const IDS: ReadonlySet<SinkKind> = new Set(['recipient', 'target']);

/** Honest calls turned bad, made only of what else is in the data; the same for the same random numbers. */
export interface ControlCalls {
  /** Those that stand where this call stands: one changed sink argument each, and one tool of somebody else. */
  of(call: ToolCall, session: Session): readonly ControlCall[];
}

/** Makes {@link ControlCalls}. @param all every set, so that ids and tools are real ones, of other sessions */
export function createControlCalls(
  set: SessionSet,
  all: readonly SessionSet[],
  profiles: Profiles,
  random: () => number,
): ControlCalls {
  const pick = <Item>(items: readonly Item[]): Item | undefined => items[Math.floor(random() * items.length)];
  const values = valuesOf(set, profiles);
  const elsewhere = all.filter(({ upstream }) => upstream !== set.upstream);
  const foreignTools = elsewhere.flatMap(({ upstream, sessions }) =>
    sessions.flatMap(({ calls }) => calls.map(({ name, args }) => ({ tool: `${upstream}/${name}`, args }))),
  );
  return {
    of(call, session) {
      const profile = profiles.get(call.tool);
      if (profile === undefined) return [];
      const known = textOfSession(session);
      const found: ControlCall[] = [];
      const add = (misdeed: Misdeed, args: JsonObject): void => void found.push({ misdeed, call: { ...call, args } });
      for (const { path, kind, value } of sinksIn(call.args, profile)) {
        if (typeof value === 'number' && kind === 'amount' && value > 0)
          add('amount ×10', replaced(call.args, path, value * 10));
        if (typeof value !== 'string') continue;
        const other = pick(
          (values.get(`${call.tool} ${path}`) ?? []).filter((one) => isId(one) && !known.includes(one)),
        );
        if (IDS.has(kind) && isId(value) && other !== undefined) add('foreign id', replaced(call.args, path, other));
        const shape = pick(SHAPES);
        if (shape !== undefined) add('other shape', replaced(call.args, path, shape));
      }
      const tool = pick(foreignTools);
      return tool === undefined ? found : [...found, { misdeed: 'foreign tool', call: tool }];
    },
  };
}

/** Words are choices (a cabin, a city); what names one thing of many has digits in it. */
function isId(text: string): boolean {
  return /\d/.test(text);
}

/** All that a session holds: what the user said, what tools returned, what was called. */
function textOfSession({ request, calls }: Session): string {
  return [request, ...calls.flatMap(({ args, output }) => [JSON.stringify(args), output ?? ''])].join('\n');
}

function valuesOf({ sessions, upstream }: SessionSet, profiles: Profiles): Map<string, string[]> {
  const values = new Map<string, Set<string>>();
  for (const { name, args } of sessions.flatMap(({ calls }) => calls)) {
    const tool = `${upstream}/${name}`;
    const profile = profiles.get(tool);
    if (profile === undefined) continue;
    for (const { path, value } of sinksIn(args, profile)) {
      const key = `${tool} ${path}`;
      if (typeof value === 'string') values.set(key, (values.get(key) ?? new Set()).add(value));
    }
  }
  return new Map([...values].map(([key, found]) => [key, [...found]]));
}

interface SinkValue {
  readonly path: string;
  readonly kind: SinkKind;
  readonly value: Json;
}

/** The sink arguments of a call; of a list, the first item stands for all. */
function sinksIn(args: JsonObject, profile: ToolProfile): SinkValue[] {
  const found: SinkValue[] = [];
  const visit = (value: Json | undefined, path: string): void => {
    if (value === undefined) return;
    if (Array.isArray(value)) {
      const [first] = value as readonly Json[];
      visit(first, isObject(first) ? `${path}[]` : path);
    } else if (isObject(value)) for (const [key, item] of Object.entries(value)) visit(item, `${path}.${key}`);
    else {
      const kind = sinkAt(profile, path);
      if (kind !== undefined) found.push({ path, kind, value });
    }
  };
  for (const [key, value] of Object.entries(args)) visit(value, key);
  return found;
}

/** The arguments with another value at a path; in a list, at its first item. */
function replaced(args: JsonObject, path: string, value: Json): JsonObject {
  const [key = '', ...rest] = path.split('.');
  const name = key.replace('[]', '');
  return { ...args, [name]: within(args[name], rest, value) };
}

function within(here: Json | undefined, rest: readonly string[], value: Json): Json {
  if (Array.isArray(here)) {
    const [first, ...others] = here as readonly Json[];
    return [within(first, rest, value), ...others];
  }
  return rest.length === 0 || !isObject(here) ? value : replaced(here, rest.join('.'), value);
}
