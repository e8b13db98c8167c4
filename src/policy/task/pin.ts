import type { TaskGrant } from '../grant/task-grant.ts';
import { readRequest, type Request } from '../provenance/request.ts';
import { type Source, sources } from '../provenance/source.ts';
import type { SinkKind, ToolProfile } from '../tool/tool-profile.ts';
import { asksFor, speaksOf } from './asks-for.ts';

/** What pinning adds to a grant. */
export type Pin = Pick<TaskGrant, 'integrity' | 'otherArgs' | 'onDeny' | 'alwaysAsk'>;

/**
 * Where the values have to come from by which harm could be done. Of an existing thing that is changed or removed, that
 * a trusted tool told of it is not enough: a list of all files is true, and says nothing of which one the user meant.
 */
const NEEDED: Readonly<Record<SinkKind, readonly Source[]>> = {
  recipient: ['user', 'approved', 'trusted', 'linked'],
  url: ['user', 'approved', 'trusted'],
  path: ['user', 'approved', 'linked'],
  command: ['user', 'approved'],
  amount: ['user', 'approved', 'trusted', 'linked'],
  target: ['user', 'approved', 'linked'],
  time: ['user', 'approved', 'trusted', 'linked'],
  permission: ['user', 'approved'],
};

/** A text that is sent may come from anywhere, as long as it carries nothing that no text should. */
const OF_TEXTS: readonly Source[] = sources.filter((source) => source !== 'unfit');

/** A page that is only read may be one that a named record links to; see `Provenance`. */
const NEEDED_TO_READ: readonly Source[] = ['user', 'approved', 'trusted', 'linked'];

/**
 * Narrows a grant to what the user asked for, in the user's words alone, before anything else is read:
 *
 * - what a tool writes, runs or sends is bound to where its sink arguments come from (see {@link Source});
 * - where the request does not ask for this kind of deed at all, every call of it has to be approved;
 * - a request that names a day binds every day to it; one that names none leaves days to the model, unless they stand in
 *   what strangers wrote;
 * - reading is free, except for a URL, through which it could send something out.
 *
 * - what is sent as text must carry no link that only strangers gave, and no secret that the user does not speak of.
 *
 * Beyond that it cannot bind what a text says: a message to the right person may still say the wrong thing.
 *
 * @param request In the user's own words; without it everything that a tool does beyond reading has to be approved
 */
export function pin(profile: ToolProfile, request: string | undefined): Pin {
  const read = readOnce(request ?? '');
  const acts = profile.effects.some((effect) => effect === 'write' || effect === 'execute');
  if (!acts) return pinReading(profile);
  const integrity = integrityOf(profile, (kind) => (kind === 'time' ? timesFrom(read) : NEEDED[kind]));
  for (const path of profile.texts ?? []) integrity[path] ??= [...OF_TEXTS];
  const isAskedFor = asksFor(read, profile.tool) && (hasHold(profile) || speaksOf(read, profile.tool));
  return { integrity, otherArgs: 'any', onDeny: 'ask', ...(isAskedFor ? {} : { alwaysAsk: true }) };
}

// All tools of a task are pinned to one request, one after the other.
let last: { readonly text: string; readonly read: Request } | undefined;

function readOnce(text: string): Request {
  if (last?.text !== text) last = { text, read: readRequest(text) };
  return last.read;
}

function pinReading(profile: ToolProfile): Pin {
  if (!profile.effects.includes('egress')) return { otherArgs: 'any', onDeny: 'ask' };
  const integrity = integrityOf(profile, (kind) =>
    kind === 'url' || kind === 'recipient' ? NEEDED_TO_READ : undefined,
  );
  return { integrity, otherArgs: 'any', onDeny: 'ask' };
}

function integrityOf(
  { sinks }: ToolProfile,
  needed: (kind: SinkKind) => readonly Source[] | undefined,
): Record<string, readonly Source[]> {
  // Paths are attacker-controlled: `__proto__` is one like any other.
  const integrity: Record<string, readonly Source[]> = Object.create(null);
  for (const [path, kind] of Object.entries(sinks)) {
    const from = needed(kind);
    if (from !== undefined) integrity[path] = [...from];
  }
  return integrity;
}

function timesFrom({ when }: Request): readonly Source[] {
  return when.days.length > 0 ? NEEDED.time : [...NEEDED.time, 'unknown'];
}

/** True where some argument says who or what; without one, only the tool's own name tells what it is about. */
function hasHold({ sinks }: ToolProfile): boolean {
  return Object.values(sinks).some((kind) => kind !== 'time' && kind !== 'amount');
}
