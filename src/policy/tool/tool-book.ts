import { isObject, type JsonObject } from '../../kernel/jsonrpc.ts';
import type { ToolHints, ToolLike } from '../../kernel/tool-like.ts';
import { canonicalDefinition, hashOf } from './definition-hash.ts';
import { profileOf } from './profile-of.ts';
import type { ToolOverride, ToolProfile } from './tool-profile.ts';

/** What a {@link ToolBook} asks of the configuration. */
export interface ToolBookOptions {
  /** What the operator says of a tool; undefined: nothing. */
  readonly overrideOf: (upstream: string, tool: string) => ToolOverride | undefined;
  /** Whether the gateway keeps an upstream in a sandbox. */
  readonly isSandboxed: (upstream: string) => boolean;
}

/** The tools that upstreams listed last, as profiles. In memory, and nothing else. */
export interface ToolBook {
  /**
   * Takes note of all tools of an upstream: the entries of a whole `tools/list` result, attacker-controlled. What was
   * known of it before counts no longer. At most 2,000 tools of 16 million characters in all: of an upstream with more,
   * none is known.
   * @returns whether anything of what is known of the upstream's tools, or their order, is other than before
   */
  learn(upstream: string, tools: readonly unknown[]): boolean;
  /**
   * Takes note of a page of a longer list: of the tools that are known, those in it are as they are defined there. It
   * makes none known, as one page says nothing of the others.
   * @returns whether anything of what is known is other than before
   */
  update(upstream: string, tools: readonly unknown[]): boolean;
  /** The profile of a tool by the upstream's own name for it; undefined for one that was not listed, or not exactly once. */
  profile(upstream: string, name: string): ToolProfile | undefined;
  /** All that is known, by upstream and in the order of their lists. */
  profiles(): readonly ToolProfile[];
  /** Forgets an upstream. */
  forget(upstream: string): void;
}

const MAX_TOOLS = 2_000;
const MAX_CHARACTERS = 16_000_000;

interface Known {
  readonly raw: unknown;
  readonly hash: string;
  readonly characters: number;
  readonly override: ToolOverride | undefined;
  readonly sandboxed: boolean;
  readonly profile: ToolProfile | undefined;
}

const nothing: ReadonlyMap<string, Known> = new Map();

/** Makes an empty book. */
export function createToolBook({ overrideOf, isSandboxed }: ToolBookOptions): ToolBook {
  const byUpstream = new Map<string, ReadonlyMap<string, Known>>();

  function know(upstream: string, tool: ToolLike, raw: unknown, before: Known | undefined): Known | undefined {
    const override = overrideOf(upstream, tool.name);
    const sandboxed = isSandboxed(upstream);
    const isAsBefore = before?.override === override && before?.sandboxed === sandboxed;
    // A list from a cache holds the very same entries.
    if (before !== undefined && isAsBefore && before.raw === raw) return before;
    const text = canonicalDefinition(tool);
    if (text === undefined) return undefined;
    const hash = hashOf(text);
    if (before !== undefined && isAsBefore && before.hash === hash) return { ...before, raw };
    const profile = profileOf(tool, { upstream, override, sandboxed, hash });
    return { raw, hash, characters: text.length, override, sandboxed, profile };
  }

  function learn(upstream: string, tools: readonly unknown[]): boolean {
    const before = byUpstream.get(upstream) ?? nothing;
    // In its old place, and nothing for as long as it is not read.
    byUpstream.set(upstream, nothing);
    const known = read(upstream, tools, before);
    byUpstream.set(upstream, known);
    return !isSame(before, known);
  }

  /** Nothing where there is too much of it. */
  function read(upstream: string, tools: readonly unknown[], before: ReadonlyMap<string, Known>): typeof before {
    if (tools.length > MAX_TOOLS) return nothing;
    const known = new Map<string, Known>();
    const seen = new Set<string>();
    let characters = 0;
    for (const raw of tools) {
      const name = isObject(raw) ? raw['name'] : undefined;
      if (typeof name !== 'string') continue;
      // Of two tools with one name, nobody knows which one a call would run.
      if (seen.has(name)) {
        known.delete(name);
        continue;
      }
      seen.add(name);
      const tool = toolLike(raw);
      if (tool === undefined) continue;
      const entry = know(upstream, tool, raw, before.get(tool.name));
      characters += entry?.characters ?? 0;
      if (characters > MAX_CHARACTERS) return nothing;
      if (entry !== undefined) known.set(tool.name, entry);
    }
    return known;
  }

  function update(upstream: string, tools: readonly unknown[]): boolean {
    const before = byUpstream.get(upstream);
    if (before === undefined) return false;
    const known = new Map(before);
    const seen = new Set<string>();
    for (const raw of tools) {
      const name = isObject(raw) ? raw['name'] : undefined;
      if (typeof name !== 'string' || !before.has(name)) continue;
      const tool = seen.has(name) ? undefined : toolLike(raw);
      const entry = tool === undefined ? undefined : know(upstream, tool, raw, before.get(name));
      if (entry === undefined) known.delete(name);
      else known.set(name, entry);
      seen.add(name);
    }
    const characters = [...known.values()].reduce((sum, one) => sum + one.characters, 0);
    const after = characters > MAX_CHARACTERS ? nothing : known;
    byUpstream.set(upstream, after);
    return !isSame(before, after);
  }

  return {
    learn,
    update,
    profile: (upstream, name) => byUpstream.get(upstream)?.get(name)?.profile,
    profiles: () =>
      [...byUpstream.values()].flatMap((known) => [...known.values()].flatMap((one) => one.profile ?? [])),
    forget: (upstream) => void byUpstream.delete(upstream),
  };
}

/** Profiles of tools that did not change are the same objects. */
function isSame(before: ReadonlyMap<string, Known>, after: ReadonlyMap<string, Known>): boolean {
  if (before.size !== after.size) return false;
  const old = before.values();
  for (const { profile } of after.values()) if (old.next().value?.profile !== profile) return false;
  return true;
}

/** A tool as an entry of a list defines it; undefined for what is none, or has texts that are no texts. */
export function toolLike(raw: unknown): ToolLike | undefined {
  if (!isObject(raw)) return undefined;
  const { name, title, description, inputSchema, outputSchema, annotations } = raw;
  if (typeof name !== 'string' || !isTextOrNone(title) || !isTextOrNone(description)) return undefined;
  if (annotations !== undefined && annotations !== null && !isObject(annotations)) return undefined;
  return {
    name,
    title: title ?? undefined,
    description: description ?? '',
    inputSchema,
    outputSchema,
    ...(isObject(annotations) ? { annotations: hintsOf(annotations) } : {}),
  };
}

function isTextOrNone(value: unknown): value is string | null | undefined {
  return value === undefined || value === null || typeof value === 'string';
}

// All of it, as it has to be in the hash; those who read hints look at the type of each.
function hintsOf(annotations: JsonObject): ToolHints {
  return annotations;
}
