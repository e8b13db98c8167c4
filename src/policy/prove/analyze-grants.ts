import type { Constraint } from '../constraint/constraint.ts';
import type { TaskGrant } from '../grant/task-grant.ts';
import type { Effect, SinkKind, ToolProfile } from '../tool/tool-profile.ts';
import { isNarrower } from './is-narrower.ts';

/** One call as it was recorded. */
export interface UsedCall {
  /** `upstream/name`. */
  readonly tool: string;
}

/** What is analyzed. */
export interface AnalyzeRequest {
  readonly grants: readonly TaskGrant[];
  /** Tools as they are defined; what is not known of a tool is said to be so. */
  readonly profiles: readonly ToolProfile[];
  /** Calls that were made under such grants. Default: nobody knows, so nothing is called unused. */
  readonly used?: readonly UsedCall[];
}

/** A place that a grant lets a call reach. */
export interface ReachableSink {
  readonly grant: string;
  readonly tool: string;
  readonly path: string;
  readonly kind: SinkKind;
  /** `anything`: no bound at all. `origin`: only where its value came from is bounded. `values`: what it may be is. */
  readonly bound: 'anything' | 'origin' | 'values';
}

/** A way by which what one tool tells can leave through another. */
export interface EgressPath {
  /** The tool that tells something. */
  readonly reads: string;
  /** The tool that sends, the argument that says where; no argument where nothing says so. */
  readonly sends: string;
  readonly path?: string;
  /** True where what is told can hold orders of strangers: then nobody of the task's own has to want it. */
  readonly steered: boolean;
}

/** What is wider than it needs to be. */
export interface Analysis {
  /** Grants whose tool was never called, and effects that none of the tools that were called have. */
  readonly unused: readonly { readonly grant: string; readonly tool: string; readonly effects: readonly Effect[] }[];
  /** Widest first. */
  readonly sinks: readonly ReachableSink[];
  readonly paths: readonly EgressPath[];
  /** Grants that another one covers, so that nothing changes without them. */
  readonly redundant: readonly { readonly grant: string; readonly coveredBy: string }[];
  /** Grants without an end of their own. */
  readonly endless: readonly string[];
  /** Grants that can send or run as often as they like. */
  readonly unlimited: readonly string[];
  /** Tools that are granted and of which nothing is known. */
  readonly unknown: readonly string[];
}

/** How much harm an argument can do when anything may stand in it, most first. */
const danger: readonly SinkKind[] = ['command', 'recipient', 'url', 'permission', 'amount', 'path', 'target', 'time'];
const bounds = ['anything', 'origin', 'values'] as const satisfies readonly ReachableSink['bound'][];

/** Says where grants are wider than they need to be. It decides nothing: every grant stays what it is. */
export function analyzeGrants({ grants, profiles, used }: AnalyzeRequest): Analysis {
  const known = new Map(profiles.map((profile) => [profile.tool, profile]));
  const usable = grants.filter((grant) => isUsable(grant, known.get(grant.tool)));
  const sinks = usable.flatMap((grant) => sinksOf(grant, known.get(grant.tool))).toSorted(byWidth);
  return {
    unused: used === undefined ? [] : unusedOf(usable, used, known),
    sinks,
    paths: pathsOf(usable, sinks, known),
    redundant: redundantOf(grants, profiles),
    endless: grants.flatMap(({ id, expiresAt }) => (expiresAt === undefined ? [id] : [])),
    unlimited: usable.flatMap((grant) => (isUnlimited(grant, known.get(grant.tool)) ? [grant.id] : [])),
    unknown: [...new Set(grants.flatMap(({ tool }) => (known.has(tool) ? [] : [tool])))],
  };
}

/** What a grant can come to: its tool's own effects where they are known, and all of its own where not. */
function effectsOf({ effects }: TaskGrant, profile: ToolProfile | undefined): readonly Effect[] {
  return profile?.effects ?? effects;
}

/** A grant for another definition, or for less than the tool can do, covers nothing. */
function isUsable({ definition, effects }: TaskGrant, profile: ToolProfile | undefined): boolean {
  if (profile === undefined) return true;
  return (
    (definition === undefined || definition === profile.hash) && profile.effects.every((one) => effects.includes(one))
  );
}

function unusedOf(
  grants: readonly TaskGrant[],
  used: readonly UsedCall[],
  known: ReadonlyMap<string, ToolProfile>,
): Analysis['unused'] {
  const called = new Set(used.map(({ tool }) => tool));
  const exercised = new Set(
    grants.flatMap((grant) => (called.has(grant.tool) ? effectsOf(grant, known.get(grant.tool)) : [])),
  );
  return grants
    .filter(({ tool }) => !called.has(tool))
    .map((grant) => ({
      grant: grant.id,
      tool: grant.tool,
      effects: effectsOf(grant, known.get(grant.tool)).filter((effect) => !exercised.has(effect)),
    }));
}

function sinksOf(grant: TaskGrant, profile: ToolProfile | undefined): ReachableSink[] {
  if (profile === undefined || grant.alwaysAsk === true) return [];
  return Object.entries(profile.sinks).flatMap(([path, kind]): ReachableSink[] => {
    const bound = boundOf(grant, path);
    return bound === undefined ? [] : [{ grant: grant.id, tool: grant.tool, path, kind, bound }];
  });
}

/** How a grant bounds an argument; undefined where nothing may stand there. */
function boundOf(
  { args = {}, integrity = {}, otherArgs }: TaskGrant,
  path: string,
): ReachableSink['bound'] | undefined {
  const around = ancestors(path);
  if (around.some((one) => Object.hasOwn(args, one) && isBounded(args[one]))) return 'values';
  if (around.some((one) => Object.hasOwn(integrity, one) && isPinned(integrity[one]))) return 'origin';
  const isNamed = around.some((one) => Object.hasOwn(args, one) || Object.hasOwn(integrity, one));
  const others = otherArgs ?? (Object.keys(args).length + Object.keys(integrity).length > 0 ? 'plain' : 'any');
  return isNamed || others === 'any' ? 'anything' : undefined;
}

/** A path and what it stands in: `to[].address`, `to[]`, `to`. */
function ancestors(path: string): string[] {
  const found = [path];
  for (let at = path; ; ) {
    const cut = at.replace(/(?:\[\]|\.[^.[]*)$/, '');
    if (cut === at || cut === '') return found;
    found.push(cut);
    at = cut;
  }
}

/** True for a constraint that says which values there may be; a length says nothing of where something goes. */
function isBounded(constraint: Constraint | undefined): boolean {
  if (constraint === undefined) return false;
  const { oneOf, min, max, pattern, subpath, origin, host, emailDomain, argv, each } = constraint;
  const said = [oneOf, min, max, pattern, subpath, origin, host, emailDomain, argv];
  return said.some((one) => one !== undefined) || isBounded(each);
}

/** Whoever steers the model chooses what was never seen, and what untrusted tools said. */
function isPinned(sources: readonly string[] | undefined): boolean {
  return sources !== undefined && !sources.includes('untrusted') && !sources.includes('unknown');
}

function byWidth(a: ReachableSink, b: ReachableSink): number {
  const width = bounds.indexOf(a.bound) - bounds.indexOf(b.bound);
  return width === 0 ? danger.indexOf(a.kind) - danger.indexOf(b.kind) : width;
}

/** Everything that can be read times everything that can leave for a place which is not bounded. */
function pathsOf(
  grants: readonly TaskGrant[],
  sinks: readonly ReachableSink[],
  known: ReadonlyMap<string, ToolProfile>,
): EgressPath[] {
  const readers = [...new Set(grants.map(({ tool }) => tool))].filter((tool) => {
    return (
      known.get(tool)?.effects.includes('read') ??
      grants.some((one) => one.tool === tool && one.effects.includes('read'))
    );
  });
  const exits = exitsOf(grants, sinks, known);
  return readers.flatMap((reads) =>
    exits.map((exit) => ({ reads, ...exit, steered: known.get(reads)?.output !== 'trusted' })),
  );
}

type Exit = Pick<EgressPath, 'sends' | 'path'>;

function exitsOf(
  grants: readonly TaskGrant[],
  sinks: readonly ReachableSink[],
  known: ReadonlyMap<string, ToolProfile>,
): Exit[] {
  const found = new Map<string, Exit>();
  for (const grant of grants) {
    const profile = known.get(grant.tool);
    if (grant.alwaysAsk === true || !leaves(effectsOf(grant, profile))) continue;
    const open = sinks.filter(
      ({ grant: id, bound, kind }) => id === grant.id && bound === 'anything' && places.has(kind),
    );
    for (const { path } of open) found.set(`${grant.tool} ${path}`, { sends: grant.tool, path });
    // Where no argument is known to say where it goes, nothing can have bounded it.
    const isNowhereSaid = !Object.values(profile?.sinks ?? {}).some((kind) => places.has(kind));
    if (isNowhereSaid) found.set(grant.tool, { sends: grant.tool });
  }
  return [...found.values()];
}

/** Arguments that say where something goes; a command goes anywhere. */
const places: ReadonlySet<SinkKind> = new Set(['recipient', 'url', 'command']);

function leaves(effects: readonly Effect[]): boolean {
  return effects.includes('egress') || effects.includes('execute');
}

/** Of two grants that cover each other, the later one is redundant. */
function redundantOf(grants: readonly TaskGrant[], profiles: readonly ToolProfile[]): Analysis['redundant'] {
  const options = { profiles, budgets: 'fresh' } as const;
  return grants.flatMap((grant, at) => {
    const by = grants.find((other, place) => {
      // A bounded grant adds its own uses to those of another, so only one without bounds makes it needless.
      if (place === at || other.uses !== undefined || (other.budgets ?? []).length > 0) return false;
      if (!isNarrower([grant], [other], options)) return false;
      return place < at || !isNarrower([other], [grant], options);
    });
    return by === undefined ? [] : [{ grant: grant.id, coveredBy: by.id }];
  });
}

function isUnlimited(grant: TaskGrant, profile: ToolProfile | undefined): boolean {
  if (grant.alwaysAsk === true || grant.uses !== undefined || (grant.budgets ?? []).length > 0) return false;
  return leaves(effectsOf(grant, profile));
}
