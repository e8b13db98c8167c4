import type { ToolLike } from '../../kernel/tool-like.ts';
import { surveyOf } from '../../kernel/tool-parameters.ts';
import { argumentsOf } from './argument.ts';
import { definitionHash } from './definition-hash.ts';
import { doingOf } from './effects-of.ts';
import { sinksOf } from './sinks-of.ts';
import {
  type Effect,
  effects as allEffects,
  type SinkKind,
  type ToolOverride,
  type ToolProfile,
} from './tool-profile.ts';

/** What {@link profileOf} needs besides the definition. */
export interface ProfileOptions {
  readonly upstream: string;
  /** What the operator says of the tool; it counts more than what its definition suggests. */
  readonly override?: ToolOverride | undefined;
  /** True where the gateway itself keeps the upstream in a sandbox. Default false. */
  readonly sandboxed?: boolean | undefined;
  /** SHA-256 (hex) of the canonical definition, where it is known already. */
  readonly hash?: string | undefined;
}

/** What is written down is read by somebody later, as what is sent is. */
const WRITES: readonly Effect[] = ['write', 'egress'];

/** Longest name of a tool, characters; MCP recommends 128. */
const MAX_NAME = 256;

/**
 * What a tool can do, by its attacker-controlled definition. In doubt it can do more and has more sinks; what its server
 * hints (`readOnlyHint`) never takes anything away. Undefined, so that nothing is granted, where a definition cannot be
 * hashed, has no name, one of more than 256 characters or one that says "all tools" in a grant, or more parameters than are looked at (2,000).
 */
export function profileOf(tool: ToolLike, options: ProfileOptions): ToolProfile | undefined {
  const { upstream, override = {} } = options;
  if (tool.name === '' || tool.name.length > MAX_NAME) return undefined;
  // `*` is a word of grants: one tool with such a name would make all grants beside its own unusable.
  if (tool.name === '*' || tool.name.endsWith('/*')) return undefined;
  const hash = options.hash ?? definitionHash(tool);
  const { parameters, loops, isComplete } = surveyOf(tool.inputSchema);
  if (hash === undefined || !isComplete) return undefined;

  const sandboxed = override.sandboxed ?? options.sandboxed ?? false;
  const args = argumentsOf(tool.inputSchema, parameters);
  const doing = doingOf(tool, parameters, args, sandboxed);
  const counted: ReadonlySet<Effect> = override.effects === undefined ? doing.effects : new Set(override.effects);
  const found = new Map(sinksOf(args, doing, counted));
  // What hints add must not make another argument look harmless.
  if (override.effects === undefined && counted.size > doing.unhinted.size) {
    for (const [path, kind] of sinksOf(args, doing, doing.unhinted)) if (!found.has(path)) found.set(path, kind);
  }
  const sinks = outermost(found, loops);
  const said = overridden(sinks, override.sinks);
  const texts = args.flatMap(({ path, isFree }) =>
    isFree && !path.includes('*') && said[path] === undefined ? [path] : [],
  );
  return {
    tool: `${upstream}/${tool.name}`,
    hash,
    effects: allEffects.filter((effect) => counted.has(effect)),
    sinks: said,
    ...(texts.length > 0 && WRITES.some((effect) => counted.has(effect)) ? { texts } : {}),
    output: override.output ?? 'untrusted',
    sandboxed,
  };
}

/** Entries of maps have no path of their own, and what recurs stands for all below it: there the whole is the sink. */
function outermost(
  sinks: ReadonlyMap<string, SinkKind>,
  loops: readonly { readonly path: string; readonly of: string }[],
): ReadonlyMap<string, SinkKind> {
  const found = new Map<string, SinkKind>();
  for (const [path, kind] of sinks) {
    const [whole = ''] = path.split(/\.?\*\./);
    if (whole !== '' && !found.has(whole)) found.set(whole, kind);
  }
  for (const { path, of } of loops) {
    const inside = [...found].find(
      ([sink]) => sink.startsWith(of === '' ? '' : `${of}.`) || sink.startsWith(`${of}[]`),
    );
    if (path !== '' && inside !== undefined && !found.has(path)) found.set(path, inside[1]);
  }
  return found;
}

function overridden(
  sinks: ReadonlyMap<string, SinkKind>,
  said: ToolOverride['sinks'] = {},
): Readonly<Record<string, SinkKind>> {
  const merged = new Map(sinks);
  for (const [path, kind] of Object.entries(said)) {
    if (kind === 'plain') merged.delete(path);
    else merged.set(path, kind);
  }
  // Paths are attacker-controlled: `__proto__` is one like any other.
  const record: Record<string, SinkKind> = Object.create(null);
  for (const path of [...merged.keys()].sort()) {
    const kind = merged.get(path);
    if (kind !== undefined) record[path] = kind;
  }
  return Object.freeze(record);
}
